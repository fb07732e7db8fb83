"""FastStream's part in consuming: whole batches of Kafka's own records for a group, offsets left to us."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from chassis.pace import MOST

FETCHED = 4 * MOST  # records: what is to be read ahead is there when a transaction begins
Take = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]


async def _as_is(records: Any) -> KafkaAckableMessage:
    """FastStream's parser: decodes nothing, so that no header can break it."""
    return KafkaAckableMessage(body=b"", raw_message=records, headers={}, consumer=None)


async def _records(message: Any) -> Any:
    """FastStream's decoder: the handler gets Kafka's records, to be read once, by us."""
    return message.raw_message


def subscribe(
    servers: list[str],
    topics: Sequence[str],
    group: str,
    instance: str,
    client_id: str,
    listener: ConsumerRebalanceListener,
    take: Take,
) -> tuple[KafkaBroker, Any]:
    """A broker to be started, and its one subscriber, which gives `take` up to 2 000 records at a time, in order."""
    broker = KafkaBroker(
        servers,
        allow_auto_create_topics=False,
        consumer_only=True,
        graceful_timeout=15,
        apply_types=False,
        logger=None,
        client_id=client_id,
    )
    subscriber = broker.subscriber(
        *topics,
        group_id=group,
        group_instance_id=instance or None,
        listener=listener,
        batch=True,
        max_records=FETCHED,
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
    subscriber(take)
    return broker, subscriber
