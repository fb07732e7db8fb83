"""The sending loop: takes letters that are due, asks intake, hands them over, and writes down at once how each ended.

A letter is `sending` while nothing of it has left, and `handing_over` from just before its text does: what a dead
process leaves in the first state goes back in line, in the second it is `uncertain` and never sent again by itself.
"""

import asyncio
from collections import deque
from datetime import timedelta

import httpx

from chassis import clock, faults
from chassis.service import Service
from chassis.telemetry import log
from notifications.ledger import Ledger, Taken, traced
from notifications.letters import Letters, Unwritable
from notifications.senders import Answer, Connection, Intake, IntakeAway, MailServer, Outcome
from notifications.settings import NotificationsSettings

ROUND = 200  # letters a round: at most 500 may be asked for at once
PAUSE = 0.5  # seconds between two looks at an empty ledger
INTAKE_PAUSE = timedelta(seconds=2)


async def run(service: Service[NotificationsSettings]) -> None:
    """Sends until the service stops; then ends what is being handed over and puts the rest back."""
    settings = service.settings
    headers = {"authorization": f"Bearer {settings.service_token}"}
    ledger = Ledger(service.database, 3 * settings.smtp_timeout, settings.max_attempts)
    async with httpx.AsyncClient(base_url=settings.intake_url, headers=headers, timeout=10) as client:
        office = PostOffice(ledger, Intake(client), settings, service.stopping)
        while not service.stopping.is_set():
            await ledger.recover()
            if not await office.send_round():
                await asyncio.sleep(PAUSE)


class PostOffice:
    """One sender, between its ledger and its two outsides."""

    def __init__(
        self, ledger: Ledger, intake: Intake, settings: NotificationsSettings, stopping: asyncio.Event
    ) -> None:
        self.ledger, self.intake, self.stopping = ledger, intake, stopping
        self.letters = Letters(settings.mail_from)
        self.side_by_side = settings.sends_in_parallel
        self.server = MailServer(
            settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_user, settings.smtp_password,
            settings.smtp_timeout,
        )  # fmt: skip

    async def send_round(self) -> int:
        """Takes what is due and brings each letter as far as it gets. Returns how many were taken."""
        letters = await self.ledger.take(ROUND)
        if not letters:
            return 0
        try:
            answers = await self.intake.letters([letter.message for letter in letters])
        except IntakeAway as error:
            log.warning("intake_away", letters=len(letters), why=str(error))
            await self.ledger.release(letters, INTAKE_PAUSE)
            return len(letters)
        waiting = deque((letter, answers.get(letter.message.message_id)) for letter in letters)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.side_by_side, len(letters))):
                group.create_task(self._one_after_the_other(waiting))
        if waiting:
            await self.ledger.release(letters, timedelta())
        return len(letters)

    async def _one_after_the_other(self, waiting: deque[tuple[Taken, Answer | None]]) -> None:
        """One connection, used for the whole round."""
        connection = self.server.connection()
        while waiting and not self.stopping.is_set():
            letter, answer = waiting.popleft()
            with traced(letter.message):
                await self._deal_with(letter, answer, connection)
        await connection.close()

    async def _deal_with(self, letter: Taken, answer: Answer | None, connection: Connection) -> None:
        if answer is None:
            await self.ledger.try_again(letter, "intake_said_nothing")
        elif not answer.wanted:
            await self.ledger.settle(letter, "suppressed", letter.message.language, answer.reason)
        elif letter.place is None:
            await self.ledger.try_again(letter, "place_not_heard_of_yet")
        else:
            await self._deliver(letter, letter.place, answer, connection)

    async def _deliver(self, letter: Taken, place: dict[str, str], answer: Answer, connection: Connection) -> None:
        outcome = await self._hand_over(letter, place, answer, connection)
        language = answer.language or letter.message.language
        match outcome:
            case Outcome("taken"):
                await self.ledger.settle(letter, "sent", language)
            case Outcome("turned_away", reason):
                await self.ledger.try_again(letter, reason)
            case Outcome("refused", reason):
                await self.ledger.settle(letter, "failed", language, reason)
            case Outcome("lost", reason):
                await self.ledger.settle(letter, "uncertain", language, reason)

    async def _hand_over(
        self, letter: Taken, place: dict[str, str], answer: Answer, connection: Connection
    ) -> Outcome | None:
        """What became of it. None: it is no longer ours to send."""
        try:
            mail = self.letters.written(letter.message, place, answer, clock.now())
        except Unwritable:
            return Outcome("refused", "address_unusable")
        except Exception as error:  # a fault of ours: it must not hold up the letters of others
            log.error("message_unwritten", message_id=str(letter.message.message_id), error=type(error).__name__)
            return Outcome("turned_away", "unwritten")
        faults.point("before announcing")
        if (stopped := await connection.announce(self.letters.sender, answer.address)) is not None:
            return stopped
        if not await self.ledger.handing_over(letter):
            await connection.take_back()
            return None
        faults.point("before handing over")
        outcome = await connection.hand_over(mail)
        faults.point("after handing over")
        return outcome
