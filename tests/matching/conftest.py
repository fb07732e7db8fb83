"""Matching on a real PostgreSQL: it is told events as Kafka would bring them, and its outbox is looked at."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis import clock, outbox, sealing
from chassis.batch import Batches
from chassis.database import Database
from chassis.due import take_due
from chassis.envelope import new_id
from chassis.migrate import migrate
from chassis.outbox import Saying
from chassis.records import Heard, read_parts
from contracts import Event, event_type
from contracts.matches import OfferMade
from contracts.municipalities import CONTROLLER
from inflytt.servers import Databases
from matching import deciding
from matching.handlers import consumer

PARTITION = 0


class Keys:
    """Intake's keys, as its internal call would give them; erasing destroys one."""

    def __init__(self) -> None:
        self.keys: dict[UUID, bytes] = {}
        self.erased: set[UUID] = set()

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        return {s: self.keys.setdefault(s, sealing.new_key()) for s in set(subjects) - self.erased}

    def forget(self, subject: UUID) -> None:
        self.keys.pop(subject, None)


class Platform:
    """What surrounds matching: others' events come in, its own come back to it, and time passes."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database, self.keys = database, keys
        self.batches = Batches(consumer.name, consumer.handlers, database.transaction)
        self.versions: Counter[tuple[str, str]] = Counter()
        self.offsets = count()
        self.last_seen = 0

    async def tell(self, *events: Event, municipality: str = "2580") -> None:
        """These happened, and were heard in one batch. Nothing may be parked."""
        await self.apply([await self.record(event, municipality) for event in events])

    async def apply(self, heard: list[Heard]) -> None:
        tally = await self.batches.apply(heard, self.keys)
        assert (tally.handled, tally.parked) == (len(heard), 0), heard

    async def record(self, event: Event, municipality: str = "2580") -> Heard:
        said = Saying.of(
            event,
            source="intake",
            time=clock.now(),
            actor="system",
            municipality=municipality,
            controller=CONTROLLER[municipality],
            cause=None,
        )
        self.versions[said.topic, said.key] += 1
        version = self.versions[said.topic, said.key]
        row = {"id": said.id, "type": said.type, "key": said.key, "version": version}
        headers = outbox.headers({**row, "headers": outbox.dumps(said.attributes)})
        keys = await self.keys.get({seal.subject for seal in sealing.seals_of(event)})
        payload = sealing.sealed(event, said.id, keys).model_dump_json().encode()
        return self._heard(said.topic, said.key, payload, headers)

    def _heard(self, topic: str, key: str, payload: bytes, headers: list[tuple[str, bytes]]) -> Heard:
        return read_parts(topic, PARTITION, next(self.offsets), key.encode(), payload, headers)

    async def said(self) -> list[Event]:
        """What matching has said since last asked, seals opened, in order; it has then heard its own words too."""
        async with self.database.transaction() as tx:
            rows = await tx.fetch("select * from outbox where seq > $1 order by seq", self.last_seen)
        self.last_seen = rows[-1]["seq"] if rows else self.last_seen
        own = [
            self._heard(row["topic"], row["key"], row["payload"], outbox.headers(row))
            for row in rows
            if row["topic"] == "matches"
        ]
        if own:
            await self.apply(own)
        said = [await self._opened(row["topic"], row["type"], row["id"], row["payload"]) for row in rows]
        return said + (await self.said() if own else [])

    async def _opened(self, topic: str, name: str, identity: UUID, payload: bytes) -> Event:
        kind = event_type(topic, name)
        assert kind is not None
        event = kind.model_validate_json(payload)
        return sealing.opened(event, identity, await self.keys.get({s.subject for s in sealing.seals_of(event)}))

    async def approve(self, match_id: UUID, by: str = "vide") -> OfferMade:
        """A coordinator introduces the two."""
        async with self.database.transaction() as tx:
            await deciding.approve(tx, match_id, by, "good_fit", new_id(), timedelta(days=7))
            (offer,) = [s.event for s in tx.sayings if isinstance(s.event, OfferMade)]
        return offer

    async def reject(self, match_id: UUID, by: str = "vide") -> None:
        async with self.database.transaction() as tx:
            await deciding.reject(tx, match_id, by, "too_far")

    async def pass_time(self) -> int:
        """What is due by now is done."""
        return await take_due(self.database.transaction, consumer.when)

    async def rows(self, sql: str, *args: object) -> list[dict]:
        async with self.database.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *args)]


@pytest.fixture(scope="session")
async def matching_database(postgres: Databases) -> AsyncIterator[Database]:
    keys = Keys()
    url = postgres.create_database(f"matching_{uuid4().hex[:8]}").url
    await migrate("matching", url)
    database = Database(url, "matching", keys)
    yield database
    await database.close()


@pytest.fixture
async def platform(matching_database: Database) -> Platform:
    """An empty matching."""
    async with matching_database.transaction() as tx:
        rows = await tx.fetch("select tablename from pg_tables where schemaname = 'public'")
        tables = [row["tablename"] for row in rows if row["tablename"] != "alembic_version"]
        await tx.execute("truncate " + ", ".join(tables) + " restart identity")
    keys = Keys()
    matching_database.keyring = keys
    return Platform(matching_database, keys)


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`later(days=8)`: platform time is then so much after the wall's."""
    file = tmp_path / "clock"

    def move(**after: float) -> None:
        file.write_text(str(timedelta(**after).total_seconds()))
        monkeypatch.setenv("INFLYTT_CLOCK", str(file))

    return move
