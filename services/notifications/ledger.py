"""How a letter on its way is written down: each step at once, in a transaction of its own, together with its event."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from chassis import clock, telemetry
from chassis.database import Database, Transaction
from chassis.envelope import new_id
from chassis.passing import is_passing
from chassis.telemetry import log
from contracts.messages import MessageFailed, MessageSent, MessageSuppressed, MessageUncertain
from notifications import store
from notifications.domain import State, is_decent, try_again_at
from notifications.store import Message

PAUSE = 0.5  # seconds until the database is tried again
SAID = {"sent": MessageSent, "failed": MessageFailed, "suppressed": MessageSuppressed, "uncertain": MessageUncertain}

T = TypeVar("T")


@dataclass(frozen=True)
class Taken:
    """A letter that the round `claim` has taken, with what is known of the place it is about (None: not heard yet)."""

    claim: UUID
    message: Message
    place: dict[str, str] | None


class Ledger:
    """`lease` in seconds: how long a round, or the handing over of one text, may take before it counts as dead."""

    def __init__(self, database: Database, lease: float, max_attempts: int) -> None:
        self.database, self.lease, self.max_attempts = database, timedelta(seconds=lease), max_attempts

    async def take(self, limit: int) -> list[Taken]:
        """What is due now, for one new round."""
        claim = new_id()
        async with self.database.transaction() as tx:
            messages = await store.claim(tx, claim, limit, not is_decent(tx.now), self._until())
            places = await store.places(tx, [m.opportunity_id for m in messages if m.opportunity_id])
        return [Taken(claim, m, places.get(m.opportunity_id) if m.opportunity_id else {}) for m in messages]

    async def handing_over(self, letter: Taken) -> bool:
        """From here on a dead process leaves it uncertain. False: it is no longer this round's to send."""
        return await self._written(
            lambda tx: store.handing_over(tx, letter.claim, letter.message.message_id, self._until())
        )

    async def settle(self, letter: Taken, state: State, language: str, reason: str | None = None) -> None:
        """Writes how the letter ended, and says so."""
        message = letter.message

        async def write(tx: Transaction) -> bool:
            ended = await store.settle(tx, letter.claim, message.message_id, state, language, reason)
            if ended:
                _say(tx, message, state, language, reason)
            return ended

        if await self._written(write):
            _log(message, state, reason)

    async def try_again(self, letter: Taken, reason: str) -> None:
        """Nothing was taken from us: later again, unless it has been tried often enough."""
        message, attempts = letter.message, letter.message.attempts + 1
        if attempts >= self.max_attempts:
            await self.settle(letter, "failed", message.language, f"gave_up.{reason}")
            return
        at = try_again_at(message.at_any_hour, attempts, clock.now())
        await self._written(lambda tx: store.put_back(tx, letter.claim, message.message_id, at, attempts, reason))
        log.warning("message_waits", message_id=str(message.message_id), attempts=attempts, reason=reason)

    async def release(self, letters: Sequence[Taken], pause: timedelta) -> None:
        """The round ends early: what it has not begun with waits for another."""
        await self._written(lambda tx: store.release(tx, letters[0].claim, tx.now + pause))

    async def recover(self) -> None:
        """What dead rounds left: back in line, or uncertain where the text may have left."""
        async with self.database.transaction() as tx:
            found = await store.recover_unsent(tx, clock.wall())
            lost = await store.lost_in_handing_over(tx, clock.wall())
            for message in lost:
                with traced(message):
                    _say(tx, message, "uncertain", message.language, message.reason)
        if found:
            log.warning("letters_back_in_line", count=found)
        for message in lost:
            with traced(message):
                _log(message, "uncertain", message.reason)

    async def _written(self, write: Callable[[Transaction], Awaitable[T]]) -> T:
        """What the mail server answered is known only here: a database that is away for a moment must not lose it."""
        while True:
            try:
                async with self.database.transaction() as tx:
                    return await write(tx)
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("ledger_away", error=type(error).__name__)
                await asyncio.sleep(PAUSE)

    def _until(self) -> datetime:
        return clock.wall() + self.lease


@contextmanager
def traced(message: Message) -> Iterator[None]:
    """What is said and logged of this letter continues the trace of the event that asked for it."""
    token = telemetry.set_traceparent(message.traceparent)
    try:
        yield
    finally:
        telemetry.reset_traceparent(token)


def _say(tx: Transaction, message: Message, state: State, language: str, reason: str | None) -> None:
    told = message.model_dump(include={"message_id", "template", "channel", "person_id", "partner_id"})
    if state in ("failed", "suppressed"):
        told["reason"] = reason
    event = SAID[state](**told, language=language)
    tx.publish(event, municipality=message.municipality, controller=message.controller)


def _log(message: Message, state: State, reason: str | None) -> None:
    """Ids and codes only: never who, never where to."""
    log.info(f"message_{state}", message_id=str(message.message_id), template=message.template, reason=reason)
