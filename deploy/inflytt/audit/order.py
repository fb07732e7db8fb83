"""Order: versions without a gap from outbox to consumer, each event once, and a road that nobody walked backwards."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg

from inflytt.audit.findings import Finding, repeated
from inflytt.audit.log import Log, Record
from inflytt.audit.story import Story

PUBLISHERS = {"matches": "matching", "messages": "notifications"}  # all others: intake; `erasures` has four
SERVICES = ("intake", "matching", "notifications", "reporting")


def in_topics(log: Log) -> list[Finding]:
    """Each key's versions come 1, 2, 3 …; an id means one record, which the relay may have sent again."""
    findings = [Finding("lost", "topic", part, "Kafka", "its first records are gone") for part in log.cut]
    last: Counter[tuple[str, str, str]] = Counter()
    seen: dict[str, Record] = {}
    for record in log.records:
        if not record.type:
            continue
        first = seen.setdefault(record.id, record)
        if first is not record:
            findings += _repeat(first, record)
            continue
        stream = (record.source, record.topic, record.key)
        if record.version != last[stream] + 1:
            sentence = f"version {record.version} came after {last[stream]} of key {record.key}"
            findings.append(Finding("order", record.type, record.id, record.where, sentence))
        last[stream] = max(last[stream], record.version)
    return findings


def _repeat(first: Record, again: Record) -> list[Finding]:
    if (first.raw, first.version, first.partition) == (again.raw, again.version, again.partition):
        return []  # sent again by the relay, which may be: consumers know it by its id
    return [Finding("duplicate", again.type, again.id, again.where, f"another event has its id, {first.where}")]


async def in_tables(log: Log, connections: Mapping[str, asyncpg.Connection]) -> list[Finding]:
    """What was said has left its outbox for the topic, and every consumer has heard the last of every key."""
    said: Counter[tuple[str, str, str]] = Counter()
    # What a partner reads has no id: what a relay sends again is the same byte for byte, its time included.
    for record in {(r.topic, r.partition, r.id or (r.raw, *r.headers.items())): r for r in log.records}.values():
        if not record.topic.endswith(".in"):
            said[record.source, record.topic, record.key] += 1
    findings: list[Finding] = []
    for service in SERVICES:
        connection = connections[service]
        findings += await _left(service, said, connection)
        findings += await _heard(service, said, connection)
        for row in await connection.fetch("select topic, key, version, state, error from parked"):
            sentence = f"{service} has it parked ({row['state']}): {row['error']}"
            findings.append(Finding("lost", "event", f"{row['key']} {row['version']}", row["topic"], sentence))
    return findings


async def _left(service: str, said: Counter[Any], connection: asyncpg.Connection) -> list[Finding]:
    """What the service counted as said, against what came. Plain JSON has no id: sent again it is there twice."""
    rows = await connection.fetch("select topic, key, count(*) as rows from outbox group by 1, 2")
    waiting = {(row["topic"], row["key"]): row["rows"] for row in rows}
    findings, counted = [], set()
    for topic, key, version in await connection.fetch("select topic, key, version from streams"):
        counted.add((topic, key))
        came = said[service, topic, key] + waiting.get((topic, key), 0)
        if came < version or (came > version and not topic.startswith("partner.")):
            sentence = f"{service} has said {version} of this key, and the topic has {came}"
            findings.append(Finding("lost", "event", f"{key} {version}", topic, sentence))
    unknown = [(topic, key) for source, topic, key in said if source == service and (topic, key) not in counted]
    return findings + [
        Finding("lost", "stream", key, f"{service}.streams", f"{topic} has its events, and {service} no count of them")
        for topic, key in unknown
    ]


async def _heard(service: str, said: Counter[Any], connection: asyncpg.Connection) -> list[Finding]:
    """A consumer's own count of each key in the topics it reads."""
    heard: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in await connection.fetch("select source, topic, key, version from heard"):
        heard[row["source"], row["topic"], row["key"]] = row["version"]
    read = {row["topic"] for row in await connection.fetch("select distinct topic from offsets")}
    return [
        Finding(
            "lost",
            "event",
            f"{key} {version}",
            topic,
            f"{service} has handled {heard[source, topic, key]} of {version}",
        )
        for (source, topic, key), version in said.items()
        if topic in read and heard[source, topic, key] != version
    ]


def on_the_road(story: Story) -> list[Finding]:
    """An introduction follows one approval, ends once, is placed only with every yes, and no place is given away twice."""
    findings: list[Finding] = []
    for id, match in story.matches.items():
        if match.offers and match.state != "approved":
            findings.append(Finding("order", "introduction", match.offers[0], "matches", f"its match is {match.state}"))
        if len(match.offers) > 1:
            findings.append(Finding("duplicate", "introduction", id, "matches", "the match was introduced twice"))
    for id, offer in story.offers.items():
        findings += _road_of_offer(id, offer)
    placed = Counter(o.made["opportunity_id"] for o in story.offers.values() if o.made and o.state == "placed")
    return findings + [
        Finding("order", "opportunity", id, "matches", f"{count} placements and {story.places[id]} places")
        for id, count in placed.items()
        if count > story.places.get(id, 0)
    ]


def _road_of_offer(id: str, offer: Any) -> Iterable[Finding]:
    if not offer.made:
        yield Finding("lost", "introduction", id, "matches", "it was answered or ended, and never made")
        return
    if repeated(offer.ends) or len(offer.ends) > 1:
        yield Finding("duplicate", "introduction", id, "matches", f"it ended more than once: {', '.join(offer.ends)}")
    if offer.state == "placed" and not (offer.owner == "yes" and offer.yes >= set(offer.made["people"])):
        yield Finding("order", "introduction", id, "matches", "it was placed before everybody had said yes")
