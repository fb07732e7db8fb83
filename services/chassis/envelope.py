"""The envelope of an event: CloudEvents 1.0, binary mode, in Kafka headers. Outboxes make it, consumers read it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import uuid_utils.compat

MOST = 2**63 - 1  # PostgreSQL's bigint


class Unreadable(ValueError):
    """A record that no version of us can place: no key, a tombstone, a header missing or not text."""


class Envelope(NamedTuple):
    """Who said what, when, caused by what, for whom; `version` is gap-free per source and key."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    version: int
    traceparent: str
    cause: UUID | None
    actor: str
    municipality: str
    controller: str
    dataschema: str


def read_envelope(headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """The envelope these headers make; unknown ones are passed over. Raises Unreadable, and says what is wrong."""
    try:
        h = {name: (value or b"").decode() for name, value in headers if name.startswith("ce_")}
    except UnicodeDecodeError as error:
        raise Unreadable("a header is not UTF-8") from error
    if "\0" in "".join(h.values()):
        raise Unreadable("a header holds NUL, which no table takes")
    try:
        return _checked(
            Envelope(
                id=UUID(h["ce_id"]),
                type=h["ce_type"],
                source=h["ce_source"],
                subject=h["ce_subject"],
                time=datetime.fromisoformat(h["ce_time"]),
                version=int(h["ce_version"]),
                traceparent=h.get("ce_traceparent", ""),
                cause=UUID(h["ce_cause"]) if h.get("ce_cause") else None,
                actor=h.get("ce_actor", ""),
                municipality=h.get("ce_municipality", ""),
                controller=h.get("ce_controller", ""),
                dataschema=h.get("ce_dataschema", ""),
            )
        )
    except KeyError as error:
        raise Unreadable(f"header {error.args[0]} is missing") from error
    except ValueError as error:
        raise Unreadable("a header has a value that can't be read") from error


def _checked(envelope: Envelope) -> Envelope:
    if not 1 <= envelope.version <= MOST or envelope.time.tzinfo is None:
        raise ValueError
    return envelope


def new_id() -> UUID:
    """A UUIDv7: sorts by the time it was made."""
    return uuid_utils.compat.uuid7()
