"""Where a reader begins: at the first record when it is new, and before a batch that its last reader did not end."""

import asyncio
from uuid import uuid4

from pen import has_done
from places import Place
from processes import until


async def test_a_consumer_that_comes_late_hears_all_that_was_said_before(place: Place) -> None:
    counter = uuid4()
    async with place.relaying():
        await place.counted([counter] * 3)

        async def left() -> bool:
            return await place.value("select count(*) from outbox") == 0

        await until(left)
        async with place.listening():
            await has_done(place, counter, 1, 2, 3)
            await place.counted([counter])
            await has_done(place, counter, 1, 2, 3, 4)


async def test_a_batch_under_way_when_partitions_move_is_handled_though_its_reader_is_killed(place: Place) -> None:
    counters = [uuid4() for _ in range(4)]
    first = await place.start("consumer").is_ready()
    async with place.relaying():
        counting = asyncio.create_task(place.counted(counters, "slow"))

        async def sleeps() -> bool:
            return bool(await place.fetch("select 1 from pg_stat_activity where query = 'select pg_sleep(1.5)'"))

        await until(sleeps)
        async with place.listening():  # joins, and partitions move
            await asyncio.sleep(2.5)
            first.kill()
            done = await counting
            await place.settled(30)
    await place.each_counted_once(done)
