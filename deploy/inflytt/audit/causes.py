"""Nothing follows from what did not happen: every event's cause was said, and handled by who says the event, in order."""

from collections.abc import Iterable

from inflytt.audit.consumers import Stream, heard
from inflytt.audit.findings import Finding
from inflytt.audit.log import Log, Record
from inflytt.audit.rows import READ, Rows


def followed(log: Log, rows: Rows) -> list[Finding]:
    """Events whose cause is not in the log, is not read by their service, was rolled back there, or came out of turn."""
    said = {record.id: record for record in log.records if record.type}
    caused = [record for record in said.values() if _cause(record)]
    return [*_unfounded(said, caused, rows), *_out_of_turn(said, caused)]


def _cause(record: Record) -> str:
    return record.headers.get("ce_cause", "")


def _unfounded(said: dict[str, Record], caused: list[Record], rows: Rows) -> Iterable[Finding]:
    done = {service: heard(tables) for service, tables in rows.items()}
    for record in caused:
        cause, by = said.get(_cause(record)), record.source
        if cause is None:
            sentence = f"its cause {_cause(record)} is in no topic"
        elif cause.topic not in READ[by]:
            sentence = f"its cause is in {cause.topic}, which {by} does not read"
        elif done[by].get((cause.source, cause.topic, cause.key), 0) < cause.version:
            sentence = f"{by} has not handled its cause, {cause.type} {cause.id}"
        else:
            continue
        yield Finding("phantom", record.type, record.id, record.where, sentence)


def _out_of_turn(said: dict[str, Record], caused: list[Record]) -> Iterable[Finding]:
    """What one key's versions bring about in another stream comes in the order of those versions."""
    last: dict[tuple[Stream, Stream], int] = {}
    for record in sorted((r for r in caused if _cause(r) in said), key=lambda record: record.version):
        cause = said[_cause(record)]
        between = ((cause.source, cause.topic, cause.key), (record.source, record.topic, record.key))
        if cause.version < last.get(between, 0):
            sentence = f"version {cause.version} of {cause.key} brought it about, and {last[between]} what came before"
            yield Finding("order", record.type, record.id, record.where, sentence)
        last[between] = max(cause.version, last.get(between, 0))
