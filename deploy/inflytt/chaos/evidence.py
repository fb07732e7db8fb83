"""What there is to see afterwards, from outside: every record of every topic, the tables that count, every mail."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from inflytt.errors import Stop
from inflytt.local import Platform

Row = dict[str, Any]
Stream = tuple[str, str, str]  # source, topic, key

OF_ALL = {  # the chassis' own tables, which every service has
    "outbox": "select id::text, topic, key from outbox",
    "streams": "select topic, key, version from streams",
    "inbox": "select consumer, event_id::text from inbox",
    "heard": "select source, topic, key, version from heard",
    "offsets": 'select topic, partition, "offset" from offsets',
    "parked": 'select topic, partition, "offset", state, error from parked',
    "overdue": "select kind, key, error from due where error is not null",
}
OF_ONE = {
    "intake": {
        "interests": "select interest_id::text, state from interests",
        "adults": "select person_id::text, interest_id::text, confirmed_at from adults",
        "opportunities": "select opportunity_id::text, reference, partner_id, closed from opportunities",
        "partner_inputs": 'select topic, partition, "offset", refused from partner_inputs',
        "offers": "select offer_id::text, state, owner from offers",
        "answers": "select offer_id::text, person_id::text, answer from answers",
    },
    "matching": {
        "households": "select interest_id::text, state from households",
        "adults": "select person_id::text, interest_id::text from adults",
        "opportunities": "select opportunity_id::text, places, taken, state from opportunities",
        "matches": "select match_id::text, state from matches",
        "offers": "select offer_id::text, match_id::text, opportunity_id::text, state, seat from offers",
    },
    "notifications": {
        "places": "select opportunity_id::text from places",
        "messages": "select message_id::text, event_id::text, recipient, template, state, reason from messages",
    },
    "reporting": {
        "households": "select interest_id::text, requested_at, registered_at, withdrawn_at from households",
        "opportunities": "select opportunity_id::text, posted_at, closed_at from opportunities",
        "proposals": "select match_id::text, retracted_at, decision from proposals",
        "offers": "select offer_id::text, made_at, outcome from offers",
        "letters": "select message_id::text, outcome from letters",
    },
}


@dataclass(frozen=True)
class Record:
    """One record of a topic; `topic` without the platform's prefix."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: dict[str, str]
    value: bytes

    @property
    def id(self) -> str:
        return self.headers.get("ce_id", "")

    @property
    def type(self) -> str:
        return self.headers.get("ce_type", "")

    @property
    def version(self) -> int:
        return int(self.headers["ce_version"])

    @property
    def stream(self) -> Stream:
        return self.headers["ce_source"], self.topic, self.key

    @cached_property
    def body(self) -> Row:
        told: Row = json.loads(self.value)
        return told


@dataclass(frozen=True)
class Evidence:
    """Everything. `records` are the services' events as they stand in the log; `tables` by service and name."""

    records: list[Record]
    partners: list[Record]  # of partners' topics
    ends: dict[tuple[str, int], int]
    tables: dict[str, dict[str, list[Row]]]
    mails: list[str]  # message ids, once for each time the catcher took it

    @cached_property
    def distinct(self) -> list[Record]:
        """The events, each once: a relay that died before it deleted what the broker had taken says it again."""
        return list({record.id: record for record in reversed(self.records)}.values())[::-1]

    @property
    def events(self) -> int:
        return len(self.distinct)

    @cached_property
    def by_type(self) -> dict[str, list[Record]]:
        told = defaultdict(list)
        for record in self.distinct:
            told[record.type].append(record)
        return told

    def of(self, *types: str) -> Iterator[Record]:
        return (record for name in types for record in self.by_type.get(name, ()))

    def rows(self, service: str, table: str) -> list[Row]:
        return self.tables[service][table]

    def column(self, service: str, table: str, column: str) -> set[Any]:
        return {row[column] for row in self.rows(service, table)}


async def collect(platform: Platform) -> Evidence:
    records, ends = await _topics(platform)
    tables = {service: await _tables(platform, service) for service in OF_ONE}
    partners = [record for record in records if record.topic.startswith("partner.")]
    events = [record for record in records if not record.topic.startswith("partner.")]
    return Evidence(events, partners, ends, tables, _mails(platform))


async def _topics(platform: Platform) -> tuple[list[Record], dict[tuple[str, int], int]]:
    prefix, records = platform.prefix, list[Record]()
    places = [TopicPartition(name, number) for name in await _names(platform) for number in range(6)]
    consumer = AIOKafkaConsumer(bootstrap_servers=platform.bootstrap.split(","), max_poll_records=5000)
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, 0)
        left = {place for place in places if ends[place]}
        while left:
            for place, found in (await consumer.getmany(timeout_ms=1000)).items():
                records += [_record(one, prefix) for one in found if one.offset < ends[place]]
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
    in_order = sorted(records, key=lambda r: (r.topic, r.partition, r.offset))
    return in_order, {(place.topic.removeprefix(prefix), place.partition): end for place, end in ends.items()}


async def _names(platform: Platform) -> list[str]:
    """The platform's topics. Raises Stop when Kafka shows none: then there is nothing to judge."""
    admin = AIOKafkaAdminClient(bootstrap_servers=platform.bootstrap.split(","))
    await admin.start()
    try:
        names = [name for name in await admin.list_topics() if name.startswith(platform.prefix)]
    finally:
        await admin.close()
    if found := sorted(name for name in names if not name.startswith("__")):
        return found
    raise Stop("Kafka shows no topic of the platform.")


def _record(found: Any, prefix: str) -> Record:
    headers = {name: value.decode() for name, value in found.headers}
    key = (found.key or b"").decode()
    return Record(found.topic.removeprefix(prefix), found.partition, found.offset, key, headers, found.value or b"")


async def _tables(platform: Platform, service: str) -> dict[str, list[Row]]:
    connection = await asyncpg.connect(platform.databases[service])
    try:
        questions = OF_ALL | OF_ONE[service]
        return {name: [dict(row) for row in await connection.fetch(sql)] for name, sql in questions.items()}
    finally:
        await connection.close()


def _mails(platform: Platform) -> list[str]:
    found = httpx.get(f"{platform.mail_url}/messages.json", timeout=60).raise_for_status().json()
    headers = [{name.lower(): value for name, value in mail["headers"].items()} for mail in found]
    return [told.get("message-id", "").strip("<> ").partition("@")[0] for told in headers]
