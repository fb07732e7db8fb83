"""Versions of a key reach the consumer in order and without a gap, whoever writes and whoever reads."""

import asyncio
from uuid import UUID, uuid4

from places import Place
from processes import Worker, count_all


async def test_two_writers_of_the_same_keys_and_readers_that_come_go_and_die_keep_each_key_in_order(
    place: Place,
) -> None:
    writers = place.start("api"), place.start("api")
    doomed = place.start("consumer")
    async with place.relaying(), place.listening():
        for process in (*writers, doomed):
            await process.is_ready()
        enough = asyncio.Event()
        counters = [uuid4() for _ in range(8)]
        counting = [asyncio.create_task(keep_counting(writer, counters, enough)) for writer in writers]
        await asyncio.sleep(0.5)
        async with place.listening():  # a third joins, and leaves
            await asyncio.sleep(1)
        await asyncio.sleep(0.5)
        doomed.kill()
        await asyncio.sleep(0.5)
        enough.set()
        acked = [counter for counted in await asyncio.gather(*counting) for counter in counted]
        await place.settled(30)
    await place.each_counted_once(acked)
    assert len(acked) > 100
    assert max(acked.count(counter) for counter in counters) > 10


async def keep_counting(writer: Worker, counters: list[UUID], enough: asyncio.Event) -> list[UUID]:
    acked: list[UUID] = []
    while not enough.is_set():
        done, unsure = await count_all(writer, counters)
        assert not unsure
        acked += done
    return acked
