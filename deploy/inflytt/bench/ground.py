"""Where a benchmark runs: a database and topics of its own on real servers, and the processes of ours and of the floors."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.kafka import create_topics
from inflytt.bench.events import DRAINED, READINGS
from inflytt.errors import Stop
from inflytt.servers import Servers
from inflytt.servers.process import Child, free_port

SERVICES = Path(__file__).parent / "services"
OURS, FLOOR = ("chassis", "small", "--role"), ("inflytt.bench.floors",)


class Ground:
    """`await ground.made()` first; `connection` is ours to look with."""

    connection: asyncpg.Connection

    def __init__(self, servers: Servers, name: str) -> None:
        self.run, self.name = servers.run, name
        self.bootstrap = servers.kafka.bootstrap_servers
        self.prefix = f"{servers.kafka.prefix}{name}."
        self.database = servers.postgres.create_database(name)
        self.port = free_port()

    async def made(self) -> "Ground":
        await create_topics(self.bootstrap.split(","), self.prefix, [READINGS, DRAINED])
        migrating = Child(f"{self.name}-migrate", self._python("chassis.migrate", "small"), self.run, env=self._env())
        migrating.start()
        assert migrating.process is not None
        if migrating.process.wait(60):
            raise Stop(f"The benchmarks' tables could not be made: {migrating.last_words()}")
        self.connection = await asyncpg.connect(self.database.url)
        return self

    @contextmanager
    def process(self, whose: tuple[str, ...], role: str) -> Iterator[None]:
        """A process of OURS or of the FLOOR in a role, until the block ends."""
        child = Child(f"{self.name}-{whose[0]}-{role}", self._python(*whose, role), self.run, env=self._env())
        child.start()
        try:
            yield
        finally:
            child.stop()

    async def records(self, topic: str) -> int:
        """How many records the topic holds."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap.split(","))
        await consumer.start()
        try:
            places = [TopicPartition(self.prefix + topic, n) for n in range(READINGS.partitions)]
            return sum((await consumer.end_offsets(places)).values())
        finally:
            await consumer.stop()

    def _python(self, *words: str) -> list[str]:
        return [sys.executable, "-m", *words]

    def _env(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("INFLYTT_")}
        return others | {
            "PYTHONPATH": str(SERVICES),
            "INFLYTT_ENVIRONMENT": "local",
            "INFLYTT_DATABASE_URL": self.database.url,
            "INFLYTT_KAFKA_SERVERS": self.bootstrap,
            "INFLYTT_TOPIC_PREFIX": self.prefix,
            "INFLYTT_HTTP_PORT": str(self.port),
            "INFLYTT_ADMIN_PORT": str(free_port()),
            "INFLYTT_COOKIE_SECRET": "-" * 32,
            "INFLYTT_SERVICE_TOKEN": "-" * 32,
        }
