"""What there is to see afterwards, from outside: every record of every topic, the tables that count, every mail."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx

from inflytt.audit import erasure, tables
from inflytt.audit.canaries import Canaries
from inflytt.audit.findings import Finding
from inflytt.audit.log import TOPICS, Log, Record, read_log
from inflytt.audit.rows import Row, Rows, read_rows
from inflytt.audit.story import Story
from inflytt.errors import Stop
from inflytt.players.journal import NAME, Journal

if TYPE_CHECKING:
    from inflytt.local import Platform


@dataclass(frozen=True)
class Evidence:
    """Everything; `tables` by service and name, `mails` a message id for each time the catcher took one.

    `audited` is what was found by looking, where there is too much to keep: rows that differ from what the topics
    tell, what is left of who is erased, canaries.
    """

    log: Log
    tables: Rows
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
        """What partners were told on their topics, each once."""
        return [r for r in self.by_type.get("", ()) if r.topic.startswith("partner.") and r.topic.endswith(end)]

    def rows(self, service: str, table: str) -> list[Row]:
        return self.tables[service][table]

    def column(self, service: str, table: str, column: str) -> set[Any]:
        return {row[column] for row in self.rows(service, table)}


async def collect(platform: "Platform") -> Evidence:
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
        rows, audited = await read_rows(connections), await _audited(platform, log, connections)
    return Evidence(log, rows, _mails(platform), audited)


async def _audited(platform: "Platform", log: Log, connections: dict[str, asyncpg.Connection]) -> list[Finding]:
    story = Story(log)
    compared, _ = await tables.compare(story, connections)
    words = [word for entry in Journal.read(platform.run / NAME).those("begin") for word in entry["canaries"]]
    if not words:
        raise Stop("The players' journal names no canary to look for.")
    canaries = await Canaries(words).anywhere(log, connections, platform.logs, platform.admin)
    return [*compared, *await erasure.left_behind(story, connections), *canaries]


def _mails(platform: "Platform") -> list[str]:
    found = httpx.get(f"{platform.mail_url}/messages.json", timeout=60).raise_for_status().json()
    headers = [{name.lower(): value for name, value in mail["headers"].items()} for mail in found]
    return [told.get("message-id", "").strip("<> ").partition("@")[0] for told in headers]
