"""What a single writer knows by heart: made from its database when it takes the lock, and changed as its transactions are."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from typing import Protocol

from chassis.database import Transaction

Begin = Callable[[], AbstractAsyncContextManager[Transaction]]
Awake = Callable[[Transaction], Awaitable[bool]]
KEPT = 2.0  # seconds between two words to the session that holds the lock, which is lost when it idles


class Memory(Protocol):
    """Kept in the process of the one writer. `batch()` within `batch()` is what a savepoint is to a transaction."""

    def batch(self) -> AbstractContextManager[None]:
        """All that is changed within stands, or nothing of it."""
        ...


def remembering(begin: Begin, memory: Memory | None) -> Begin:
    """Transactions that handlers reach `memory` through (`tx.memory`), and that it stands or falls with."""

    @asynccontextmanager
    async def both() -> AsyncIterator[Transaction]:
        with memory.batch() if memory else nullcontext():
            async with begin() as tx:
                tx.memory = memory
                yield tx

    return both


async def remembered(made: Awaitable[Memory], begin: Begin) -> Memory:
    """The memory, however long it takes to make."""
    making = asyncio.ensure_future(made)
    try:
        while not (await asyncio.wait({making}, timeout=KEPT))[0]:
            async with begin() as tx:
                await tx.execute("select 1")
        return making.result()
    finally:
        making.cancel()


async def woken(awake: Iterable[Awake], begin: Begin) -> None:
    """Says what the new memory makes of the state, a transaction at a time."""
    for say in awake:
        more = True
        while more:
            async with begin() as tx:
                more = await say(tx)
