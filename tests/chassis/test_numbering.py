"""Versions are given under a lock per key, and keys are locked in one order."""

import asyncio
import random
from uuid import UUID, uuid4

from chassis.database import Database
from places import Place
from tally.events import Counted

WRITERS, TIMES, KEYS = 6, 15, 60


async def test_two_that_speak_of_one_key_at_once_are_numbered_one_after_the_other(place: Place) -> None:
    counter = uuid4()
    async with place.database() as database:
        async with database.transaction() as tx:
            tx.publish(Counted(counter_id=counter, total=1))
            await tx.flush()
            other = asyncio.create_task(database.say(Counted(counter_id=counter, total=2)))
            await asyncio.sleep(0.3)
        await other
    rows = await place.fetch("select version from outbox order by seq")
    assert [row["version"] for row in rows] == [1, 2]


async def test_who_speak_of_the_same_keys_in_any_order_do_not_wait_for_each_other_in_a_ring(place: Place) -> None:
    keys = [uuid4() for _ in range(KEYS)]
    async with place.database() as database:
        await asyncio.gather(*(speak(database, keys) for _ in range(WRITERS)))
    numbers = await place.fetch("select array_agg(version order by seq) as found from outbox group by key")
    assert [row["found"] for row in numbers] == [list(range(1, WRITERS * TIMES + 1))] * KEYS


async def speak(database: Database, keys: list[UUID]) -> None:
    for _ in range(TIMES):
        async with database.transaction() as tx:
            tx.publish(*(Counted(counter_id=key, total=0) for key in random.sample(keys, len(keys))))
