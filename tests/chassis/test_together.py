"""Work that is asked for together commits together; what fails, waits or is given up does so alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis import telemetry
from chassis.database import Database, Transaction
from chassis.together import Together
from places import Place
from tally.app import COUNT, Counter
from tally.events import Counted

Work = Callable[[Transaction], Awaitable[Any]]


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    async with place.database() as database:
        yield database


@pytest.fixture
def commits(database: Database) -> Together:
    return Together(database)


def counting(counter: UUID) -> Work:
    """Counts, says so, and returns the database's number of its transaction."""

    async def work(tx: Transaction) -> int:
        total = (await tx.fetch(COUNT, counter))[0]["total"]
        tx.publish(Counted(counter_id=counter, total=total, note=""))
        return int((await tx.fetch("select pg_current_xact_id()::text::bigint as id"))[0]["id"])

    return work


async def refused(tx: Transaction) -> None:
    await tx.execute("insert into counters (id, total) values ('this is no id', 0)")


async def test_forty_works_share_a_few_transactions_and_each_says_what_it_did(commits: Together, place: Place) -> None:
    counters = [uuid4() for _ in range(40)]
    transactions = await asyncio.gather(*(commits.do(counting(counter)) for counter in counters))
    assert len(set(transactions)) < 10
    assert await place.totals() == dict.fromkeys(counters, 1)
    assert {row["key"] for row in await place.fetch("select key from outbox")} == set(map(str, counters))


async def test_who_is_refused_is_refused_alone(commits: Together, place: Place) -> None:
    counters = [uuid4() for _ in range(20)]
    works = [counting(counter) for counter in counters]
    answers = await asyncio.gather(*map(commits.do, [*works[:10], refused, *works[10:]]), return_exceptions=True)
    assert [type(answer) for answer in answers if not isinstance(answer, int)] == [
        asyncpg.InvalidTextRepresentationError
    ]
    assert await place.totals() == dict.fromkeys(counters, 1)
    assert await place.value("select count(*) from outbox") == 20


async def test_an_answer_is_given_only_when_it_is_committed(commits: Together, place: Place) -> None:
    counters = [uuid4() for _ in range(10)]

    async def asked(counter: UUID) -> int:
        await commits.do(counting(counter))
        return int(await place.value("select total from counters where id = $1", counter))

    assert await asyncio.gather(*map(asked, counters)) == [1] * 10


async def test_who_waits_for_somebodys_lock_waits_alone(commits: Together, database: Database, place: Place) -> None:
    held, counters = uuid4(), [uuid4() for _ in range(10)]
    await commits.do(counting(held))
    async with database.transaction() as tx:
        await tx.execute("update counters set total = total where id = $1", held)
        waits = asyncio.create_task(commits.do(counting(held)))
        async with asyncio.timeout(5):
            await asyncio.gather(*(commits.do(counting(counter)) for counter in counters))
        assert not waits.done()
    await waits
    assert await place.totals() == {held: 2} | dict.fromkeys(counters, 1)


async def test_who_gives_up_before_its_turn_has_asked_for_nothing(commits: Together, place: Place) -> None:
    counters = [uuid4() for _ in range(30)]
    asking = [asyncio.create_task(commits.do(counting(counter))) for counter in counters]
    await asyncio.sleep(0)
    gone, stay = asking[10:20], asking[:10] + asking[20:]
    for task in gone:
        task.cancel()
    await asyncio.gather(*stay)
    assert await place.totals() == dict.fromkeys(counters[:10] + counters[20:], 1)


async def test_each_work_has_its_own_trace_session_and_actor(commits: Together, place: Place) -> None:
    async def work(tx: Transaction, counter: UUID) -> None:
        tx.acting(f"person:{counter}", "2580", "kommun")
        tx.session.add(Counter(id=counter, total=7))
        tx.publish(Counted(counter_id=counter, total=7, note=""))

    async def asked(counter: UUID) -> str:
        with telemetry.trace(None):
            await commits.do(lambda tx: work(tx, counter))
            return telemetry.trace_id()

    counters = [uuid4() for _ in range(12)]
    traces = await asyncio.gather(*map(asked, counters))
    assert await place.totals() == dict.fromkeys(counters, 7)
    said = {row["key"]: row["headers"] for row in await place.fetch("select key, headers from outbox")}
    for counter, trace in zip(counters, traces, strict=True):
        assert trace in said[str(counter)]
        assert f"person:{counter}" in said[str(counter)]


async def test_versions_of_one_key_stay_in_order_when_many_ask_at_once(commits: Together, place: Place) -> None:
    counter = uuid4()
    await asyncio.gather(*(commits.do(counting(counter)) for _ in range(100)))
    rows = await place.fetch("select version, payload from outbox order by seq")
    assert [row["version"] for row in rows] == list(range(1, 101))
    assert await place.totals() == {counter: 100}
