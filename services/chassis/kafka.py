"""The few things we do to Kafka ourselves: wait for it, make the topics, calm its client."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, TopicAlreadyExistsError, for_code

from chassis.telemetry import log
from contracts import TOPICS, Topic

PARTNER_RETENTION_MS = 30 * 24 * 3600 * 1000


def calm(client: Any, pause: float = 0.1) -> None:
    """Stops aiokafka 0.14 from spinning at full speed while a broker is away after a graceful stop."""
    update = client._metadata_update

    async def slower(cluster: Any, topics: Any) -> Any:
        ok = await update(cluster, topics)
        if not ok:
            await asyncio.sleep(pause)
        return ok

    client._metadata_update = slower


async def wait_for_kafka(servers: list[str], say: Callable[[str], object] | None = None, patience: float = 1e9) -> None:
    """Returns when a broker answers; says once in five seconds that it waits. Raises KafkaConnectionError after `patience` s."""
    say = say or (lambda text: log.warning("waiting_for_kafka", detail=text))
    began, said = time.monotonic(), float("-inf")
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        try:
            await admin.start()
            return
        except KafkaConnectionError:
            waited = time.monotonic() - began
            if waited > patience:
                raise
            if waited - said >= 5:
                said = waited
                say(f"waiting for Kafka at {', '.join(servers)} ({waited:.0f} s)")
            await asyncio.sleep(0.5)
        finally:
            await admin.close()


def partner_topics(partner_id: str) -> list[Topic]:
    """What one partner writes, what was refused of it, and what concerns it; 30 days."""
    return [
        Topic(f"partner.{partner_id}.{end}", ("intake",), retention_ms=PARTNER_RETENTION_MS)
        for end in ("in", "rejected", "out")
    ]


async def create_topics(servers: list[str], prefix: str = "", topics: Iterable[Topic] | None = None) -> None:
    """Makes the topics that are missing, all in one request; those that exist are left as they are."""
    wanted = list(TOPICS.values()) if topics is None else list(topics)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        copies = min(3, len((await admin.describe_cluster())["brokers"]))
        new = [
            NewTopic(
                name=prefix + topic.name,
                num_partitions=topic.partitions,
                replication_factor=copies,
                topic_configs={"retention.ms": str(topic.retention_ms), "min.insync.replicas": str(max(1, copies - 1))},
            )
            for topic in wanted
            if prefix + topic.name not in there
        ]
        if new:
            answer = await admin.create_topics(new)
            for name, code, *_ in answer.topic_errors:
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise for_code(code)(name)
    finally:
        await admin.close()


async def stop_producer(producer: AIOKafkaProducer, patience: float = 3.0) -> None:
    """Stops it; what a broker does not take within `patience` seconds is let go."""
    try:
        await asyncio.wait_for(producer.stop(), patience)
    except TimeoutError:
        await producer._sender.close()
        await producer.client.close()


async def start_producer(servers: list[str]) -> AIOKafkaProducer:
    """An idempotent producer for whole batches: one request in flight per broker, so big batches are what counts."""
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        enable_idempotence=True,
        acks="all",
        compression_type="zstd",
        linger_ms=0,
        max_batch_size=256 * 1024,
        request_timeout_ms=30_000,
    )
    calm(producer.client)
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer
