"""Places where `tally` runs: a database and topics of a test's own, with its roles in this process or in others."""

import asyncio
import os
import secrets
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.database import Database
from chassis.kafka import create_topics
from chassis.keyring import Keyring
from chassis.listening import Listening
from chassis.migrate import migrate
from chassis.relay import Relay
from chassis.settings import Settings
from contracts import Topic
from inflytt.servers import Databases
from inflytt.servers.process import Child, free_port
from processes import Worker, until
from tally.app import COUNT, consumer
from tally.events import ECHOES, TALLIES, Counted

SUPPORT = Path(__file__).parent
SECRET = "s" * 32
PARTITIONS = 6


class Place:
    """A database and topics of a test's own, and the processes that it starts there."""

    def __init__(self, run: Path, servers: str, database_url: str, prefix: str) -> None:
        self.run, self.servers, self.database_url, self.prefix = run, servers, database_url, prefix
        self.workers: list[Worker] = []

    @classmethod
    async def made(cls, run: Path, servers: str, postgres: Databases, prefix: str = "") -> "Place":
        """With tally's tables and, unless no broker is there yet, its topics."""
        name = f"tally_{secrets.token_hex(4)}"
        place = cls(run, servers, postgres.create_database(name).url, f"{prefix}{name}.")
        await migrate("tally", place.database_url)
        return place

    async def topics(self) -> "Place":
        wanted = [Topic(topic.name, topic.publishers, PARTITIONS) for topic in (TALLIES, ECHOES)]
        await create_topics(self.servers.split(","), self.prefix, wanted)
        return self

    def start(self, role: str = "all", crash: str = "", **env: str) -> Worker:
        """A process in this role; it may not be ready yet. `crash` names the point where it ends, "point:n"."""
        port, admin = free_port(), free_port()
        told = {
            "INFLYTT_ENVIRONMENT": "local",
            "INFLYTT_DATABASE_URL": self.database_url,
            "INFLYTT_KAFKA_SERVERS": self.servers,
            "INFLYTT_TOPIC_PREFIX": self.prefix,
            "INFLYTT_HTTP_PORT": str(port),
            "INFLYTT_ADMIN_PORT": str(admin),
            "INFLYTT_COOKIE_SECRET": SECRET,
            "INFLYTT_SERVICE_TOKEN": SECRET,
            "INFLYTT_CRASH": crash,
        }
        ours = {name: value for name, value in os.environ.items() if not name.startswith("INFLYTT_")}
        child = Child(
            f"tally-{role}-{port}",
            [sys.executable, "-m", "chassis", "tally", "--role", role],
            self.run,
            env={**ours, **told, **env, "PYTHONPATH": os.pathsep.join([str(SUPPORT), ours.get("PYTHONPATH", "")])},
        )
        child.start()
        self.workers.append(Worker(child, port, admin))
        return self.workers[-1]

    def settings(self, **more: Any) -> Settings:
        return Settings(
            environment="local",
            database_url=self.database_url,
            kafka_servers=self.servers,
            topic_prefix=self.prefix,
            cookie_secret=SECRET,
            service_token=SECRET,
            **more,
        )

    @asynccontextmanager
    async def database(self, keyring: Keyring | None = None) -> AsyncIterator[Database]:
        database = Database(self.database_url, "tally", keyring)
        try:
            yield database
        finally:
            await database.close()

    @asynccontextmanager
    async def listening(self, keyring: Keyring | None = None) -> AsyncIterator[Listening]:
        """The consumer in this process: for tests that need not kill it."""
        async with self.database(keyring) as database:
            listening = Listening(consumer, database, self.settings())
            task = asyncio.create_task(listening.run())
            try:
                yield listening
            finally:
                listening.stop()
                await asyncio.wait_for(task, 20)

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[Listening]:
        """Relay and consumer, both in this process."""
        async with self.relaying(), self.listening() as listening:
            yield listening

    async def counted(self, counters: Iterable[UUID], note: str = "") -> list[UUID]:
        """Counts without a door, as the api does, each committed before the next."""
        async with self.database() as database:
            return [await self._counted(database, counter, note) for counter in counters]

    async def _counted(self, database: Database, counter: UUID, note: str) -> UUID:
        async with database.transaction() as tx:
            total = (await tx.fetch(COUNT, counter))[0]["total"]
            tx.publish(Counted(counter_id=counter, total=total, note=note))
        return counter

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[Relay]:
        """A relay in this process: for tests that are about something else."""
        relay = Relay(self.database_url, self.servers.split(","), self.prefix)
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            relay.stop()
            await asyncio.wait_for(task, 10)

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            return await connection.fetch(sql, *args)
        finally:
            await connection.close()

    async def value(self, sql: str, *args: Any) -> Any:
        return (await self.fetch(sql, *args))[0][0]

    async def totals(self) -> dict[UUID, int]:
        """What each counter stands at."""
        return {row["id"]: row["total"] for row in await self.fetch("select id, total from counters")}

    async def headers(self, topic: str) -> list[dict[str, str]]:
        """The headers of every record of a topic, in the order in which Kafka holds a key's."""
        kafka = AIOKafkaConsumer(bootstrap_servers=self.servers)
        await kafka.start()
        try:
            places = [TopicPartition(self.prefix + topic, number) for number in range(PARTITIONS)]
            kafka.assign(places)
            await kafka.seek_to_beginning()
            ends, found = await kafka.end_offsets(places), []
            while any([await kafka.position(where) < ends[where] for where in places]):
                for records in (await kafka.getmany(timeout_ms=500)).values():
                    found += [{name: value.decode() for name, value in r.headers} for r in records]
            return found
        finally:
            await kafka.stop()

    async def settled(self, seconds: float = 20.0) -> None:
        """Returns when all that was counted has been said, heard, and echoed."""

        async def rest() -> bool:
            (row,) = await self.fetch(
                """select (select count(*) from outbox) as outbox, (select coalesce(sum(total), 0) from counters) as counted,
                   (select count(*) from steps) as steps, (select count(*) from echoes) as echoes"""
            )
            self.standing = dict(row)
            return not row["outbox"] and row["steps"] >= row["counted"] and row["echoes"] >= row["counted"]

        try:
            await until(rest, seconds)
        except AssertionError as error:
            raise AssertionError(f"{self.standing} after {seconds} s") from error

    async def each_counted_once(self, acked: Iterable[UUID] = (), unanswered: Iterable[UUID] = ()) -> None:
        """Every acknowledged count happened, one without an answer at most once; each has one effect, in order."""
        answered, open_ = Counter(acked), Counter(unanswered)
        totals = await self.totals()
        for counter in {*answered, *open_, *totals}:
            least, most = answered[counter], answered[counter] + open_[counter]
            assert least <= totals.get(counter, 0) <= most, f"{counter}: acknowledged {least}, stands at {totals}"
        for table, order in (("steps", "nth"), ("echoes", "nth")):
            rows = await self.fetch(f"select id, array_agg(total order by {order}) as steps from {table} group by id")
            assert {r["id"]: r["steps"] for r in rows} == {c: list(range(1, n + 1)) for c, n in totals.items()}, table
        rows = await self.fetch("select id, events, total from seen")
        assert {r["id"]: (r["events"], r["total"]) for r in rows} == {c: (n, n) for c, n in totals.items()}
        versions = await self.fetch("select key, version from streams where topic = 'tallies'")
        assert {UUID(r["key"]): r["version"] for r in versions} == totals
        assert await self.value("select count(*) from parked") == 0

    async def close(self) -> None:
        await asyncio.gather(*(worker.close() for worker in self.workers))
