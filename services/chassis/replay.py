"""Replay: a consumer's log, handled again from its beginning, by the same handlers, into a schema of its own."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from chassis.ahead import ahead, read_by_turns
from chassis.batch import Batches
from chassis.consumer import Consumer
from chassis.database import Database, Transaction
from chassis.kafka import calm
from chassis.records import Heard
from chassis.service import Service

Place = tuple[str, int]  # topic without the platform's prefix, partition
Position = tuple[str, int, int]  # topic, partition, offset
Progress = Callable[[int, int], object]  # records handled, records in all

MAX_RECORDS = 500
PATIENCE = 30  # fetches of a second each without a record


class NotReplayable(RuntimeError):
    """The log does not hold what the tables were made of."""


@dataclass(frozen=True)
class Standing:
    """Where a consumer is, at one moment: the next offset of each place, and the records that had no effect so far."""

    offsets: Mapping[Place, int]
    parked: frozenset[Position]
    skipped: frozenset[Position]  # by an operator, for good

    @classmethod
    async def of(cls, connection: asyncpg.Connection, consumer: Consumer) -> "Standing":
        """As this connection's transaction sees it."""
        offsets = await connection.fetch(
            'select topic, partition, "offset" from offsets where consumer = $1 and topic = any($2::text[])',
            consumer.name,
            consumer.topics,
        )
        parked = await connection.fetch(
            'select topic, partition, "offset" from parked where consumer = $1', consumer.name
        )
        skips = await connection.fetch("select detail from operations where action = 'skip'")
        details = [json.loads(row["detail"]) for row in skips]
        return cls(
            {(row["topic"], row["partition"]): row["offset"] for row in offsets},
            frozenset((row["topic"], row["partition"], row["offset"]) for row in parked),
            frozenset((d["topic"], d["partition"], d["offset"]) for d in details if d["consumer"] == consumer.name),
        )


class Replay:
    """Applies the log to `schema`, which must be migrated. What handlers say is not said again."""

    def __init__(self, service: Service[Any], schema: str, servers: list[str], prefix: str) -> None:
        assert service.consumer is not None
        self.consumer, self.servers, self.prefix = service.consumer, servers, prefix
        live = service.database
        self.database = Database(live.url, live.source, live.keyring, pool_size=1, schema=schema)
        self.batches = Batches(self.consumer.name, self.consumer.handlers, self._begin)
        self.at: dict[Place, int] = {}
        self.left_out: set[Position] = set()
        self.records = 0

    async def up_to(self, standing: Standing, progress: Progress = lambda done, total: None) -> None:
        """Handles each place's records from where the last call ended to `standing`. Raises NotReplayable."""
        if self.left_out - standing.parked - standing.skipped:
            raise NotReplayable("something that was parked has been redriven meanwhile: try again")
        left = {
            TopicPartition(self.prefix + topic, partition): end
            for (topic, partition), end in standing.offsets.items()
            if end > self.at.get((topic, partition), 0)
        }
        if not left:
            return
        kafka = AIOKafkaConsumer(
            bootstrap_servers=self.servers, enable_auto_commit=False, isolation_level="read_committed"
        )
        calm(kafka._client)
        try:
            await kafka.start()
            kafka.assign(list(left))
            await self._check(kafka, left)
            await self._read(kafka, left, standing, progress)
        except KafkaConnectionError as error:
            raise NotReplayable(f"Kafka does not answer at {', '.join(self.servers)}") from error
        finally:
            await kafka.stop()
        self.at = dict(standing.offsets)

    async def _check(self, kafka: AIOKafkaConsumer, left: Mapping[TopicPartition, int]) -> None:
        """That the log holds all there was, and puts the reader where it goes on from."""
        missing = {where.topic for where in left} - await kafka.topics()
        if missing:
            raise NotReplayable(f"the log has no {', '.join(sorted(missing))}")
        begins, ends = await kafka.beginning_offsets(list(left)), await kafka.end_offsets(list(left))
        for where, end in left.items():
            start = self.at.get(self._place(where), 0)
            if begins[where] > start or ends[where] < end:
                held = f"{begins[where]} to {ends[where]}"
                raise NotReplayable(f"{where.topic}[{where.partition}] holds {held}, but {start} to {end} was handled")
            kafka.seek(where, start)

    async def _read(
        self, kafka: AIOKafkaConsumer, left: dict[TopicPartition, int], standing: Standing, progress: Progress
    ) -> None:
        total = self.records + sum(end - self.at.get(self._place(where), 0) for where, end in left.items())
        async with aclosing(ahead(self._coming(kafka, left))) as coming:
            async for heard in coming:
                if with_effect := [one for h in heard if (one := self._counting(h, standing)) is not None]:
                    await self.batches.apply(with_effect, self.database.keyring)
                self.records += len(heard)
                progress(self.records, total)

    async def _coming(
        self, kafka: AIOKafkaConsumer, left: dict[TopicPartition, int]
    ) -> AsyncGenerator[list[Heard], None]:
        """What the log says until nothing is left, as much at a time as a batch takes."""
        silent = 0
        while left:
            found = await kafka.getmany(*left, timeout_ms=1000, max_records=MAX_RECORDS)
            silent = 0 if found else silent + 1
            if silent == PATIENCE:
                raise NotReplayable(f"Kafka has given nothing for {PATIENCE} s")
            ends = dict(left)
            # where nothing came there may be markers left: looked for when all is silent
            for where in [*(found or left)]:
                if await kafka.position(where) >= left[where]:
                    del left[where]
            records = [record for where, some in found.items() for record in some if record.offset < ends[where]]
            yield await read_by_turns(records, self.prefix)

    def _counting(self, heard: Heard, standing: Standing) -> Heard | None:
        """None: can't be read, and changes nothing. What is parked or was skipped has a version, but no effect."""
        if heard.envelope is None:
            return None
        position = (heard.topic, heard.partition, heard.offset)
        if position in standing.parked or position in standing.skipped:
            self.left_out.add(position)
            return heard._replace(event=None, error="")
        return heard

    def _place(self, where: TopicPartition) -> Place:
        return where.topic.removeprefix(self.prefix), where.partition

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as tx:
            yield tx
            tx.sayings.clear()

    async def failures(self) -> list[str]:
        """What could be handled live but not now, in words."""
        async with self.database.transaction() as tx:
            rows = await tx.fetch('select topic, partition, "offset", error from parked order by id limit 20')
        return [
            f"{r['topic']}[{r['partition']}] at {r['offset']}: the replay can't handle it: {r['error']}" for r in rows
        ]

    async def close(self) -> None:
        await self.database.close()
