"""The partitions that a consumer holds: where it is in each, which its database knows, and which Kafka is told."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError

from chassis import faults, telemetry
from chassis.database import Transaction
from chassis.pulse import Pulse
from chassis.records import Heard


class Partitions(ConsumerRebalanceListener):
    """Dealt out by Kafka, and continued where the database says. `busy` is held by whoever handles records of them."""

    def __init__(
        self,
        consumer: str,
        prefix: str,
        begin: Callable[[], AbstractAsyncContextManager[Transaction]],
        failed: Callable[[str, Exception], None],
        pulse: Pulse,
    ) -> None:
        self.consumer, self.prefix, self.begin, self.failed, self.pulse = consumer, prefix, begin, failed, pulse
        self.busy = asyncio.Lock()  # one transaction at a time: a batch, a redrive, or what is due
        self.held: dict[TopicPartition, int] = {}  # the next offset of each; another dict, when dealt out anew
        self.told: dict[TopicPartition, int] = {}  # what Kafka knows of it
        self.subscriber: Any = None

    @property
    def kafka(self) -> AIOKafkaConsumer:
        """FastStream's, made when its broker starts."""
        return self.subscriber.consumer

    @property
    def loops(self) -> bool:
        """Whether anything still fetches, or nothing does yet."""
        return self.subscriber is None or any(not task.done() for task in self.subscriber.tasks)

    def polled(self) -> list[int | None]:
        """When each was last fetched, in Unix ms; empty where none is ours."""
        kafka = self.subscriber and self.subscriber.consumer
        return [kafka.last_poll_timestamp(where) for where in kafka.assignment()] if kafka else []

    @property
    def places(self) -> list[tuple[str, int]]:
        """Topics without the prefix, and partitions."""
        return [(where.topic.removeprefix(self.prefix), where.partition) for where in self.held]

    def handled(self, heard: Sequence[Heard]) -> None:
        """All of them are: what follows is next."""
        following = {(one.topic, one.partition): one.offset + 1 for one in heard}
        self.held |= {TopicPartition(self.prefix + topic, nth): offset for (topic, nth), offset in following.items()}

    def rewind(self, records: Sequence[ConsumerRecord]) -> None:
        """They come again."""
        for record in reversed(records):
            with suppress(IllegalStateError):  # no longer ours
                self.kafka.seek(TopicPartition(record.topic, record.partition), record.offset)

    async def tell(self) -> bool:
        """Tells Kafka where we are, for those who look there: what counts stands in the database, saved with the effects."""
        news = {where: offset for where, offset in self.held.items() if self.told.get(where) != offset}
        if news:
            faults.point("before offset commit")
            with suppress(CommitFailedError, IllegalStateError):  # taken away meanwhile
                await self.kafka.commit(news)
                self.told |= news
            faults.point("after offset commit")
        return False

    def measure(self) -> None:
        """How far behind each is, as far as Kafka has said."""
        for (topic, partition), following in zip(self.places, self.held.values(), strict=True):
            if (end := self.kafka.highwater(TopicPartition(self.prefix + topic, partition))) is not None:
                telemetry.LAG.labels(self.consumer, topic, partition).set(max(0, end - following))

    def drop(self) -> None:
        """None is ours now: what is in hand of them is not to be handled."""
        self.held = {}

    async def on_partitions_revoked(self, revoked: Any) -> None:
        async with self.busy:  # the batch under way ends, and is told of in the old generation
            await self.tell()
            self.drop()
        telemetry.LAG.clear()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Continues where the database says: a restored database, or a group that Kafka forgot, skips nothing.

        Until then nothing is handled: what was fetched meanwhile came from where Kafka says.
        """
        try:
            async with self.busy, self.begin() as tx:
                rows = await tx.fetch(
                    'select topic, partition, "offset" from offsets where consumer = $1', self.consumer
                )
                saved = {TopicPartition(self.prefix + r["topic"], r["partition"]): r["offset"] for r in rows}
                for where in assigned:
                    self.kafka.seek(where, saved.get(where, 0))
                self.held, self.told = {where: saved.get(where, 0) for where in assigned}, {}
        except Exception as error:
            self.failed("offsets_unknown", error)
        self.pulse.beat()
