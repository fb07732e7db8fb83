"""From Kafka's record to something heard: each is read once, on its own, so that one broken record spoils nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from chassis import sealing
from chassis.envelope import Envelope, Unreadable, read_envelope
from chassis.keyring import Keyring, NoKeys
from contracts import Event, event_type

Stream = tuple[str, str, str]  # source, topic, key: what has versions without a gap


class Heard(NamedTuple):
    """One record: who said it, and the event, or why there is none."""

    topic: str  # without the platform's prefix
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    envelope: Envelope | None = None  # None: unreadable
    event: Any = None  # the Event; None: a type that this version does not know, or one with an error
    error: str = ""  # why it is unreadable or invalid; never what it says

    @property
    def stream(self) -> Stream:
        assert self.envelope is not None
        return (self.envelope.source, self.topic, self.envelope.subject)


def read(record: ConsumerRecord, prefix: str = "") -> Heard:
    """What this record says. Never raises: what can't be read is heard as an error."""
    return read_parts(
        record.topic.removeprefix(prefix), record.partition, record.offset, record.key, record.value, record.headers
    )


def read_parts(
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes]],
) -> Heard:
    """As `read`, for a record that was kept in parts."""
    envelope, event, error = None, None, ""
    try:
        if key is None:
            raise Unreadable("no key")
        said = read_envelope(headers)
        if said.subject.encode() != key:
            raise Unreadable("the key is not the subject")
        if value is None:
            raise Unreadable("a tombstone")
        envelope = said
        if kind := event_type(topic, said.type):
            event, error = _event(kind, value)
    except Unreadable as unreadable:
        error = str(unreadable)
    return Heard(topic, partition, offset, key, value, headers, envelope, event, error)


def _event(kind: type[Event], value: bytes) -> tuple[Event | None, str]:
    """The event, or why it is none."""
    try:
        return kind.model_validate_json(value), ""
    except ValidationError as error:
        return None, _where(kind, error)


def _where(kind: type[Event], error: ValidationError) -> str:
    """Which fields are wrong, and how; never their values, which may tell of a person."""
    first = error.errors(include_input=False, include_context=False, include_url=False)[:3]
    return f"{kind.__name__}: " + "; ".join(f"{'/'.join(map(str, e['loc']))} {e['type']}" for e in first)


async def opened(heard: Sequence[Heard], keyring: Keyring, wanted: Callable[[Heard], bool]) -> list[Heard]:
    """The same records; in those wanted, the seals that this service may open are. Keys come in bulk, before any transaction."""
    if isinstance(keyring, NoKeys):
        return list(heard)
    read = {id(h) for h in heard if h.event is not None and wanted(h)}
    subjects = {seal.subject for h in heard if id(h) in read for seal in sealing.seals_of(h.event)}
    if not subjects:
        return list(heard)
    keys = await keyring.get(subjects)
    return [_opened(h, keys) if id(h) in read else h for h in heard]


def _opened(heard: Heard, keys: dict[Any, bytes]) -> Heard:
    assert heard.envelope is not None
    try:
        return heard._replace(event=sealing.opened(heard.event, heard.envelope.id, keys))
    except (sealing.Tampered, ValidationError):
        return heard._replace(event=None, error=f"{heard.envelope.type}: a seal that its key does not open")


@dataclass
class Tally:
    """What became of a batch's records, and which keys (or unreadable records) are troubled by it."""

    handled: int = 0
    passed_over: int = 0  # of a type that this version does not know
    repeated: int = 0
    parked: int = 0
    troubled: set[object] = field(default_factory=set)

    @property
    def records(self) -> int:
        return self.handled + self.passed_over + self.repeated + self.parked
