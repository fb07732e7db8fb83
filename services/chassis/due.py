"""What is due: rows written with the state that makes them, taken in a transaction like an event."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis import telemetry
from chassis.database import Transaction
from chassis.passing import is_passing
from chassis.telemetry import log

TAKE = """select kind, key, at, payload from due where at <= $1 and error is null and kind = any($2::text[])
          order by at, kind, key limit $3 for update skip locked"""
ATTEMPTS, AGAIN = 5, timedelta(minutes=1)


@dataclass(frozen=True)
class Due:
    """Something whose time has come, in platform time."""

    kind: str
    key: str
    at: datetime
    payload: dict[str, Any]


async def take_due(
    begin: Callable[[], AbstractAsyncContextManager[Transaction]],
    handlers: Mapping[str, Callable[..., Awaitable[Any]]],
    limit: int = 100,
) -> int:
    """Handles what is due now, each in a savepoint, and returns how many rows were taken.

    What fails for good is tried five times, a minute apart, then kept with its error for an operator to see.
    """
    async with begin() as tx:
        rows = await tx.fetch(TAKE, tx.now, list(handlers), limit)
        for row in rows:
            due = Due(row["kind"], row["key"], row["at"], json.loads(row["payload"]))
            try:
                with telemetry.trace(None):  # one of its own: deadlines that come together are not one story
                    async with tx.savepoint():
                        await tx.undue(due.kind, due.key)  # first: the handler may set it anew
                        tx.publish(*(await handlers[due.kind](due, tx) or ()))
                        await tx.flush()
            except Exception as error:
                if is_passing(error):
                    raise
                await _failed(tx, due, type(error).__name__)
    return len(rows)


async def _failed(tx: Transaction, due: Due, error: str) -> None:
    log.error("due_failed", kind=due.kind, key=due.key, error=error)
    await tx.execute(
        """update due set attempts = attempts + 1, error = case when attempts + 1 >= $4 then $3 end,
           at = $5 where kind = $1 and key = $2""",
        due.kind,
        due.key,
        error,
        ATTEMPTS,
        tx.now + AGAIN,
    )
