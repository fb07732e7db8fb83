"""What a relay must not miss, and what two of them must not do to each other."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg

from chassis.relay import Relay
from places import Place
from processes import until
from tally.events import Counted


async def left(place: Place) -> dict[str, list[int]]:
    """Each key's versions, in the order in which Kafka holds them, when the outbox is empty."""

    async def empty() -> bool:
        return await place.value("select count(*) from outbox") == 0

    await until(empty, 15)
    found: dict[str, list[int]] = {}
    for headers in await place.headers("tallies"):
        found.setdefault(headers["ce_subject"], []).append(int(headers["ce_version"]))
    return found


async def test_what_is_committed_late_leaves_though_later_rows_have_left(place: Place) -> None:
    late, soon = uuid4(), uuid4()
    async with place.relaying(), place.database() as database:
        async with database.transaction() as tx:
            tx.publish(Counted(counter_id=late, total=1))
            await tx.flush()  # it has its number in the outbox now
            await database.say(Counted(counter_id=soon, total=1))
            assert await left(place) == {str(soon): [1]}
        assert await left(place) == {str(soon): [1], str(late): [1]}


async def test_two_relays_that_start_at_once_keep_each_key_in_order(place: Place) -> None:
    keys = [uuid4() for _ in range(3)]
    async with place.database() as database:
        for _ in range(30):
            await database.say(*(Counted(counter_id=key, total=0) for key in keys for _ in range(10)))
    relays = [Relay(place.database_url, place.servers.split(","), place.prefix) for _ in range(2)]
    running = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        assert await left(place) == {str(key): list(range(1, 301)) for key in keys}
    finally:
        for relay in relays:
            relay.stop()
        await asyncio.gather(*running)


async def test_a_row_that_somebody_holds_is_not_overtaken_by_its_keys_later_rows(place: Place) -> None:
    key = uuid4()
    async with place.database() as database:
        await database.say(*(Counted(counter_id=key, total=0) for _ in range(3)))
    holder = await asyncpg.connect(place.database_url)

    async def something_left() -> bool:
        return bool(await place.headers("tallies"))

    async with AsyncExitStack() as running:
        async with holder.transaction():
            await holder.execute("select 1 from outbox order by seq limit 1 for update")
            await running.enter_async_context(place.relaying())
            await until(something_left)
        await holder.close()
        assert await left(place) == {str(key): [1, 2, 3]}
