"""Every service against the topics: what it counted as said has come, what has come it has handled, once and in order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from inflytt.audit.findings import Finding
from inflytt.audit.log import Log, Record
from inflytt.audit.rows import READ, Row, Rows

Stream = tuple[str, str, str]  # source, topic, key: what has versions without a gap
Tables = Mapping[str, list[Row]]


def at_rest(log: Log, rows: Rows) -> list[Finding]:
    """Of a platform where nothing flows: what was said has left for its topic, and every consumer has had all of it."""
    came, findings = count(log), list[Finding]()
    for service, tables in rows.items():
        findings += _left(service, came, tables)
        findings += _handled(service, came, tables)
        findings += _taken_in_order(service, log, tables)
        findings += _parked_in_order(service, came, tables)
        findings += _taken_from_nowhere(service, log, tables)
    return findings


def count(log: Log) -> Counter[Stream]:
    """How many records of each stream came: a relay may say one again, with the same id."""
    came: Counter[Stream] = Counter()
    for record in {(r.topic, r.partition, r.id): r for r in log.records if r.id}.values():
        came[record.source, record.topic, record.key] += 1
    return came


def heard(tables: Tables) -> dict[Stream, int]:
    """The last version that a service has handled, by its own count."""
    return {(row["source"], row["topic"], row["key"]): row["version"] for row in tables["heard"]}


def _left(service: str, came: Counter[Stream], tables: Tables) -> Iterable[Finding]:
    for row in tables["outbox"]:
        yield Finding("lost", "event", row["id"], f"{service}.outbox", f"{row['topic']} still waits for it")
    said = {(row["topic"], row["key"]): row["version"] for row in tables["streams"]}
    waiting = Counter((row["topic"], row["key"]) for row in tables["outbox"])
    for (topic, key), version in said.items():
        there = came[service, topic, key] + waiting[topic, key]
        if there != version:
            sentence = f"{service} has said {version} of this key, and the topic has {there}"
            yield Finding("lost" if there < version else "phantom", "event", f"{key} {version}", topic, sentence)
    for source, topic, key in came:
        if source == service and (topic, key) not in said:
            sentence = f"{topic} has its events, and {service} no count of them"
            yield Finding("phantom", "stream", key, f"{service}.streams", sentence)


def _handled(service: str, came: Counter[Stream], tables: Tables) -> Iterable[Finding]:
    """A consumer's own count of each key in the topics it reads. What it has parked is named by itself."""
    done = heard(tables)
    waiting = Counter((row["source"], row["topic"], row["key"]) for row in tables["parked"])
    for stream in {*done, *(stream for stream in came if stream[1] in READ[service])}:
        had, there = done.get(stream, 0) + waiting[stream], came[stream]
        if had != there:
            kind, (_, topic, key) = "lost" if had < there else "phantom", stream
            sentence = f"{service} has handled {done.get(stream, 0)} of {there}"
            yield Finding(kind, "event", f"{key} {there}", topic, sentence)  # type: ignore[arg-type]


def _taken_in_order(service: str, log: Log, tables: Tables) -> Iterable[Finding]:
    """`taken` is the transaction in which a consumer took an event: of one key, none before that of the version before."""
    taken = {row["event_id"]: row["taken"] for row in tables["inbox"]}
    for (_, topic, key), records in _streams(log).items():
        had = [record for record in records if record.id in taken]
        for before, record in pairwise(had):
            if taken[record.id] < taken[before.id]:
                sentence = f"{service} took version {record.version} of key {key} before version {before.version}"
                yield Finding("order", record.type, record.id, topic, sentence)


def _streams(log: Log) -> dict[Stream, list[Record]]:
    """Each stream's events by version."""
    told: dict[Stream, list[Record]] = defaultdict(list)
    for record in {record.id: record for record in log.records if record.type}.values():
        told[record.source, record.topic, record.key].append(record)
    return {stream: sorted(records, key=lambda record: record.version) for stream, records in told.items()}


def _taken_from_nowhere(service: str, log: Log, tables: Tables) -> Iterable[Finding]:
    known = {record.id for record in log.records}
    for row in tables["inbox"]:
        if row["event_id"] not in known:
            yield Finding("phantom", "event", row["event_id"], f"{service}.inbox", "it was taken, and is in no topic")


def _parked_in_order(service: str, came: Counter[Stream], tables: Tables) -> Iterable[Finding]:
    """Whatever is parked is named; of a key, nothing is handled past the first, and all that came later stands behind it."""
    sequences: dict[Stream, list[Row]] = defaultdict(list)
    for row in tables["parked"]:
        sentence = f"{service} has it parked ({row['state']}): {row['error']}"
        yield Finding("lost", "event", f"{row['key']} {row['version']}", row["topic"], sentence)
        if row["state"] != "unreadable":
            sequences[row["source"], row["topic"], row["key"]].append(row)
    done = heard(tables)
    for stream, rows in sequences.items():
        versions, first = [row["version"] for row in rows], done.get(stream, 0) + 1
        wanted = list(range(first, came[stream] + 1))
        if versions != wanted:
            sentence = f"{service} has versions {versions} parked in this order, where {wanted} must stand"
            yield Finding("order", "event", f"{stream[2]} {min(versions)}", stream[1], sentence)
        if any(row["state"] != "behind" for row in rows[1:]):
            sentence = f"{service} has tried what stands behind a parked event"
            yield Finding("order", "event", f"{stream[2]} {min(versions)}", stream[1], sentence)
