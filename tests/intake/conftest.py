"""Intake on real databases, its doors open to a client in the same process; told events as Kafka would bring them."""

import base64
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis import clock, outbox, sealing
from chassis.batch import Batches
from chassis.due import take_due
from chassis.migrate import migrate
from chassis.outbox import Saying
from chassis.records import read_parts
from chassis.service import Service
from chassis.web import hash_key
from contracts import Event, event_type
from contracts.municipalities import CONTROLLER
from inflytt.servers import Databases
from intake import partners
from intake.app import service as declared
from intake.handlers import consumer
from intake.settings import IntakeSettings

SERVICE_TOKEN = "t" * 40
PARTNER_KEYS = {name: f"{name}_" + "k" * 40 for name in ("norrverk", "lulehem", "skolan", "larcentrum", "byanat")}
PARTNERS: list[dict[str, Any]] = [
    {"partner_id": "norrverk", "kind": "employer", "name": "Norrverk AB", "email": "jobb@norrverk.example"},
    {"partner_id": "lulehem", "kind": "landlord", "name": "Lulehem AB", "email": "hem@lulehem.example"}
    | {"agreement": "pool-2026"},
    {"partner_id": "skolan", "kind": "school", "name": "Skolvalet", "email": "skola@skolan.example"},
    {"partner_id": "larcentrum", "kind": "educator", "name": "Lärcentrum", "email": "kurs@larcentrum.example"},
    {"partner_id": "byanat", "kind": "host", "name": "Bya-nät", "email": "hej@byanat.example"},
]
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class World:
    """Intake and those who use it."""

    def __init__(self, service: Service[IntakeSettings], client: httpx.AsyncClient) -> None:
        self.service, self.client, self.database = service, client, service.database
        self.batches = Batches(consumer.name, consumer.handlers, self.database.transaction)
        self.versions: Counter[tuple[str, str]] = Counter()
        self.offsets = count()
        self.seen = 0

    async def tell(self, *events: Event, municipality: str = "2580") -> None:
        """Matching said these, and intake heard them in one batch. Nothing may be parked."""
        heard = []
        for event in events:
            said = Saying.of(
                event,
                source="matching",
                time=clock.now(),
                actor="system",
                municipality=municipality,
                controller=CONTROLLER[municipality],
                cause=None,
            )
            self.versions[said.topic, said.key] += 1
            row = {"id": said.id, "type": said.type, "key": said.key, "version": self.versions[said.topic, said.key]}
            headers = outbox.headers({**row, "headers": outbox.dumps(said.attributes)})
            value = event.model_dump_json().encode()
            heard.append(read_parts(said.topic, 0, next(self.offsets), said.key.encode(), value, headers))
        tally = await self.batches.apply(heard, self.database.keyring)
        assert (tally.handled, tally.parked) == (len(heard), 0)

    async def rows_said(self) -> list[dict[str, Any]]:
        """The outbox's rows since last asked."""
        found = await self.rows("select * from outbox where seq > $1 order by seq", self.seen)
        self.seen = found[-1]["seq"] if found else self.seen
        return found

    async def said(self) -> list[Event]:
        """The events since last asked, opened with the keys that are there."""
        events = []
        for row in await self.rows_said():
            if kind := event_type(row["topic"], row["type"]):
                event = kind.model_validate_json(row["payload"])
                keys = await self.database.keyring.get({seal.subject for seal in sealing.seals_of(event)})
                events.append(sealing.opened(event, row["id"], keys))
        return events

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        async with self.database.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *args)]

    async def pass_time(self) -> int:
        """What is due by now is done."""
        return await take_due(self.database.transaction, consumer.when)

    async def register(self, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        return await self.client.post("/api/interests", json=body, headers={"Idempotency-Key": key or uuid4().hex})

    async def people(self, interest_id: str) -> list[UUID]:
        asked = "select person_id from adults where interest_id = $1 order by position"
        return [row["person_id"] for row in await self.rows(asked, UUID(interest_id))]

    async def letter(self, person_id: UUID | None = None, template: str = "confirm", **more: Any) -> dict[str, Any]:
        """What a letter needs, as notifications asks when it sends one."""
        wanted = {"message_id": str(uuid4()), "template": template, **more}
        if person_id:
            wanted["person_id"] = str(person_id)
        answer = await self.client.post(
            "/internal/letters", json={"letters": [wanted]}, headers={"Authorization": f"Bearer {SERVICE_TOKEN}"}
        )
        assert answer.status_code == 200, answer.text
        (letter,) = answer.json()["letters"]
        assert isinstance(letter, dict)
        return letter

    async def press(self, link: str, action: str = "", **fields: str) -> httpx.Response:
        """Opens the page behind a link and presses a button of it."""
        return await self.client.post(link + action, data={"csrf": await self.token(link), **fields})

    async def token(self, link: str) -> str:
        """Opens a page and takes the protection of its forms."""
        opened = await self.client.get(link)
        token = CSRF.search(opened.text)
        assert token, opened.text
        return token[1]

    async def confirmed(self, body: dict[str, Any], *, adults: int = 1) -> tuple[UUID, list[UUID]]:
        """A household whose first `adults` adults have confirmed: the interest and its people."""
        interest_id = (await self.register(body)).json()["interest_id"]
        people = await self.people(interest_id)
        for person in people[:adults]:
            answer = await self.press((await self.letter(person))["link"])
            assert answer.status_code == 200, answer.text
        return UUID(interest_id), people

    async def own_page(self, person_id: UUID) -> str:
        link: str = (await self.letter(person_id, "placement"))["link"]
        return link

    async def partner(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """A call at the partner door, with the partner's own key."""
        headers = {"Authorization": f"Bearer {PARTNER_KEYS[who]}", **more.pop("headers", {})}
        return await self.client.request(method, f"/partner{path}", json=body, headers=headers, **more)


@pytest.fixture(scope="session")
async def intake(postgres: Databases) -> AsyncIterator[Service[IntakeSettings]]:
    """The opened service, its partners loaded."""
    main, keys = postgres.create_database("intake"), postgres.create_database("intake_keys")
    await migrate("intake", main.url)
    await migrate("intake", keys.url, "migrations_keys")
    declared.open(
        IntakeSettings(
            environment="local",
            database_url=main.url,
            keys_database_url=keys.url,
            kek=base64.b64encode(secrets.token_bytes(32)).decode(),
            kafka_servers="127.0.0.1:1",
            public_url="http://intake.test",
            allowed_hosts="intake.test",
            cookie_secret="c" * 40,
            service_token=SERVICE_TOKEN,
        )
    )
    for partner in PARTNERS:
        told = {**partner, "municipality": "2580", "key_hash": hash_key(PARTNER_KEYS[partner["partner_id"]])}
        await partners.keep(declared, partners.PartnerTold.model_validate(told))
    yield declared
    await declared.database.close()
    await declared.database.keyring.close()  # type: ignore[attr-defined]


@pytest.fixture
async def world(intake: Service[IntakeSettings]) -> AsyncIterator[World]:
    transport = httpx.ASGITransport(intake.web())
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test") as client:
        world = World(intake, client)
        await world.said()
        yield world


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`later(days=8)`: platform time is then so much after the wall's."""
    file = tmp_path / "clock"

    def move(**after: float) -> None:
        file.write_text(str(timedelta(**after).total_seconds()))
        monkeypatch.setenv("INFLYTT_CLOCK", str(file))

    return move
