"""Tests in messages: tell a service what happened, look at what it says. On real PostgreSQL, through the real chassis."""

import json
import secrets
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from chassis import clock, sealing, telemetry
from chassis.batch import Batches
from chassis.database import Database
from chassis.envelope import Envelope, new_id
from chassis.memory import Memory, remembering
from chassis.migrate import migrate
from chassis.records import Heard
from chassis.service import Service
from contracts import TOPICS, Event, event_type
from contracts.municipalities import CONTROLLER
from inflytt.servers import Databases

LULEA = "2580"
# Per database, which may be gone when another has its place in memory: an id would give the new one the old one's counts.
_versions: WeakKeyDictionary[Database, Counter[tuple[str, str, str]]] = WeakKeyDictionary()


class Keys:
    """A keyring in memory: makes a key for whoever is asked about, until they are erased."""

    def __init__(self) -> None:
        self.keys: dict[UUID, bytes] = {}
        self.erased: set[UUID] = set()

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        return {s: self.keys.setdefault(s, sealing.new_key()) for s in subjects if s not in self.erased}

    def forget(self, subject: UUID) -> None:
        self.keys.pop(subject, None)
        self.erased.add(subject)


async def fresh(service: Service[Any], postgres: Databases, keys: Any = None, **settings: Any) -> Service[Any]:
    """The service, opened on a new, migrated database. Close it with `await service.database.close()`."""
    database = postgres.create_database(f"{service.name}_{secrets.token_hex(4)}")
    await migrate(service.name, database.url)
    given = {
        "environment": "local",
        "database_url": database.url,
        "kafka_servers": "127.0.0.1:1",
        "cookie_secret": "c" * 32,
        "service_token": "t" * 32,
        "public_url": "http://testserver",
        "allowed_hosts": "testserver",
    }
    service.open(service.settings_type(**{**given, **settings}))
    if keys is not None:
        service.database.keyring = keys
    return service


async def tell(
    service: Service[Any],
    *events: Event,
    at: datetime | None = None,
    municipality: str = LULEA,
    source: str | None = None,
    actor: str = "someone",
    memory: Memory | None = None,
) -> list[Heard]:
    """The service hears these events, in one batch, as if its topics had brought them. Returns them as heard."""
    assert service.consumer is not None
    keys = await service.database.keyring.get({s.subject for e in events for s in sealing.seals_of(e)})
    heard = [_heard(service, e, keys, at or clock.now(), municipality, source, actor) for e in events]
    begin = remembering(service.database.transaction, memory)
    batches = Batches(service.consumer.name, service.consumer.handlers, begin)
    await batches.apply(heard, service.database.keyring)
    return heard


def _heard(
    service: Service[Any], event: Event, keys: Any, at: datetime, municipality: str, source: str | None, actor: str
) -> Heard:
    source = source or TOPICS[event.topic.name].publishers[0]
    stream, versions = (source, event.topic.name, event.key), _versions.setdefault(service.database, Counter())
    versions[stream] += 1
    identity = new_id()
    envelope = Envelope(
        id=identity,
        type=type(event).__name__,
        source=source,
        subject=event.key,
        time=at,
        version=versions[stream],
        traceparent=telemetry.new_traceparent(),
        cause=None,
        actor=actor,
        municipality=municipality,
        controller=CONTROLLER[municipality],
        dataschema="",
    )
    value = sealing.sealed(event, identity, keys).model_dump_json()
    event = type(event).model_validate_json(value)
    offset = versions.total()
    headers = [("ce_id", str(identity).encode())]
    return Heard(event.topic.name, 0, offset, event.key.encode(), value.encode(), headers, envelope, event)


async def said(service: Service[Any], *kinds: type[Event]) -> list[Event]:
    """What the service has said and not yet been asked about, oldest first, opened where it may; of these kinds, or all."""
    async with service.database.transaction() as tx:
        rows = await tx.fetch("delete from outbox returning seq, id, topic, type, payload")
        said = [
            (row["id"], kind.model_validate_json(row["payload"]))
            for row in sorted(rows, key=lambda row: row["seq"])
            if (kind := event_type(row["topic"], row["type"])) is not None
        ]
        keys = await service.database.keyring.get({s.subject for _, e in said for s in sealing.seals_of(e)})
    events = [sealing.opened(event, identity, keys) for identity, event in said]
    return [event for event in events if not kinds or isinstance(event, kinds)]


async def said_raw(service: Service[Any], topic: str) -> list[dict[str, Any]]:
    """What waits in the outbox for a topic that is not ours to type."""
    async with service.database.transaction() as tx:
        rows = await tx.fetch("delete from outbox where topic = $1 returning seq, payload", topic)
    return [json.loads(row["payload"]) for row in sorted(rows, key=lambda row: row["seq"])]
