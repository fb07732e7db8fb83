"""SIGTERM: what is in flight ends, nothing is handled twice, and what was acknowledged is there."""

import asyncio
import time

from places import Place
from processes import count_all, some, until


async def test_a_service_told_to_end_under_load_ends_well_and_another_goes_on(place: Place) -> None:
    worker = await place.start("all").is_ready()
    counting = asyncio.create_task(count_all(worker, some(8, 60)))
    await asyncio.sleep(0.5)
    began = time.monotonic()
    assert await worker.stop() == 0
    assert time.monotonic() - began < 20
    acked, unsure = await counting
    assert acked
    assert unsure, "it ended before the load did"
    assert await place.value("select count(*) from outbox") == 0, "what it said left with it"
    assert not worker.log("part_ended")
    async with place.flowing():
        await place.settled()
    await place.each_counted_once(acked, unsure)


async def test_a_consumer_told_to_end_lets_its_batch_end_and_takes_no_other(place: Place) -> None:
    counters = some(1, 1)
    worker = await place.start("consumer").is_ready()
    async with place.relaying():
        await place.counted(counters, "slow")

        async def handles() -> bool:
            return bool(await place.fetch("select 1 from pg_stat_activity where query = 'select pg_sleep(1.5)'"))

        await until(handles)
        assert await worker.stop() == 0
        assert [row["total"] for row in await place.fetch("select total from steps")] == [1]
        async with place.listening():
            await place.settled()
    await place.each_counted_once(counters)
