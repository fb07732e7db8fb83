"""What much has to be asked for is asked for at most so often; where there is little, each time."""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from starlette.requests import Request

from chassis.database import Transaction
from reporting.store import questions

T = TypeVar("T")
MUCH = 10_000  # tallies; below that an answer takes some milliseconds
LIVE, OVER = 30.0, 600.0  # seconds: what goes on, and what only a late word can change


async def kept(request: Request, tx: Transaction, what: Hashable, seconds: float, ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` answers, or answered to `what` at most so many seconds ago in this process."""
    if not await questions.much(tx, MUCH):
        return await ask()
    if not hasattr(request.app.state, "kept"):
        request.app.state.kept = {}
    answers: dict[Hashable, tuple[float, T]] = request.app.state.kept
    now = time.monotonic()
    if what in answers and now - answers[what][0] < seconds:
        return answers[what][1]
    answer = await ask()
    for old in [key for key, (at, _) in answers.items() if now - at >= OVER]:
        del answers[old]
    answers[what] = now, answer
    return answer
