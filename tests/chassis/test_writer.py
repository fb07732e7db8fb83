"""The single writer: one process writes, others stand by; who loses the lock commits nothing more."""

import asyncio
import signal
import time
from uuid import uuid4

import pytest

from chassis.writer import LockLost, Writer
from places import Place
from processes import Worker, until

ONE = {"TALLY_SINGLE_WRITER": "all"}


async def listens(worker: Worker) -> bool:
    return "partitions" in (await worker.states()).get("consumer", {}).get("state", "")


async def stands_by(worker: Worker) -> bool:
    return (await worker.states()).get("consumer") == {"ok": True, "state": "stands by"}


@pytest.fixture
async def pair(place: Place) -> tuple[Worker, Worker]:
    """The one that writes, and the one that stands by."""
    one, other = place.start("consumer", **ONE), place.start("consumer", **ONE)

    async def settled() -> bool:
        assert one.child.alive
        assert other.child.alive
        return {await listens(one), await listens(other)} == {True, False} and (
            await stands_by(one) or await stands_by(other)
        )

    await until(settled, 40)
    return (one, other) if await listens(one) else (other, one)


async def test_when_the_writer_is_killed_another_writes_within_five_seconds(
    place: Place, pair: tuple[Worker, Worker]
) -> None:
    writer, standby = pair
    counters = [uuid4() for _ in range(5)]
    async with place.relaying():
        done = await place.counted(counters)
        await place.settled()
        writer.kill()
        killed = time.monotonic()

        async def holds() -> bool:
            return bool(standby.log("writer_holds_lock"))

        await until(holds, 5)
        assert time.monotonic() - killed < 5
        done += await place.counted(counters)
        await place.settled(30)
    await place.each_counted_once(done)
    assert await standby.stop() == 0


async def test_a_writer_that_is_stopped_midway_loses_the_lock_and_commits_nothing_when_it_wakes(
    place: Place, pair: tuple[Worker, Worker]
) -> None:
    writer, standby = pair
    counter = uuid4()
    async with place.relaying():
        done = await place.counted([counter])
        await place.settled()
        done += await place.counted([counter], "slow")

        async def sleeps() -> bool:
            return bool(await place.fetch("select 1 from pg_stat_activity where query = 'select pg_sleep(1.5)'"))

        await until(sleeps)
        writer.signal(signal.SIGSTOP)
        stopped = time.monotonic()

        async def holds() -> bool:
            return bool(standby.log("writer_holds_lock"))

        await until(holds, 20)
        assert time.monotonic() - stopped < 16
        await place.settled(30)
        writer.signal(signal.SIGCONT)
        await until(lambda: stands_by(writer), 20)
        done += await place.counted([counter])
        await place.settled(30)
    await place.each_counted_once(done)
    assert writer.log("batch_waits")


async def test_one_that_stands_by_ends_at_once_when_it_is_told_to(pair: tuple[Worker, Worker]) -> None:
    writer, standby = pair
    began = time.monotonic()
    assert await standby.stop() == 0
    assert time.monotonic() - began < 5
    assert not standby.log("part_ended")
    assert await listens(writer)


async def test_no_transaction_runs_on_a_connection_that_was_made_anew_without_the_lock(place: Place) -> None:
    async with place.database() as database:
        writer, never = Writer(database, "region"), asyncio.Event()
        async with writer.holding(never, lambda: None) as holds:
            assert holds
            async with writer.transaction() as tx:
                await tx.execute("insert into poison (note) values ('first')")
            await place.fetch(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tally writer'"
            )
            for _ in range(3):
                with pytest.raises(Exception):  # noqa: B017 - whatever a lost connection is told as
                    async with writer.transaction() as tx:
                        await tx.execute("insert into poison (note) values ('second')")
            assert not writer.holds
            with pytest.raises(LockLost):
                async with writer.transaction():
                    pass
    assert await place.value("select count(*) from poison") == 1


async def test_a_writer_whose_session_is_ended_takes_the_lock_again_by_itself(place: Place) -> None:
    writer = place.start("consumer", **ONE)
    async with place.relaying():
        counter = uuid4()
        done = await place.counted([counter])
        await place.settled(40)
        await place.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tally writer'"
        )
        done += await place.counted([counter])
        await place.settled(30)
    await place.each_counted_once(done)
    assert len(writer.log("writer_holds_lock")) == 2
