"""Intake on real databases, with its door open to a client in the same process."""

import base64
import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.migrate import migrate
from chassis.service import Service
from chassis.web import hash_key
from inflytt.servers import Databases
from intake import partners
from intake.app import service as declared
from intake.settings import IntakeSettings

SERVICE_TOKEN = "t" * 40
PARTNER_KEYS = {"norrverk": "employer_" + "n" * 40, "lulehem": "landlord_" + "l" * 40}


def partners_told() -> list[dict[str, Any]]:
    common = {"municipality": "2580"}
    norrverk = {"partner_id": "norrverk", "kind": "employer", "name": "Norrverk AB", "email": "jobb@norrverk.example"}
    lulehem = {"partner_id": "lulehem", "kind": "landlord", "name": "Lulehem AB", "email": "hem@lulehem.example"}
    keys = {partner: {"key_hash": hash_key(key)} for partner, key in PARTNER_KEYS.items()}
    return [
        {**common, **norrverk, **keys["norrverk"]},
        {**common, **lulehem, **keys["lulehem"], "agreement": "pool-2026"},
    ]


@pytest.fixture(scope="session")
async def intake(postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service[Any]]:
    """The opened service, its partners loaded."""
    main, keys = postgres.create_database("intake"), postgres.create_database("intake_keys")
    await migrate("intake", main.url)
    await migrate("intake", keys.url, "migrations_keys")
    settings = IntakeSettings(
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
    declared.open(settings)
    for partner in partners_told():
        await partners.keep(declared, partners.PartnerTold.model_validate(partner))
    yield declared
    await declared.database.close()
    await declared.database.keyring.close()


@pytest.fixture
async def client(intake: Service[Any]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(intake.web())
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test") as client:
        yield client
