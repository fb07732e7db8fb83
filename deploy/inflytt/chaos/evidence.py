"""What there is to see afterwards, from outside: every record of every topic, the tables that count, every mail."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import asyncpg
import httpx

from inflytt.audit import TOPICS, erasure, order, tables
from inflytt.audit.findings import Finding
from inflytt.audit.log import Log, Record, read_log
from inflytt.audit.story import Story
from inflytt.errors import Stop
from inflytt.local import SERVICES, Platform

Row = dict[str, Any]

OF_ALL = {  # the chassis' own tables, which every service has
    "inbox": "select event_id::text from inbox",
    "offsets": 'select topic, partition, "offset" from offsets',
    "overdue": "select kind, key, error from due where error is not null",
}
OF_ONE = {
    "intake": {
        "interests": "select interest_id::text from interests",
        "adults": "select interest_id::text, confirmed_at from adults",
        "opportunities": "select opportunity_id::text, reference from opportunities",
        "partner_inputs": 'select partition, "offset", refused from partner_inputs',
    },
    "notifications": {"messages": "select message_id::text, template, state, reason from messages"},
}


@dataclass(frozen=True)
class Evidence:
    """Everything; `tables` by service and name, `mails` a message id for each time the catcher took one."""

    log: Log
    tables: dict[str, dict[str, list[Row]]]
    mails: list[str]
    audited: list[Finding] = field(default_factory=list)

    @cached_property
    def distinct(self) -> list[Record]:
        """The events, each once: a relay that died before it deleted what the broker had taken says it again."""
        return list({record.id: record for record in reversed(self.log.records) if record.id}.values())[::-1]

    @cached_property
    def by_type(self) -> dict[str, list[Record]]:
        told = defaultdict(list)
        for record in self.distinct:
            told[record.type].append(record)
        return told

    @cached_property
    def ends(self) -> dict[tuple[str, int], int]:
        """Where each partition's records end."""
        told: dict[tuple[str, int], int] = {}
        for record in self.log.records:
            where = record.topic, record.partition
            told[where] = max(told.get(where, 0), record.offset + 1)
        return told

    def of(self, *types: str) -> Iterator[Record]:
        return (record for name in types for record in self.by_type.get(name, ()))

    def to_partners(self, end: str) -> list[Record]:
        """What partners were told on their topics, each once: it has no id, and its repeat is the same to the byte."""
        told = [r for r in self.log.records if r.topic.startswith("partner.") and r.topic.endswith(end)]
        return list({(r.topic, r.key, r.raw, *r.headers.items()): r for r in told}.values())

    def rows(self, service: str, table: str) -> list[Row]:
        return self.tables[service][table]

    def column(self, service: str, table: str, column: str) -> set[Any]:
        return {row[column] for row in self.rows(service, table)}


async def collect(platform: Platform) -> Evidence:
    """Looks everywhere, at a platform where nothing flows. Raises Stop where Kafka shows nothing to judge."""
    partners = [f"partner.{name}.{end}" for name in platform.partner_keys for end in ("in", "rejected", "out")]
    log = await read_log(platform.bootstrap, platform.prefix, (*TOPICS, *partners))
    if not log.records:
        raise Stop("Kafka shows no record of the platform.")
    async with AsyncExitStack() as stack:
        connections = dict[str, asyncpg.Connection]()
        for name, url in platform.databases.items():
            connections[name] = await asyncpg.connect(url)
            stack.push_async_callback(connections[name].close)
        asked = {service: OF_ALL | OF_ONE.get(service, {}) for service in SERVICES}
        found = {
            service: {name: [dict(row) for row in await connections[service].fetch(sql)] for name, sql in sqls.items()}
            for service, sqls in asked.items()
        }
        return Evidence(log, found, _mails(platform), await _audited(log, connections))


async def _audited(log: Log, connections: dict[str, asyncpg.Connection]) -> list[Finding]:
    """Topics and tables against each other. The players' journal that the whole audit holds is another than ours."""
    story = Story(log)
    compared, _ = await tables.compare(story, connections)
    left = await erasure.left_behind(story, connections)
    return [*await order.in_tables(log, connections), *order.on_the_road(story), *compared, *left]


def _mails(platform: Platform) -> list[str]:
    found = httpx.get(f"{platform.mail_url}/messages.json", timeout=60).raise_for_status().json()
    headers = [{name.lower(): value for name, value in mail["headers"].items()} for mail in found]
    return [told.get("message-id", "").strip("<> ").partition("@")[0] for told in headers]
