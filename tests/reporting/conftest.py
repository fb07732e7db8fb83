"""Reporting on a database of its own, and its door."""

from collections.abc import AsyncIterator

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from helpers import fresh
from inflytt.servers import Databases
from periods import TOKEN, UPPSALA_JSON
from reporting.app import service as declared


@pytest.fixture
async def service(postgres: Databases) -> AsyncIterator[Service[Settings]]:
    issuer = {"issuer_url": "http://issuer.test", "oidc_client_id": "reporting", "oidc_client_secret": "s" * 32}
    service = await fresh(declared, postgres, **issuer)
    yield service
    await service.database.close()


@pytest.fixture
async def client(service: Service[Settings]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.web())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.fixture
async def programme(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Its door, with Uppsala's programme."""
    loaded = await client.post("/api/programmes", json=UPPSALA_JSON, headers=TOKEN)
    assert loaded.status_code == 200, loaded.text
    return client
