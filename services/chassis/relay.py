"""The relay: one per service takes outbox rows to Kafka in order and deletes them after the broker's ack; others stand by."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from chassis import faults, outbox, telemetry
from chassis.kafka import start_producer, stop_producer
from chassis.passing import AWAY
from chassis.telemetry import log

LOCK = 7_700_001  # the session advisory lock that makes one relay of many
LIMIT = 2000
POLL = 0.5  # seconds; a nudge after each commit makes it sooner
BEAT = 3.0  # seconds between signs of life while the broker is silent: the lock's session must not idle
LAST = 3.0  # seconds that it goes on draining after stop()
# Deletes what was acked and reads on, in one round trip. What it deletes it still sees: hence the second condition.
NEXT = """
with gone as (delete from outbox where seq = any($1::bigint[]))
select seq, id, topic, key, version, type, headers, payload from outbox where seq <> all($1::bigint[])
order by seq limit $2
"""
WAITING = (
    "select count(*) as rows, coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float as age from outbox"
)

partition_of = DefaultPartitioner()


class Relay:
    """Drains one service's outbox. Never `id > last` (loses rows that commit late), never `skip locked` (breaks order)."""

    def __init__(self, url: str, servers: list[str], prefix: str = "") -> None:
        self.url, self.servers, self.prefix = url, servers, prefix
        self.state = "starting"  # then "stands by", "holds"
        self.progress = time.monotonic()
        self.woken = asyncio.Event()
        self.ends: float | None = None  # when it stops, at the latest
        self.partitions: dict[str, list[int]] = {}

    async def run(self) -> None:
        """Until stop(): takes the lock when it is free, drains, and starts anew when the database or Kafka went away."""
        while self.ends is None:
            try:
                await self._session()
            except (*AWAY, KafkaError) as error:
                self.state = "starting"
                log.warning("relay_restarts", error=type(error).__name__)
                await asyncio.sleep(0.5)

    def stop(self) -> None:
        """Ends it when the outbox is empty, or soon."""
        self.ends = time.monotonic() + LAST
        self.woken.set()

    async def _session(self) -> None:
        # A process that is stopped (SIGSTOP) keeps its TCP connections; the idle time-out is what takes its lock away.
        connection = await asyncpg.connect(
            self.url,
            timeout=10,
            command_timeout=30,
            server_settings={"application_name": "relay", "idle_session_timeout": "10s"},
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                self.state, self.progress = "stands by", time.monotonic()
                await self._pause(2)
                if self.ends is not None:
                    return
            await connection.add_listener("outbox", lambda *_: self.woken.set())
            await self._drain(connection)
        finally:
            with suppress(*AWAY):
                await connection.close(timeout=2)

    async def _drain(self, connection: asyncpg.Connection) -> None:
        producer = await start_producer(self.servers)
        self.state = "holds"
        log.info("relay_holds_lock")
        measured, acked = 0.0, list[int]()
        try:
            while True:
                self.woken.clear()
                rows = await connection.fetch(NEXT, acked, LIMIT)
                if acked:
                    faults.point("after outbox delete")
                if rows:
                    faults.point("before publish")
                    await _alive(connection, self._publish(producer, rows))
                    faults.point("after ack")
                acked = [row["seq"] for row in rows]
                self.progress = time.monotonic()
                if self.progress - measured > 2:
                    measured = self.progress
                    await _measure(connection)
                if self.ends is not None and (not rows or self.progress > self.ends):
                    return
                if not rows:
                    await self._pause(POLL)
        finally:
            # After a refused batch an idempotent producer is broken for good: whoever comes next makes a new one.
            await stop_producer(producer)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), seconds)

    async def _publish(self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]) -> None:
        """Everything is acked on return, or it raises. A partition's next batch is sent when the one before it is acked."""
        lanes: dict[tuple[str, int], list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            topic = self.prefix + row["topic"]
            lanes[topic, await self._partition(producer, topic, row["key"])].append(row)
        done = await asyncio.gather(
            *(_send(producer, topic, partition, lane) for (topic, partition), lane in lanes.items()),
            return_exceptions=True,
        )
        for error in done:
            if isinstance(error, BaseException):
                raise error
        for (topic, _), lane in lanes.items():
            telemetry.PUBLISHED.labels(topic.removeprefix(self.prefix)).inc(len(lane))

    async def _partition(self, producer: AIOKafkaProducer, topic: str, key: str) -> int:
        if topic not in self.partitions:
            self.partitions[topic] = sorted(await producer.partitions_for(topic))
        partitions = self.partitions[topic]
        return partition_of(key.encode(), partitions, partitions)


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[asyncpg.Record]) -> None:
    batch = producer.create_batch()
    for row in rows:
        one = {
            "key": row["key"].encode(),
            "value": row["payload"],
            "timestamp": None,
            "headers": outbox.headers(row),
        }
        if batch.append(**one) is None:  # full
            batch.close()
            await (await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(**one)
    batch.close()
    await (await producer.send_batch(batch, topic, partition=partition))


async def _alive(connection: asyncpg.Connection, work: Coroutine[Any, Any, None]) -> None:
    """Does `work` while the lock's session is kept alive; ends it when that session, and so the lock, is gone."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=BEAT))[0]:
            await connection.execute("select 1")
        task.result()
    finally:
        task.cancel()


async def _measure(connection: asyncpg.Connection) -> None:
    waiting = await connection.fetchrow(WAITING)
    telemetry.OUTBOX_ROWS.set(waiting["rows"])
    telemetry.OUTBOX_AGE.set(waiting["age"])
