"""Python and PostgreSQL at work at once: the next records are read, and what is to be written is thought out, while it works."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from aiokafka import ConsumerRecord

from chassis.records import Heard, read

T = TypeVar("T")
TURN = 25  # records; then who waits for the loop has a turn: a statement's answer, a request


async def read_by_turns(records: Sequence[ConsumerRecord], prefix: str) -> list[Heard]:
    """What each record says, in their order."""
    heard: list[Heard] = []
    for at in range(0, len(records), TURN):
        heard += [read(record, prefix) for record in records[at : at + TURN]]
        await asyncio.sleep(0)
    return heard


async def ahead(steps: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same steps, none of them None, each begun as the one before it is handed out.

    Close it (`aclosing`): then nothing is left under way.
    """
    coming = asyncio.ensure_future(anext(steps, None))
    try:
        while (step := await coming) is not None:
            coming = asyncio.ensure_future(anext(steps, None))
            yield step
    finally:
        coming.cancel()
        await asyncio.wait({coming})
        await steps.aclose()


async def meanwhile(statement: Coroutine[Any, Any, object], think: Callable[[], T]) -> T:
    """What `think` gives, thought while the statement runs; it has ended when this returns, or raises."""
    running = asyncio.ensure_future(statement)
    try:
        await asyncio.sleep(0)  # now it is on its way
        return think()
    finally:
        await running
