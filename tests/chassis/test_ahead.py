"""Reading ahead: one step further than what is at work, and no further."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from chassis.ahead import ahead, meanwhile


class Steps:
    """Steps 1, 2, 3 …; which have begun, and whether it was closed."""

    def __init__(self, last: int, fails_at: int = 0) -> None:
        self.last, self.fails_at, self.seconds = last, fails_at, 0.0
        self.begun: list[int] = []
        self.closed = False

    async def told(self) -> AsyncGenerator[int, None]:
        try:
            for nth in range(1, self.last + 1):
                self.begun.append(nth)
                await asyncio.sleep(self.seconds)
                if nth == self.fails_at:
                    raise OSError(nth)
                yield nth
        finally:
            self.closed = True


async def test_the_next_step_is_done_while_one_is_at_work_and_the_one_after_that_waits() -> None:
    steps, had = Steps(4), []
    async with aclosing(ahead(steps.told())) as coming:
        async for step in coming:
            await asyncio.sleep(0.01)
            had.append((step, list(steps.begun)))
    assert had == [(1, [1, 2]), (2, [1, 2, 3]), (3, [1, 2, 3, 4]), (4, [1, 2, 3, 4])]
    assert steps.closed


async def test_who_breaks_off_leaves_nothing_under_way() -> None:
    steps, others = Steps(4), asyncio.all_tasks()
    async with aclosing(ahead(steps.told())) as coming:
        async for _ in coming:
            steps.seconds = 60
            await asyncio.sleep(0.01)
            break
    assert steps.begun == [1, 2]
    assert steps.closed
    assert asyncio.all_tasks() == others


async def test_what_fails_ahead_fails_in_its_turn() -> None:
    steps, had = Steps(4, fails_at=3), []
    with pytest.raises(OSError, match="3"):
        async with aclosing(ahead(steps.told())) as coming:
            async for step in coming:
                had.append(step)
                await asyncio.sleep(0.01)
    assert had == [1, 2]


async def test_no_steps_are_no_steps() -> None:
    assert [step async for step in ahead(Steps(0).told())] == []


async def test_what_is_thought_meanwhile_is_thought_when_the_statement_is_on_its_way() -> None:
    told = []

    async def statement() -> None:
        told.append("sent")
        await asyncio.sleep(0.01)
        told.append("done")

    assert await meanwhile(statement(), lambda: len(told)) == 1
    assert told == ["sent", "done"]


async def test_a_statement_ends_also_when_the_thought_fails_and_its_own_error_is_told() -> None:
    ended = asyncio.Event()

    async def statement(error: Exception | None) -> None:
        await asyncio.sleep(0.01)
        ended.set()
        if error:
            raise error

    with pytest.raises(ZeroDivisionError):
        await meanwhile(statement(None), lambda: 1 // 0)
    assert ended.is_set()
    with pytest.raises(OSError):
        await meanwhile(statement(OSError()), lambda: 1)
