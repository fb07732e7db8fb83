"""Notifications on a real PostgreSQL, between a real intake (a process of its own, without Kafka) and a real mail server."""

import base64
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from chassis import clock
from chassis.migrate import migrate
from chassis.service import Service
from contracts import Event
from contracts.interests import ConfirmationRequested
from helpers import fresh, said, tell
from inflytt.servers import Databases
from inflytt.servers.mail import Mail
from inflytt.servers.process import Child, free_port, listens
from intakesample import registration
from notifications.app import service as declared
from notifications.domain import HERE
from notifications.ledger import Ledger
from notifications.senders import Intake
from notifications.sending import PostOffice
from notifications.settings import NotificationsSettings

SERVICE_TOKEN = "t" * 40
PARTNER = {
    "partner_id": "norrverk",
    "kind": "employer",
    "name": "Norrverk AB",
    "municipality": "2580",
    "email": "jobb@norrverk.example",
    "key_hash": "0" * 64,
}


class IntakeProcess:
    """Intake as others see it, and what it said to its topics."""

    def __init__(self, url: str, database_url: str) -> None:
        self.url, self.database_url = url, database_url

    async def register(self, *adults: dict[str, Any]) -> list[ConfirmationRequested]:
        """A household's form; returns what intake says of it before anybody has confirmed."""
        async with httpx.AsyncClient(base_url=self.url) as client:
            headers = {"Idempotency-Key": uuid4().hex}
            answer = await client.post("/api/interests", json=registration(*adults), headers=headers)
        assert answer.status_code == 201, answer.text
        connection = await asyncpg.connect(self.database_url)
        rows = await connection.fetch(
            "select payload from outbox where type = 'ConfirmationRequested' and key = $1 order by seq",
            answer.json()["interest_id"],
        )
        await connection.close()
        return [ConfirmationRequested.model_validate_json(row["payload"]) for row in rows]


@pytest.fixture(scope="session")
async def intake(postgres: Databases, run: Path) -> AsyncIterator[IntakeProcess]:
    main, keys = (postgres.create_database(f"{name}_{secrets.token_hex(4)}") for name in ("told", "told_keys"))
    await migrate("intake", main.url)
    await migrate("intake", keys.url, "migrations_keys")
    partners = run / "partners-of-notifications.json"
    partners.write_text(json.dumps([PARTNER]))
    port, admin = free_port(), free_port()
    told = {
        "environment": "local",
        "database_url": main.url,
        "keys_database_url": keys.url,
        "kek": base64.b64encode(secrets.token_bytes(32)).decode(),
        "kafka_servers": "127.0.0.1:1",
        "http_port": str(port),
        "admin_port": str(admin),
        "public_url": f"http://127.0.0.1:{port}",
        "cookie_secret": "c" * 40,
        "service_token": SERVICE_TOKEN,
        "partners_file": str(partners),
    }
    env = {**os.environ, **{f"INFLYTT_{name.upper()}": value for name, value in told.items()}}
    process = Child("intake-of-notifications", [sys.executable, "-m", "chassis", "intake"], run, env=env)
    process.start()
    process.wait_until(lambda: listens(port))
    yield IntakeProcess(f"http://127.0.0.1:{port}", main.url)
    process.kill()


class Office:
    """Notifications, told events as Kafka would bring them, sending when it is asked to."""

    def __init__(self, service: Service[NotificationsSettings], client: httpx.AsyncClient) -> None:
        settings = service.settings
        self.service = service
        self.ledger = Ledger(service.database, 3 * settings.smtp_timeout, settings.max_attempts)
        self.post = PostOffice(self.ledger, Intake(client), settings, service.stopping)

    async def hear(self, *events: Event) -> None:
        await tell(self.service, *events)

    async def said(self, *kinds: type[Event]) -> list[Any]:
        return await said(self.service, *kinds)

    async def rows(self, sql: str = "select * from messages order by queued_at, template") -> list[asyncpg.Record]:
        async with self.service.database.transaction() as tx:
            return await tx.fetch(sql)

    async def leases_end(self) -> None:
        """As if the time that a round may take were over."""
        await self.rows("update messages set lease_until = now() - interval '1 second' returning 1")

    async def states(self) -> list[tuple[str, str]]:
        return [(row["template"], row["state"]) for row in await self.rows()]


@pytest.fixture
async def office(postgres: Databases, intake: IntakeProcess, mail: Mail) -> AsyncIterator[Office]:
    mail.behave()
    service = await fresh(
        declared, postgres, service_token=SERVICE_TOKEN, intake_url=intake.url, smtp_port=mail.smtp_port, smtp_timeout=1
    )
    headers = {"authorization": f"Bearer {SERVICE_TOKEN}"}
    async with httpx.AsyncClient(base_url=intake.url, headers=headers) as client:
        yield Office(service, client)
    mail.behave()
    await service.database.close()


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`at(hour=9)`: platform time is then the next such hour in Sweden; `at(later=60)`: so many seconds after now."""
    file = tmp_path / "clock"

    def move(hour: int | None = None, later: float = 0) -> None:
        moved = timedelta(seconds=later)
        if hour is not None:
            now = clock.now().astimezone(HERE)
            moved = now.replace(hour=hour, minute=0, second=0, microsecond=0) - now
            moved += timedelta(days=moved < timedelta())
        file.write_text(str((clock.offset() + moved).total_seconds()))
        monkeypatch.setenv("INFLYTT_CLOCK", str(file))

    return move
