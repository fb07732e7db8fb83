"""A consumer at work: FastStream batches, one transaction each, offsets after it; redrive and what is due in between."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chassis import faults, parking, redrive, telemetry
from chassis.batch import Batches, TooManyParked
from chassis.consumer import Consumer
from chassis.database import Database, Transaction, is_passing
from chassis.due import take_due
from chassis.kafka import calm, wait_for_kafka
from chassis.records import read
from chassis.settings import Settings
from chassis.telemetry import log

MAX_RECORDS = 500
QUIET = 30.0  # seconds without a fetch answer before we are not ready
SLOW = 60.0  # seconds in one batch before we are not ready


async def _as_is(records: Any) -> KafkaAckableMessage:
    """FastStream's parser: decodes nothing, so that no header can break it."""
    return KafkaAckableMessage(body=b"", raw_message=records, headers={}, consumer=None)


async def _records(message: Any) -> Any:
    """FastStream's decoder: the handler gets Kafka's records, to be read once, by us."""
    return message.raw_message


class Listening(ConsumerRebalanceListener):
    """Runs one Consumer until stop(). With a single writer, only while it holds the lock."""

    def __init__(self, consumer: Consumer, database: Database, settings: Settings) -> None:
        self.consumer, self.database, self.settings = consumer, database, settings
        self.prefix = settings.topic_prefix
        self.batches = Batches(consumer.name, consumer.handlers, self.begin)
        self.busy = asyncio.Lock()  # one transaction at a time: a batch, a redrive, or what is due
        self.state = "starting"  # then "stands by", "listens", "halted"
        self.halted = ""
        self.stopping = asyncio.Event()
        self.lost = asyncio.Event()
        self.batch_since: float | None = None
        self.progress = time.monotonic()
        self.failures = 0
        self.writer: AsyncConnection | None = None
        self.broker: KafkaBroker | None = None
        self.subscriber: Any = None

    # running

    async def run(self) -> None:
        """Until stop(). Starts anew, with a word in the log, when the lock, the database or Kafka was lost."""
        while not self.stopping.is_set():
            try:
                async with self._writing():
                    if self.stopping.is_set():
                        return
                    await self._listen()
            except (OSError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError) as error:
                log.warning("consumer_restarts", consumer=self.consumer.name, error=type(error).__name__)
                await self._wait(0.5)
            finally:
                self.state = "halted" if self.halted else "starting"

    def stop(self) -> None:
        self.stopping.set()

    async def _listen(self) -> None:
        self.lost.clear()
        await wait_for_kafka(self.settings.servers)
        self.broker = KafkaBroker(
            self.settings.servers,
            allow_auto_create_topics=False,
            consumer_only=True,
            graceful_timeout=15,
            apply_types=False,
            logger=None,
            client_id=f"{self.consumer.name}",
        )
        self.subscriber = self.broker.subscriber(
            *[self.prefix + topic for topic in self.consumer.topics],
            group_id=self.prefix + self.consumer.group,
            group_instance_id=self.settings.instance or None,
            listener=self,
            batch=True,
            max_records=MAX_RECORDS,
            batch_timeout_ms=10,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=6000,
            heartbeat_interval_ms=500,
            rebalance_timeout_ms=30_000,
            fetch_max_wait_ms=100,
            partition_assignment_strategy=(StickyPartitionAssignor,),
            parser=_as_is,
            decoder=_records,
        )
        self.subscriber(self._handle)
        beside: list[asyncio.Task[None]] = []
        try:
            await self.broker.start()
            calm(self.subscriber.consumer._client)
            self.state, self.progress = "listens", time.monotonic()
            log.info("consumer_listens", consumer=self.consumer.name, topics=self.consumer.topics)
            beside = [
                asyncio.create_task(self._every(0.25, self._due)),
                asyncio.create_task(self._every(0.5, self._redrive)),
                asyncio.create_task(self._every(2.0, self._measure)),
            ]
            await _first(self.stopping.wait(), self.lost.wait())
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            async with self.busy:  # the batch under way ends
                pass
            await self.broker.stop()
            self.broker = None

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        """The single writer's lock, held on the connection that all its batches use; nothing where there is none."""
        if not self.consumer.single_writer:
            yield
            return
        engine = create_async_engine(
            self.database.url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=1,
            connect_args={
                "server_settings": {
                    "application_name": f"{self.consumer.name} writer",
                    "idle_session_timeout": "10s",
                    "idle_in_transaction_session_timeout": "10s",
                },
                "timeout": 10,
                "command_timeout": 60,
            },
        )
        try:
            async with engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                lock = f"{self.prefix}{self.consumer.group}"
                while not await driver.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", lock):
                    self.state, self.progress = "stands by", time.monotonic()
                    if await self._wait(1.0):
                        return
                log.info("writer_holds_lock", consumer=self.consumer.name)
                self.writer = connection
                yield
        finally:
            self.writer = None
            with suppress(Exception):
                await engine.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """A transaction where this consumer writes: the writer's own connection, or any."""
        if self.consumer.single_writer and self.writer is None:
            raise ConnectionError("the writer's lock is lost")
        async with self.database.transaction(connection=self.writer) as tx:
            yield tx

    async def _wait(self, seconds: float) -> bool:
        """Waits; True when it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
        return self.stopping.is_set()

    # batches

    async def _handle(self, records: Sequence[ConsumerRecord]) -> None:
        async with self.busy:
            kafka = self.subscriber.consumer
            held = kafka.assignment()
            records = [r for r in records if TopicPartition(r.topic, r.partition) in held]
            if not records or self.halted or self.lost.is_set():
                self._rewind(records)
                return
            self.batch_since = time.monotonic()
            try:
                await self.batches.apply([read(r, self.prefix) for r in records], self.database.keyring)
                faults.point("before offset commit")
                await kafka.commit({TopicPartition(r.topic, r.partition): r.offset + 1 for r in records})
                faults.point("after offset commit")
                self.progress, self.failures = time.monotonic(), 0
                return
            except (CommitFailedError, IllegalStateError):
                return  # taken away meanwhile: the next owner redelivers, the inbox drops it
            except TooManyParked as error:
                self.halted = str(error)
                log.critical("consumer_halted", consumer=self.consumer.name, why=self.halted)
                self._rewind(records)
            except Exception as error:
                # Without the rewind the next commit would skip this batch for good.
                self._rewind(records)
                self.failures += 1
                log.warning(
                    "batch_waits", consumer=self.consumer.name, error=type(error).__name__, failures=self.failures
                )
                if self.writer is not None and is_passing(error):
                    self.lost.set()
            finally:
                self.batch_since = None
        await self._wait(min(5.0, 0.1 * 2 ** min(self.failures, 6)))

    def _rewind(self, records: Sequence[ConsumerRecord]) -> None:
        kafka = self.subscriber.consumer
        if kafka is None:
            return
        held = kafka.assignment()
        for record in reversed(records):
            if (where := TopicPartition(record.topic, record.partition)) in held:
                kafka.seek(where, record.offset)

    async def on_partitions_revoked(self, revoked: Any) -> None:
        async with self.busy:  # the batch under way still commits in the old generation
            pass

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Continues where the database says: a restored database, or a group that Kafka forgot, skips nothing."""
        self.progress = time.monotonic()
        if not assigned:
            return
        async with self.busy, self.begin() as tx:
            rows = await tx.fetch(
                'select topic, partition, "offset" from offsets where consumer = $1', self.consumer.name
            )
        saved = {(self.prefix + r["topic"], r["partition"]): r["offset"] for r in rows}
        for where in assigned:
            self.subscriber.consumer.seek(where, saved.get((where.topic, where.partition), 0))

    # beside the batches

    async def _every(self, seconds: float, work: Callable[[], Awaitable[bool]]) -> None:
        """Does `work` again and again; at once when it says that there is more."""
        while True:
            try:
                more = await work()
            except Exception as error:
                more = False
                log.warning("work_waits", work=work.__name__, error=type(error).__name__)
                if self.writer is not None and is_passing(error):
                    self.lost.set()
            await asyncio.sleep(0 if more else seconds)

    async def _due(self) -> bool:
        if not self.consumer.when:
            return await self._beat()
        async with self.busy:
            return await take_due(self.begin, self.consumer.when) > 0

    async def _beat(self) -> bool:
        """Keeps an idle writer's session, and so its lock, alive."""
        if self.writer is not None:
            async with self.busy, self.begin() as tx:
                await tx.fetch("select 1")
        return False

    async def _redrive(self) -> bool:
        held = [(p.topic.removeprefix(self.prefix), p.partition) for p in self.subscriber.consumer.assignment()]
        if not held or self.halted:
            return False
        async with self.busy:
            return await redrive.redrive(self.batches, self.database.keyring, held)

    async def _measure(self) -> bool:
        consumer = self.subscriber.consumer
        for where in consumer.assignment():
            end = consumer.highwater(where)
            if end is not None:
                lag = max(0, end - await consumer.position(where))
                telemetry.LAG.labels(self.consumer.name, where.topic.removeprefix(self.prefix), where.partition).set(
                    lag
                )
        async with self.busy, self.begin() as tx:
            telemetry.PARKED.labels(self.consumer.name).set(await parking.count(tx, self.consumer.name))
        return False

    # health

    def ready(self) -> tuple[bool, str]:
        """Whether this consumer does its work, or stands by as it should; and why."""
        if self.halted:
            return False, self.halted
        if self.state != "listens":
            return self.state == "stands by", self.state
        if self.batch_since is not None and (stuck := time.monotonic() - self.batch_since) > 1:
            return stuck < SLOW, f"a batch for {stuck:.0f} s"
        if self.failures > 3:
            return False, f"{self.failures} batches in a row failed"
        consumer = self.subscriber.consumer
        held = consumer.assignment() if consumer else ()
        if not held:
            return False, "no partitions"
        quiet = max(self._quiet(consumer.last_poll_timestamp(where)) for where in held)
        return quiet < QUIET, f"{len(held)} partitions, last fetch {quiet:.0f} s ago"

    def alive(self) -> tuple[bool, str]:
        """False when only a new process helps."""
        if self.batch_since is not None and time.monotonic() - self.batch_since > SLOW * 5:
            return False, "a batch that never ends"
        if self.state == "listens" and self.subscriber is not None and all(t.done() for t in self.subscriber.tasks):
            return False, "the consume loop ended"
        return True, self.state

    def _quiet(self, last: int | None) -> float:
        since_progress = time.monotonic() - self.progress
        return min(since_progress, time.time() - last / 1000) if last else since_progress


async def _first(*waits: Awaitable[Any]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
