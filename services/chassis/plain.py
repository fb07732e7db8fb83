"""Records of topics that are not ours to type, a partner's own: read in order, offsets committed after their effect."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError

from chassis.kafka import calm, wait_for_kafka
from chassis.settings import Settings
from chassis.telemetry import log


@dataclass(frozen=True)
class Plain:
    """One record as it was written; `topic` without the platform's prefix."""

    topic: str
    partition: int
    offset: int
    value: bytes | None


async def read_plain(
    settings: Settings,
    group: str,
    topics: Sequence[str],
    take: Callable[[Plain], Awaitable[None]],
    stopping: asyncio.Event,
) -> None:
    """Gives `take` every record of the topics, in order per partition, until `stopping`; the topics must be there.

    A record may come again after a crash or a rebalance: `take` must know what it has taken. What it raises ends the
    reading, and nothing that it had not finished is committed.
    """
    await wait_for_kafka(settings.servers)
    consumer = AIOKafkaConsumer(
        *[settings.topic_prefix + topic for topic in topics],
        bootstrap_servers=settings.servers,
        group_id=settings.topic_prefix + group,
        group_instance_id=settings.instance or None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=6000,
        heartbeat_interval_ms=500,
        rebalance_timeout_ms=30_000,
        fetch_max_wait_ms=100,
        partition_assignment_strategy=(StickyPartitionAssignor,),
    )
    calm(consumer._client)
    try:
        await consumer.start()
        log.info("reads_plain", group=group, topics=list(topics))
        while not stopping.is_set():
            for where, records in (await consumer.getmany(timeout_ms=200, max_records=100)).items():
                for record in records:
                    name = record.topic.removeprefix(settings.topic_prefix)
                    await take(Plain(name, record.partition, record.offset, record.value))
                await consumer.commit({where: records[-1].offset + 1})
    except (CommitFailedError, IllegalStateError):
        log.info("partitions_taken_away", group=group)  # whoever has them now reads from the last commit
    finally:
        await consumer.stop()
