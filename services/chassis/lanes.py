"""Lanes to Kafka, one a partition: beside each other, but in each the next batch leaves when the one before it is acked."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from chassis import faults, outbox, telemetry

Lane = tuple[str, int]  # topic, partition

partition_of = DefaultPartitioner()


class Lanes:
    """Takes outbox rows and brings them to the broker, with one producer. `moved` is called when something was acked."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str, moved: Callable[[], object]) -> None:
        self.producer, self.prefix, self.moved = producer, prefix, moved
        self.partitions: dict[str, list[int]] = {}
        self.waiting: dict[Lane, deque[asyncpg.Record]] = defaultdict(deque)
        self.sending: dict[Lane, asyncio.Task[None]] = {}
        self.known: set[int] = set()  # taken and not yet known to be deleted
        self._acked: list[int] = []
        self._error: BaseException | None = None

    async def take(self, rows: Iterable[asyncpg.Record]) -> None:
        """Rows of one key must come in the order of their versions. What is free to leave leaves now."""
        for row in rows:
            self.known.add(row["seq"])
            self.waiting[await self._lane(row)].append(row)
        for lane in [lane for lane, rows in self.waiting.items() if rows]:
            self._go(lane)

    def acked(self) -> list[int]:
        """What the broker has taken since the last call. Raises what a lane raised: then all lanes are over."""
        if self._error is not None:
            raise self._error
        acked, self._acked = self._acked, []
        return acked

    def forget(self, deleted: Collection[int]) -> None:
        self.known.difference_update(deleted)

    @property
    def busy(self) -> bool:
        return bool(self.sending)

    async def close(self) -> None:
        tasks = list(self.sending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _lane(self, row: asyncpg.Record) -> Lane:
        topic = self.prefix + row["topic"]
        if topic not in self.partitions:
            self.partitions[topic] = sorted(await self.producer.partitions_for(topic))
        partitions = self.partitions[topic]
        return topic, partition_of(row["key"].encode(), partitions, partitions)

    def _go(self, lane: Lane) -> None:
        if lane in self.sending or self._error is not None:
            return
        rows = list(self.waiting.pop(lane))
        faults.point("before publish")
        task = self.sending[lane] = asyncio.create_task(self._send(lane, rows))
        task.add_done_callback(lambda done: self._arrived(lane, rows, done))

    def _arrived(self, lane: Lane, rows: list[asyncpg.Record], task: asyncio.Task[None]) -> None:
        del self.sending[lane]
        if task.cancelled():
            return
        if error := task.exception():
            self._error = self._error or error
        else:
            faults.point("after ack")
            self._acked += [row["seq"] for row in rows]
            telemetry.PUBLISHED.labels(rows[0]["topic"]).inc(len(rows))
            if self.waiting.get(lane):
                self._go(lane)
        self.moved()

    async def _send(self, lane: Lane, rows: Iterable[asyncpg.Record]) -> None:
        topic, partition = lane
        batch = self.producer.create_batch()
        for row in rows:
            one = {
                "key": row["key"].encode(),
                "value": row["payload"],
                "timestamp": None,
                "headers": outbox.headers(row),
            }
            if batch.append(**one) is None:  # full
                batch.close()
                await (await self.producer.send_batch(batch, topic, partition=partition))
                batch = self.producer.create_batch()
                batch.append(**one)
        batch.close()
        await (await self.producer.send_batch(batch, topic, partition=partition))
