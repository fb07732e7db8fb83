"""A consumer at work: batches from Kafka, one transaction each, offsets after it; redrive and what is due in between."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import parking, redrive, telemetry
from chassis.ahead import ahead, read_by_turns
from chassis.batch import Batches
from chassis.consumer import Consumer
from chassis.database import Database, Transaction
from chassis.due import take_due
from chassis.kafka import calm, wait_for_kafka
from chassis.memory import Memory, remembered, remembering, woken
from chassis.pace import Pace
from chassis.partitions import Partitions
from chassis.passing import AWAY
from chassis.pulse import Pulse
from chassis.records import Heard
from chassis.settings import Settings
from chassis.subscription import subscribe
from chassis.telemetry import log
from chassis.watch import TooManyParked
from chassis.writer import Writer


class Listening:
    """Runs one Consumer until stop(). With a single writer, only while it holds the lock."""

    def __init__(self, consumer: Consumer, database: Database, settings: Settings) -> None:
        self.consumer, self.database, self.settings = consumer, database, settings
        self.prefix = settings.topic_prefix
        self.group = self.prefix + consumer.group
        self.writer = Writer(database, self.group) if consumer.single_writer else None
        self.memory: Memory | None = None
        self.batches = Batches(consumer.name, consumer.handlers, self.begin)
        self.pulse = Pulse()
        self.pace = Pace()
        self.stopping = asyncio.Event()
        self.anew = asyncio.Event()  # what was agreed with Kafka or the database no longer holds
        self.ours = Partitions(consumer.name, self.prefix, self.begin, self._lost, self.pulse)
        self.connection: AsyncConnection | None = None

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction where this consumer writes: on its own connection, which with a single writer holds the lock."""
        if self.writer:
            return remembering(self.writer.transaction, self.memory)()
        return self.database.transaction(connection=self.connection)

    # running

    async def run(self) -> None:
        """Until stop(). Starts anew, with a word in the log, when the lock, the database or Kafka was lost."""
        while not self.stopping.is_set():
            try:
                self.pulse.state = "waits for Kafka"
                await _first(self.stopping.wait(), wait_for_kafka(self.settings.servers))
                async with self._writing() as may_write:
                    if may_write and not self.stopping.is_set():
                        await self._remember()
                        await self._listen()
            except (*AWAY, KafkaError) as error:
                log.warning("consumer_restarts", consumer=self.consumer.name, error=type(error).__name__)
            await self._wait(0.5)

    def stop(self) -> None:
        self.stopping.set()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[bool]:
        if self.writer is None:
            async with self.database.engine.connect() as self.connection:  # one for all batches: they come one by one
                yield True
            return
        async with self.writer.holding(self.stopping, self._stands_by) as holds:
            if holds:
                log.info("writer_holds_lock", consumer=self.consumer.name)
            yield holds

    async def _remember(self) -> None:
        self.memory = None
        if self.consumer.memory is not None:
            self.pulse.state, began = "remembers", time.monotonic()
            self.memory = await remembered(self.consumer.memory(self.database), self.begin)
            log.info("writer_remembers", consumer=self.consumer.name, seconds=round(time.monotonic() - began, 2))
            await woken(self.consumer.awake, self.begin)

    def _stands_by(self) -> None:
        self.pulse.state = "stands by"

    async def _listen(self) -> None:
        self.anew.clear()
        broker, self.ours.subscriber = subscribe(
            self.settings.servers,
            [self.prefix + topic for topic in self.consumer.topics],
            self.group,
            # Who has the lock has the one slot there is in the group, at once: its last owner's session may last seconds.
            self.consumer.single_writer or self.settings.instance,
            self.consumer.name,
            self.ours,
            self._handle,
        )
        beside = [
            asyncio.create_task(self._every(0.1, self.ours.tell)),
            asyncio.create_task(self._every(0.25, self._due)),
            asyncio.create_task(self._every(0.5, self._redrive)),
            asyncio.create_task(self._every(2.0, self._measure)),
            asyncio.create_task(self._every(3600.0, self._forget)),
        ]
        try:
            await broker.start()
            calm(self.ours.kafka._client)
            self.pulse.state = "listens"
            self.pulse.beat()
            log.info("consumer_listens", consumer=self.consumer.name, topics=self.consumer.topics)
            await _first(self.stopping.wait(), self.anew.wait())
        finally:
            self.pulse.state = "starting"
            self.anew.set()  # no batch begins
            async with self.ours.busy:  # what is under way ends
                for task in beside:
                    task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            with suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(self.ours.tell(), 2)
            with suppress(TimeoutError):  # only when all ends: left behind, it would keep its place in the group
                await asyncio.wait_for(broker.stop(), 5 if self.stopping.is_set() else None)
            self.ours.drop()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    # batches

    async def _handle(self, records: Sequence[ConsumerRecord]) -> None:
        """Piece by piece: who needs the partitions, or rows that a transaction has locked, waits for one piece at most."""
        held, done = self.ours.held, 0
        async with aclosing(ahead(self._pieces(records))) as pieces:
            async for piece in pieces:
                async with self.ours.busy:
                    if not held or self.ours.held is not held:
                        return  # dealt out anew: what is ours comes again, from where the database says
                    away = self.pulse.halted or self.stopping.is_set() or self.anew.is_set()
                    if away or not await self._applied(piece):
                        self.ours.rewind(records[done:])  # without it the next commit would skip them for good
                        break
                done += len(piece)
            else:
                return
        await self._wait(1.0 if self.pulse.halted else min(5.0, 0.1 * 2 ** min(self.pulse.failures, 6)))

    async def _pieces(self, records: Sequence[ConsumerRecord]) -> AsyncGenerator[list[Heard], None]:
        """What they say, as much at a time as one transaction takes."""
        while records:
            piece = records[: self.pace.most]
            yield await read_by_turns(piece, self.prefix)
            records = records[len(piece) :]

    async def _applied(self, records: Sequence[Heard]) -> bool:
        """Handles records in one transaction. False when nothing of it happened: all of it must come again."""
        self.pulse.batch_since = began = time.monotonic()
        try:
            await self.batches.apply(records, self.database.keyring)
            self.ours.handled(records)
        except TooManyParked as error:
            self.pulse.halted = str(error)
            log.critical("consumer_halted", consumer=self.consumer.name, why=self.pulse.halted)
            return False
        except Exception as error:
            self.pulse.failures += 1
            self._failed("batch_waits", error, failures=self.pulse.failures)
            return False
        finally:
            self.pulse.batch_since = None
        self.pace.took(time.monotonic() - began, len(records))
        self.pulse.beat()
        return True

    def _failed(self, event: str, error: Exception, **what: Any) -> None:
        log.warning(event, consumer=self.consumer.name, error=type(error).__name__, **what)
        if self.writer and not self.writer.holds:
            self.anew.set()

    def _lost(self, event: str, error: Exception) -> None:
        self._failed(event, error)
        self.anew.set()

    # beside the batches

    async def _every(self, seconds: float, work: Callable[[], Awaitable[bool]]) -> None:
        """Does `work` again and again; at once when it says that there is more."""
        while True:
            try:
                more = await work()
            except Exception as error:
                more = False
                self._failed("work_waits", error, work=work.__name__)
            await asyncio.sleep(0 if more else seconds)

    async def _due(self) -> bool:
        """Handles what is due. Asks also when nothing can be: that keeps an idle writer's session, and so its lock."""
        if self.writer is None and not self.consumer.when:
            return False
        async with self.ours.busy:
            return await take_due(self.begin, self.consumer.when) > 0

    async def _redrive(self) -> bool:
        async with self.ours.busy:
            if not self.ours.held or self.pulse.halted:
                return False
            return await redrive.redrive(self.batches, self.database.keyring, self.ours.places)

    async def _measure(self) -> bool:
        self.ours.measure()
        async with self.ours.busy, self.begin() as tx:
            telemetry.PARKED.labels(self.consumer.name).set(await parking.count(tx, self.consumer.name))
        return False

    async def _forget(self) -> bool:
        """The inbox is kept 30 days; versions drop an older repeat."""
        async with self.ours.busy, self.begin() as tx:
            gone = "delete from inbox where consumer = $1 and at < now() - interval '30 days'"
            await tx.execute(gone, self.consumer.name)
        return False

    # health

    def ready(self) -> tuple[bool, str]:
        return self.pulse.ready(self.ours.polled())

    def alive(self) -> tuple[bool, str]:
        return self.pulse.alive(self.ours.loops)


async def _first(*waits: Coroutine[Any, Any, Any]) -> None:
    """Returns, or raises, when the first of them does; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
