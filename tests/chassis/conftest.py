"""Places where the small service runs: a database and topics per test, on the servers that all tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.kafka import start_producer
from inflytt import servers
from pen import Pen
from places import Place


@pytest.fixture
async def place(
    run: Path, kafka: servers.Kafka | servers.BorrowedKafka, postgres: servers.Databases
) -> AsyncIterator[Place]:
    """With topics; whatever it starts is ended after the test."""
    made = await (await Place.made(run, kafka.bootstrap_servers, postgres, kafka.prefix)).topics()
    yield made
    await made.close()


@pytest.fixture
async def pen(place: Place) -> AsyncIterator[Pen]:
    producer = await start_producer(place.servers.split(","))
    yield Pen(place, producer)
    await producer.stop()
