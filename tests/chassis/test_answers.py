"""Nobody is told that it worked before it is committed: a commit that fails is an answer that fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from chassis.database import Transaction
from chassis.service import Commits, Service, Tx
from chassis.settings import Settings
from chassis.web import StrictRoute, open_to_machines
from helpers import fresh
from inflytt.servers import Databases
from tally.app import Base

# Only the commit finds out that a promise was given before.
PROMISES = "create table promises (id int, constraint once unique (id) deferrable initially deferred)"
router = APIRouter(route_class=StrictRoute)


async def promise(number: int, tx: Transaction) -> dict[str, int]:
    await tx.execute("insert into promises (id) values ($1)", number)
    return {"promised": number}


@router.post("/promises/{number}", status_code=201)
@open_to_machines
async def one(number: int, tx: Tx) -> dict[str, int]:
    return await promise(number, tx)


@router.post("/together/{number}", status_code=201)
@open_to_machines
async def with_others(number: int, commits: Commits) -> dict[str, int]:
    return await commits.do(lambda tx: promise(number, tx))


@pytest.fixture
async def service(postgres: Databases) -> AsyncIterator[Service[Any]]:
    declared: Service[Any] = Service("tally", settings=Settings, tables=Base.metadata, routers=[router])
    service = await fresh(declared, postgres)
    async with service.database.transaction() as tx:
        await tx.execute(PROMISES)
        await promise(7, tx)
    yield service
    await service.database.close()


@pytest.mark.parametrize("door", ["promises", "together"])
async def test_who_is_told_that_it_worked_finds_it_kept_and_nobody_else_is_told_so(
    service: Service[Any], door: str
) -> None:
    transport = httpx.ASGITransport(service.web(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answers = await asyncio.gather(*(client.post(f"/{door}/{number}", json={}) for number in (6, 7, 8)))
    assert [answer.status_code < 300 for answer in answers] == [True, False, True]
    async with service.database.transaction() as tx:
        kept = await tx.fetch("select id from promises order by id")
    assert [row["id"] for row in kept] == [6, 7, 8]
