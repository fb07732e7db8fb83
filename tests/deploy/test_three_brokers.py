"""Three brokers: each record is held three times and acknowledged by two, so that any one may fall."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from rich.console import Console

from inflytt import local, servers
from inflytt.demo import play
from inflytt.demo.live import Board
from inflytt.local.crew import SEVERAL
from inflytt.players.people import Size
from inflytt.servers import runs
from places import Place
from processes import count_all, some

pytestmark = [pytest.mark.long, pytest.mark.timeout(500)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Kafka]:
    with runs.folder("three", tmp_path_factory.mktemp("three")) as own:
        kafka = servers.Kafka(own, brokers=3)
        try:
            kafka.start()
            yield kafka
        finally:
            kafka.stop()


@pytest.fixture
async def place(run: Path, cluster: servers.Kafka, postgres: servers.Databases) -> AsyncIterator[Place]:
    made = await (await Place.made(run, cluster.bootstrap_servers, postgres)).topics()
    yield made
    await made.close()


async def test_every_topic_is_held_three_times_and_acknowledged_by_two(place: Place) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=place.servers.split(","))
    await admin.start()
    try:
        ours = [name for name in await admin.list_topics() if name.startswith(place.prefix)]
        told = await admin.describe_topics(ours)
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in ours])
    finally:
        await admin.close()
    assert ours
    assert {len(p["replicas"]) for topic in told for p in topic["partitions"]} == {3}
    for *_, entries in answer.resources:
        assert {entry[1] for entry in entries if entry[0] == "min.insync.replicas"} == {"2"}


async def test_each_broker_may_be_killed_in_turn_and_nothing_is_lost_doubled_or_turned_around(
    place: Place, cluster: servers.Kafka
) -> None:
    door = place.start("api")
    parts = [door, place.start("relay"), *(place.start("consumer", INFLYTT_INSTANCE=f"tally-{nth}") for nth in (1, 2))]
    await asyncio.gather(*(part.is_ready(60) for part in parts))
    acked, _ = await count_all(door, some(10, 2))
    for broker in cluster.brokers:
        broker.kill()
        done, _ = await count_all(door, some(10, 3))
        acked += done
        await place.settled(60)  # while it is away
        await asyncio.to_thread(broker.start)
    await place.settled(60)
    await place.each_counted_once(acked)
    assert all(len(part.log("started")) == 1 for part in parts)


SMALL = Size(
    households=12,
    couples=2,
    silent_partners=1,
    silent=1,
    leaving=1,
    twice=1,
    rubbish=1,
    vacancies=6,
    dwellings=3,
    queues=1,
)


async def test_what_is_expected_of_several_of_everything_happens_though_a_broker_was_killed() -> None:
    with local.running("broker-falls", roles=SEVERAL, state=None, brokers=3) as platform:
        assert platform.ground is not None
        assert isinstance(platform.ground.kafka, servers.Kafka)
        platform.ground.kafka.brokers[1].kill()
        told = await play(platform, 3, SMALL, Board(Console(stderr=True)))
        assert not platform.ground.kafka.brokers[1].alive
        assert all(process.ready() for process in platform.processes.values())
    assert told["findings"] == []
    assert told["expected"] == told["actual"]
    assert told["ok"]
