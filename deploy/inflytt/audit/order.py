"""Order: versions without a gap in every topic, each event once, and a road that nobody walked backwards."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from inflytt.audit.findings import Finding, repeated
from inflytt.audit.log import Log, Record
from inflytt.audit.story import Story


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


def on_the_road(story: Story) -> list[Finding]:
    """An introduction follows one approval, ends once, and is placed only with every yes."""
    findings: list[Finding] = []
    for id, match in story.matches.items():
        if match.offers and match.state != "approved":
            findings.append(Finding("order", "introduction", match.offers[0], "matches", f"its match is {match.state}"))
        if len(match.offers) > 1:
            findings.append(Finding("duplicate", "introduction", id, "matches", "the match was introduced twice"))
    for id, offer in story.offers.items():
        findings += _road_of_offer(id, offer)
    return findings


def _road_of_offer(id: str, offer: Any) -> Iterable[Finding]:
    if not offer.made:
        yield Finding("lost", "introduction", id, "matches", "it was answered or ended, and never made")
        return
    if repeated(offer.ends) or len(offer.ends) > 1:
        yield Finding("duplicate", "introduction", id, "matches", f"it ended more than once: {', '.join(offer.ends)}")
    if offer.state == "placed" and not (offer.owner == "yes" and offer.yes >= set(offer.made["people"])):
        yield Finding("order", "introduction", id, "matches", "it was placed before everybody had said yes")
