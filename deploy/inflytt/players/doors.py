"""What every player has: the addresses of the doors, the mail, the journal, and the line everybody shares."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from inflytt.players.journal import Journal
from inflytt.players.mailbox import Mailboxes

SIDE_BY_SIDE = 8  # players who act at the same moment


@dataclass
class Doors:
    intake: str
    desk: str
    bootstrap: str
    prefix: str  # of topics, on a broker that others own
    partner_keys: dict[str, str]
    journal: Journal
    mail: Mailboxes
    connections: httpx.AsyncBaseTransport


async def together(acts: Iterable[Coroutine[Any, Any, object]], side_by_side: int = SIDE_BY_SIDE) -> None:
    """Lets so many act at a time. What one raises is raised, and who has not begun does not begin."""
    waiting = iter(acts)

    async def one_after_the_other() -> None:
        for act in waiting:
            await act

    try:
        await asyncio.gather(*(one_after_the_other() for _ in range(side_by_side)))
    finally:
        for act in waiting:
            act.close()
