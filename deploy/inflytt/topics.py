"""What the topics hold of some keys, read as anybody outside may who knows where they are."""

from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from chassis.kafka import calm
from chassis.records import Heard, read
from inflytt.errors import Stop

SILENCE = 30  # fetches of a second each without a record


async def said_of(servers: list[str], prefix: str, keys: Mapping[str, Collection[str]]) -> list[Heard]:
    """Every record of these keys, by topic, up to where the topics end now. `servers` as `host:port`. Raises Stop."""
    kafka = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, isolation_level="read_committed")
    calm(kafka._client)
    wanted = {prefix + topic: {key.encode() for key in some} for topic, some in keys.items() if some}
    try:
        await kafka.start()
        return await _read(kafka, await _places(servers, sorted(wanted)), prefix, wanted)
    except KafkaConnectionError as error:
        raise Stop(f"Kafka does not answer at {', '.join(servers)}; is the platform up?") from error
    finally:
        await kafka.stop()


async def _places(servers: list[str], topics: list[str]) -> list[TopicPartition]:
    """All partitions of these."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        found = await admin.describe_topics(topics)
    finally:
        await admin.close()
    if missing := [told["topic"] for told in found if told["error_code"]]:
        raise Stop(f"Kafka has no {', '.join(missing)}; is this the right platform?")
    return [TopicPartition(told["topic"], one["partition"]) for told in found for one in told["partitions"]]


async def _read(
    kafka: AIOKafkaConsumer, places: list[TopicPartition], prefix: str, wanted: Mapping[str, Collection[bytes]]
) -> list[Heard]:
    kafka.assign(places)
    await kafka.seek_to_beginning(*places)
    ends = await kafka.end_offsets(places)
    left = {where for where in places if await kafka.position(where) < ends[where]}
    heard: list[Heard] = []
    silent = 0
    while left:
        found = await kafka.getmany(*left, timeout_ms=1000, max_records=5000)
        heard += [read(r, prefix) for records in found.values() for r in records if r.key in wanted[r.topic]]
        silent = 0 if found else silent + 1
        if silent == SILENCE:
            raise Stop(f"Kafka has given nothing for {SILENCE} s; try again")
        left = {where for where in left if await kafka.position(where) < ends[where]}
    return heard
