"""The topics, read as an outside client would: from the beginning to the end, with nothing of the services' own code."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

TOPICS = (
    "interests",
    "opportunities",
    "matches",
    "messages",
    "partners",
    "rounds",
    "followup",
    "measurements",
    "erasures",
)
POSTED = (  # a place of each kind, when it is published for the first time
    "VacancyPosted", "EmploymentPosted", "DwellingListed", "SchoolPlacesOffered", "CourseOffered", "CircleOffered",
)  # fmt: skip
CHANGED = (
    "VacancyChanged", "EmploymentChanged", "DwellingChanged", "SchoolPlacesChanged", "CourseChanged", "CircleChanged",
)  # fmt: skip
PARTITIONS = 6


@dataclass(frozen=True)
class Record:
    """One record; `topic` without the platform's prefix. Of plain JSON only key, value and headers are there."""

    topic: str
    partition: int
    offset: int
    key: str
    raw: bytes
    headers: dict[str, str]

    @property
    def value(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def type(self) -> str:
        return self.headers.get("ce_type", "")

    @property
    def id(self) -> str:
        return self.headers.get("ce_id", "")

    @property
    def source(self) -> str:
        return self.headers.get("ce_source", "")

    @property
    def version(self) -> int:
        return int(self.headers.get("ce_version", 0))

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.headers["ce_time"])

    @property
    def where(self) -> str:
        return f"{self.topic}/{self.partition} at {self.offset}"


@dataclass
class Log:
    """All records, in order per partition; `cut` tells of partitions whose beginning is gone."""

    records: list[Record] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def of(self, topic: str, *types: str) -> Iterator[Record]:
        """One topic's records, of these types or all, each once: a repeat of the relay's is the same record."""
        seen: set[str] = set()
        for record in self.records:
            if record.topic == topic and (not types or record.type in types) and record.id not in seen:
                seen.update({record.id} - {""})
                yield record

    def by_key(self, topic: str) -> dict[str, list[Record]]:
        keys: dict[str, list[Record]] = defaultdict(list)
        for record in self.of(topic):
            keys[record.key].append(record)
        return keys


async def read_log(bootstrap: str, prefix: str, topics: Iterable[str]) -> Log:
    """Every record that these topics hold now."""
    parts = [TopicPartition(prefix + topic, number) for topic in topics for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap.split(","), auto_offset_reset="earliest")
    log = Log()
    await consumer.start()
    try:
        consumer.assign(parts)
        begins, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        log.cut = [f"{part.topic.removeprefix(prefix)}/{part.partition}" for part, at in begins.items() if at]
        await consumer.seek_to_beginning(*parts)
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for part, records in (await consumer.getmany(timeout_ms=100)).items():
                log.records += (_record(part.topic.removeprefix(prefix), record) for record in records)
    finally:
        await consumer.stop()
    return log


def _record(topic: str, record: Any) -> Record:
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    key = (record.key or b"").decode("utf-8", "replace")
    return Record(topic, record.partition, record.offset, key, record.value or b"", headers)
