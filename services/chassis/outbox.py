"""The outbox: what a transaction says is numbered and stored in it, and leaves only after its commit."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from chassis import faults, sealing, telemetry
from chassis.envelope import Envelope, new_id
from contracts import Event

if TYPE_CHECKING:
    from chassis.keyring import Keyring


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


@dataclass(frozen=True)
class Saying:
    """Something that is to be said: an event and its envelope less the version, or plain JSON for a partner's topic."""

    id: UUID
    topic: str
    key: str
    type: str
    attributes: dict[str, str]  # of the envelope; empty for plain JSON
    event: Event | None
    payload: bytes = b""

    @classmethod
    def of(
        cls,
        event: Event,
        *,
        source: str,
        time: datetime,
        actor: str,
        municipality: str,
        controller: str,
        cause: Envelope | None,
    ) -> "Saying":
        name, identity = type(event).__name__, new_id()
        attributes = {
            "ce_source": source,
            "ce_time": time.isoformat(),
            "ce_traceparent": telemetry.current_traceparent(),
            "ce_cause": str(cause.id) if cause else "",
            "ce_actor": actor,
            "ce_municipality": municipality,
            "ce_controller": controller,
            "ce_dataschema": f"{event.topic.name}/{name}/{event.schema_version}",
        }
        return cls(identity, event.topic.name, event.key, name, attributes, event)

    @classmethod
    def raw(cls, topic: str, key: str, value: dict[str, Any], source: str, time: datetime) -> "Saying":
        attributes = {
            "ce_traceparent": telemetry.current_traceparent(),
            "ce_source": source,
            "ce_time": time.isoformat(),
        }
        return cls(new_id(), topic, key, "", attributes, None, dumps(value).encode())


# The upsert's row lock makes two writers of one key wait for each other, so that versions have no gap and rows of one
# key get `seq` in the order of their versions. Keys are locked sorted: two transactions never wait in a circle.
WRITE = """
with counted as (
  insert into streams (topic, key, version)
  select topic, key, n from unnest($1::text[], $2::text[], $3::bigint[]) as c(topic, key, n) order by topic, key
  on conflict (topic, key) do update set version = streams.version + excluded.version
  returning topic, key, version)
insert into outbox (id, topic, key, version, type, headers, payload)
select s.id, s.topic, s.key, counted.version - s.later, s.type, s.headers, s.payload
from unnest($4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::bytea[]) with ordinality
     as s(id, topic, key, later, type, headers, payload, nth)
join counted using (topic, key)
order by s.nth
"""


async def write(connection: asyncpg.Connection, keyring: "Keyring", sayings: Sequence[Saying]) -> None:
    """Numbers all keys of the transaction at once, sorted, and stores the rows."""
    subjects = {field.subject for s in sayings if s.event for field in sealing.seals_of(s.event)}
    keys = await keyring.get(subjects) if subjects else {}
    total = Counter((s.topic, s.key) for s in sayings)
    left, later = Counter(total), []
    for s in sayings:
        left[s.topic, s.key] -= 1
        later.append(left[s.topic, s.key])
    streams = sorted(total)
    faults.point("before insert")
    await connection.execute(
        WRITE,
        [topic for topic, _ in streams],
        [key for _, key in streams],
        [total[stream] for stream in streams],
        [s.id for s in sayings],
        [s.topic for s in sayings],
        [s.key for s in sayings],
        later,
        [s.type for s in sayings],
        [dumps(s.attributes) for s in sayings],
        [_payload(s, keys) for s in sayings],
    )
    faults.point("after insert")


def _payload(saying: Saying, keys: dict[UUID, bytes]) -> bytes:
    if saying.event is None:
        return saying.payload
    return sealing.sealed(saying.event, saying.id, keys).model_dump_json().encode()


def headers(row: asyncpg.Record) -> list[tuple[str, bytes]]:
    """The Kafka headers of an outbox row: its envelope with the version it was given. A repeat has the same `ce_id`."""
    attributes = json.loads(row["headers"]) | {"ce_id": str(row["id"])}
    if row["type"]:
        attributes |= {
            "ce_specversion": "1.0",
            "ce_type": row["type"],
            "ce_subject": row["key"],
            "ce_version": str(row["version"]),
            "content-type": "application/json",
        }
    return [(name, value.encode()) for name, value in attributes.items()]
