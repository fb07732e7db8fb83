"""What every player has: the addresses of the doors, the mail, the journal, and the line everybody shares."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import httpx

from inflytt.players.journal import Journal
from inflytt.players.mailbox import Mailboxes

T = TypeVar("T")
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


async def together(acts: Iterable[Awaitable[T]], side_by_side: int = SIDE_BY_SIDE) -> list[T]:
    """Lets so many act at a time; what they raise is raised."""
    turn = asyncio.Semaphore(side_by_side)

    async def one(act: Awaitable[T]) -> T:
        async with turn:
            return await act

    return list(await asyncio.gather(*(one(act) for act in acts)))
