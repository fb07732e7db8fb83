"""Intake's JSON doors, on real databases."""

from typing import Any
from uuid import uuid4

import httpx

from intakesample import registration


async def register(client: httpx.AsyncClient, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    return await client.post("/api/interests", json=body, headers={"Idempotency-Key": key or uuid4().hex})


async def test_a_household_registers_and_is_told_its_reference(client: httpx.AsyncClient) -> None:
    answer = await register(client, registration())
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "awaiting_confirmation"
    assert answer.json()["reference"].startswith("LUL-")


async def test_the_form_is_there(client: httpx.AsyncClient) -> None:
    for path in ("/", "/anmal", "/anmal/tack", "/raderad", "/anmal?lang=en"):
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
