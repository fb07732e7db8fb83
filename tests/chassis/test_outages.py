"""Kafka or PostgreSQL away: the service says so, keeps what it acknowledged, and goes on by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from inflytt import servers
from places import Place
from processes import Worker, count_all, some, until

OUTAGE = 60.0  # seconds; longer than the relay's session may idle, and than a producer's patience


@pytest.fixture(scope="module")
def broker(run: Path) -> Iterator[servers.OwnKafka]:
    """A Kafka of these tests' own, which they may stop."""
    (own := run / "outages").mkdir(mode=0o711)
    with servers.own_kafka(own) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def databases(run: Path) -> Iterator[servers.OwnPostgres]:
    """A PostgreSQL of these tests' own, which they may kill."""
    (own := run / "outages-postgres").mkdir(mode=0o711)
    with servers.own_postgres(own) as postgres:
        postgres.start()
        yield postgres


@pytest.fixture
async def site(run: Path, broker: servers.OwnKafka, databases: servers.OwnPostgres) -> AsyncIterator[Place]:
    made = await Place.made(run, broker.bootstrap_servers, databases)
    yield made
    await made.close()


async def waits_for_kafka(worker: Worker) -> bool:
    return bool(worker.log("waiting_for_kafka"))


async def back(site: Place, broker: servers.OwnKafka) -> None:
    """Kafka runs, with the site's topics."""
    if not broker.alive:
        await asyncio.to_thread(broker.start)
    await site.topics()


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_kafka_away_at_start_is_waited_for_and_away_under_load_costs_nobody_anything(
    site: Place, broker: servers.OwnKafka
) -> None:
    worker = site.start("all")

    await until(lambda: waits_for_kafka(worker), 30)
    states = await worker.states()
    assert (states["api"]["ok"], states["consumer"]) == (True, {"ok": False, "state": "waits for Kafka"})
    assert not states["relay"]["ok"]
    acked, unsure = await count_all(worker, some(5, 2))
    assert not unsure

    await back(site, broker)
    await worker.is_ready(60)
    await site.settled(30)

    await asyncio.to_thread(broker.stop)
    away = time.monotonic()
    while time.monotonic() - away < OUTAGE:
        done, unsure = await count_all(worker, some(3, 1))
        assert not unsure
        acked += done
        await asyncio.sleep(0.2)
    await asyncio.to_thread(broker.start)
    await site.settled(60)
    await site.each_counted_once(acked)
    await worker.is_ready(30)
    assert len(worker.log("started")) == 1


async def test_told_to_end_while_kafka_is_away_it_ends_in_time(site: Place, broker: servers.OwnKafka) -> None:
    await back(site, broker)
    worker = await site.start("all").is_ready(40)
    await asyncio.to_thread(broker.stop)
    late = site.start("all")
    acked, unsure = await count_all(worker, some(5, 2))
    assert not unsure
    await until(lambda: waits_for_kafka(late), 30)
    codes = await asyncio.gather(worker.stop(20), late.stop(20))
    assert codes == [0, 0]
    await asyncio.to_thread(broker.start)
    async with site.flowing():
        await site.settled(40)
    await site.each_counted_once(acked)


async def test_a_killed_database_is_told_as_503_and_all_goes_on_when_it_is_back(
    site: Place, broker: servers.OwnKafka, databases: servers.OwnPostgres
) -> None:
    await back(site, broker)
    worker = await site.start("all").is_ready(40)
    counter = uuid4()
    acked, unsure = await count_all(worker, [counter] * 5)
    databases.kill()
    answer = await worker.count(counter)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    assert not await worker.ready()
    await asyncio.to_thread(databases.start)

    async def counts() -> bool:
        answer = await worker.count(counter)
        (acked if answer.status_code == 201 else unsure).append(counter)
        return answer.status_code == 201

    await until(counts)
    await site.settled(40)
    await site.each_counted_once(acked, [*unsure, counter])
    await worker.is_ready(30)
    assert len(worker.log("started")) == 1
    assert not worker.log("part_ended")
