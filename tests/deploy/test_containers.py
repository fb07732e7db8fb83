"""Kafka and PostgreSQL in containers are what they are without: they survive, leave nothing behind, and say what is wrong."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from docker.models.containers import Container

from chassis.kafka import create_topics
from contracts import Topic
from inflytt import servers
from inflytt.errors import Stop
from inflytt.servers import engine
from inflytt.servers.containers import Contained

in_containers = pytest.mark.skipif(
    os.environ.get("INFRA") != "containers", reason="DID NOT RUN: wants INFRA=containers"
)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "silent"])
@pytest.mark.parametrize("start", [servers.kafka, servers.postgres])
def test_without_an_engine_one_sentence_says_what_to_do_in_time(
    host: str, start: object, silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.PATIENCE < 30
    monkeypatch.setattr(engine, "PATIENCE", 1)
    for named in ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"):
        monkeypatch.delenv(named, raising=False)
    monkeypatch.setenv("INFRA", "containers")
    monkeypatch.setenv("DOCKER_HOST", silent if host == "silent" else host)
    began = time.monotonic()
    with pytest.raises(Stop, match=r"^INFRA=containers needs a Docker engine .*DOCKER_HOST, or unset INFRA"):
        assert callable(start)
        start(tmp_path).__enter__()
    assert time.monotonic() - began < 5


def test_another_word_in_infra_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFRA", "container")
    with pytest.raises(Stop, match="INFRA=container is not known"):
        servers.own_postgres(tmp_path).__enter__()


def test_three_brokers_are_refused_in_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFRA", "containers")
    with pytest.raises(Stop, match="one broker, not 3"):
        servers.own_kafka(tmp_path, 3).__enter__()


@in_containers
def test_an_image_that_cannot_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_IMAGE", "inflytt-nowhere:none")
    with pytest.raises(Stop, match=r"inflytt-nowhere:none is not there and can't be pulled .* POSTGRES_IMAGE"):
        servers.own_postgres(tmp_path).__enter__()


@in_containers
async def test_kafka_in_a_container_keeps_what_it_acknowledged_when_killed_and_started_again(tmp_path: Path) -> None:
    with servers.own_kafka(tmp_path) as broker:
        broker.start()
        await create_topics([broker.bootstrap_servers], "", [Topic("kept", ("tests",), 1)])
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all") as producer:
            await producer.send_and_wait("kept", b"one")
        for end in (broker.kill, broker.stop):
            end()
            assert not broker.alive
            broker.start()
            assert await first(broker.bootstrap_servers) == b"one"
        assert isinstance(broker, servers.ContainedKafka)
        left = broker.child
    assert is_removed(left)
    assert left.log.stat().st_size


async def first(bootstrap_servers: str) -> bytes | None:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap_servers) as consumer:
        consumer.assign([partition := TopicPartition("kept", 0)])
        await consumer.seek_to_beginning(partition)
        return (await asyncio.wait_for(consumer.getone(), 30)).value


@in_containers
async def test_postgres_in_a_container_keeps_what_it_committed_when_killed_and_started_again(tmp_path: Path) -> None:
    with servers.own_postgres(tmp_path) as server:
        server.start()
        database = server.create_database("kept")
        await asked(database, "create table t as select lower('ÅÄÖ') as x")
        for end in (server.kill, server.stop):
            end()
            with pytest.raises(OSError):
                await asked(database, "select 1")
            server.start()
            assert await asked(database, "select x from t") == "åäö"
        assert isinstance(server, servers.ContainedPostgres)
        left = server.child
    assert is_removed(left)


async def asked(database: servers.Database, sql: str) -> object:
    connection = await asyncpg.connect(database.url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def is_removed(contained: Contained) -> bool:
    return contained.made.id not in {container.id for container in all_there()}


def all_there() -> list[Container]:
    with engine.engine() as found:
        there: list[Container] = found.client.containers.list(all=True, ignore_removed=True)
        return there


STARTER = """
import sys, time
from pathlib import Path
from inflytt import servers
with servers.own_postgres(Path(sys.argv[1])) as server:
    server.child.start()
    print(server.child.made.id, flush=True)
    time.sleep(600)
"""


@in_containers
def test_what_a_killed_run_left_is_swept_away_by_the_next_and_what_another_uses_is_not(tmp_path: Path) -> None:
    runs = []
    for name in ("killed", "under-way"):
        (tmp_path / name).mkdir()
        command = [sys.executable, "-c", STARTER, str(tmp_path / name)]
        runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    try:
        left, used = (run.stdout.readline().strip() for run in runs if run.stdout)
        runs[0].kill()
        runs[0].wait()
        assert {left, used} <= {container.id for container in all_there()}
        with servers.own_postgres(tmp_path):
            there = {container.id for container in all_there()}
        assert used in there
        assert left not in there
    finally:
        for run in runs:
            run.kill()
            run.communicate()
        with engine.engine() as found:
            engine.sweep(found.client)
    assert not {left, used} & {container.id for container in all_there()}
