"""The outbox under sixteen writers: the relay skips no row and keeps each key in order. A cursor would not."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Collection
from uuid import UUID, uuid4

import asyncpg

from chassis.database import Database
from chassis.relay import Relay
from places import Place
from processes import until
from tally.events import Counted

WRITERS, KEYS = 16, 200


class CursorRelay(Relay):
    """What must not be: it remembers the last row that it took, and asks for those after it."""

    AFTER = (
        "select seq, id, topic, key, version, type, headers, payload from outbox where seq > $1 order by seq limit 2000"
    )

    last = 0

    async def _next(
        self, connection: asyncpg.Connection, acked: list[int], known: Collection[int]
    ) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await connection.fetch(self.AFTER, self.last)
        self.last = rows[-1]["seq"] if rows else self.last
        return rows


async def write(database: Database, keys: list[UUID], rows: int) -> None:
    """Ten rows a transaction; one in twenty is held open for up to 20 ms after its rows have got their numbers."""
    for _ in range(rows // 10):
        async with database.transaction() as tx:
            tx.publish(*(Counted(counter_id=key, total=0) for key in random.sample(keys, 10)))
            await tx.flush()
            if random.random() < 0.05:
                await asyncio.sleep(random.random() * 0.02)


async def relayed(place: Place, relay: Relay, rows: int, until_empty: bool) -> dict[str, list[int]]:
    """What came through the relay: each key's versions, in the order in which Kafka holds them."""
    running = asyncio.create_task(relay.run())
    database = Database(place.database_url, "tally", pool_size=WRITERS)
    keys = [uuid4() for _ in range(KEYS)]
    await asyncio.gather(*(write(database, keys, rows // WRITERS) for _ in range(WRITERS)))
    await database.close()

    async def empty() -> bool:
        return await place.value("select count(*) from outbox") == 0

    await until(empty, 60) if until_empty else await asyncio.sleep(1)
    relay.stop()
    await running
    return await log_of(place)


async def log_of(place: Place) -> dict[str, list[int]]:
    versions: dict[str, list[int]] = defaultdict(list)
    for headers in await place.headers("tallies"):
        versions[headers["ce_subject"]].append(int(headers["ce_version"]))
    return versions


async def test_of_twenty_thousand_rows_of_sixteen_writers_none_is_skipped_and_keys_stay_in_order(place: Place) -> None:
    relay = Relay(place.database_url, place.servers.split(","), place.prefix)
    versions = await relayed(place, relay, 20_000, until_empty=True)
    assert sum(map(len, versions.values())) == 20_000
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in versions.values())


async def test_the_same_writers_lose_rows_to_a_relay_with_a_cursor(place: Place) -> None:
    relay = CursorRelay(place.database_url, place.servers.split(","), place.prefix)
    versions = await relayed(place, relay, 4_000, until_empty=False)
    skipped = 4_000 - sum(map(len, versions.values()))
    assert skipped > 0


async def test_a_relay_that_was_stopped_goes_on_where_it_was_and_another_stands_by(place: Place) -> None:
    counters = [uuid4() for _ in range(5)]
    async with place.relaying() as first, place.relaying() as second:

        async def one_holds() -> bool:
            return {first.state, second.state} == {"holds", "stands by"}

        await until(one_holds)
        await place.counted(counters)
        holder, other = (first, second) if first.state == "holds" else (second, first)
        holder.stop()

        async def taken_over() -> bool:
            return other.state == "holds"

        await until(taken_over, 5)
        await place.counted(counters)
    versions = await log_of(place)
    assert versions == {str(counter): [1, 2] for counter in counters}


async def test_a_relay_whose_session_is_ended_comes_back_by_itself(place: Place) -> None:
    async with place.relaying() as relay:

        async def holds() -> bool:
            return relay.state == "holds"

        await until(holds)
        for _ in range(3):
            await place.fetch("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay'")
            (counter,) = await place.counted([uuid4()])

            async def sent(key: str = str(counter)) -> bool:
                return key in await log_of(place)

            await until(sent)
