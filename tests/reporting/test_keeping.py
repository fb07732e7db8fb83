"""What much has to be asked for is asked for at most so often; where there is little, a page is never old."""

from types import SimpleNamespace
from typing import Any

from chassis.service import Service
from chassis.settings import Settings
from reporting import keeping


async def answers(service: Service[Settings], times: int, seconds: float) -> list[int]:
    """What is answered to the same question, asked so many times; each asking counts one more."""
    request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace()))
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        return asked

    async with service.database.transaction() as tx:
        return [await keeping.kept(request, tx, "x", seconds, ask) for _ in range(times)]


async def test_where_there_is_little_each_question_is_asked(service: Service[Settings]) -> None:
    assert await answers(service, 3, 60) == [1, 2, 3]


async def test_where_there_is_much_an_answer_is_kept_for_its_time(service: Service[Settings]) -> None:
    async with service.database.transaction() as tx:
        await tx.execute(
            """insert into tallies select '2580', 'placed', 'job', n::text, '2026-01-01', '2026-01-01', '2026-01-01', 1, now()
               from generate_series(1, 10500) n"""
        )
        await tx.execute("analyze tallies")
    assert await answers(service, 3, 60) == [1, 1, 1]
    assert await answers(service, 3, 0) == [1, 2, 3]
