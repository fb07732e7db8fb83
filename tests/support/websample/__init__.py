"""A small service with one of each kind of door, for the tests of chassis.web."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import asyncpg
import httpx
from fastapi import APIRouter, Depends, FastAPI, Form
from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.web import (
    Problem,
    StrictRoute,
    Templates,
    User,
    WebSettings,
    bearer,
    create_web,
    current_user,
    hash_key,
    open_to_machines,
    page,
    service_token,
    text,
)

KEY = "pk_" + "k" * 43
TOKEN = "t" * 40
MOMENT = datetime(2026, 11, 26, 15, tzinfo=UTC)


class Adult(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, text(max=20)]
    rooms: int = 1


class Household(BaseModel):
    model_config = ConfigDict(extra="forbid")
    adults: list[Adult]
    note: Annotated[str, text(max=100, lines=True, min=0)] = ""
    home: dict[str, Any] | None = None


class Job(BaseModel):
    kind: Literal["job"]
    title: Annotated[str, text(max=20)]


class Course(BaseModel):
    kind: Literal["course"]
    title: Annotated[str, text(max=20)]


async def partner_of(request: Request, key_hash: str) -> str | None:
    return "lulebo" if key_hash == hash_key(KEY) else None


api = APIRouter(prefix="/api", route_class=StrictRoute)
desk = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)


@api.post("/households", status_code=201)
async def register(household: Household) -> Household:
    return household


@api.post("/opportunities", status_code=201)
async def post_opportunity(opportunity: Job | Course) -> dict[str, str]:
    return {"title": opportunity.title}


@api.get("/letters/{token}")
async def letter(token: str, limit: int = 10) -> dict[str, str]:
    return {"token": token}


@api.get("/fails/{how}")
async def fails(how: Literal["bug", "asyncpg", "sqlalchemy", "nowhere", "slow", "file", "taken"]) -> None:
    match how:
        case "bug":
            raise ZeroDivisionError("Malva Ek, 0701234567")
        case "asyncpg":
            await asyncpg.connect("postgresql://localhost:1/none", timeout=5)
        case "sqlalchemy":
            async with create_async_engine("postgresql+asyncpg://localhost:1/none").connect():
                pass
        case "nowhere":
            await asyncio.open_connection("nowhere.invalid", 1)
        case "slow":
            await asyncio.wait_for(asyncio.sleep(1), 0.01)
        case "file":
            raise FileNotFoundError(2, "No such file", "malva.txt")
        case "taken":
            raise Problem(409, "place_taken", "Platsen är tagen", "Kvar: %(left)s", left=0)


@api.get("/partner")
async def partner(who: Annotated[str, Depends(bearer(partner_of))]) -> dict[str, str]:
    return {"who": who}


@api.get("/internal", dependencies=[Depends(service_token)])
async def internal() -> dict[str, bool]:
    return {"ok": True}


@api.get("/me")
async def me(user: Annotated[User, Depends(current_user("coordinator"))]) -> dict[str, str]:
    return {"sub": user.sub}


@desk.get("/form")
async def form(request: Request) -> HTMLResponse:
    return page(request, "sample.html", title="<Formulär>", moment=MOMENT)


@desk.post("/form")
async def sent(name: Annotated[str, Form()]) -> HTMLResponse:
    return HTMLResponse(name)


@desk.post("/stop/{token}")
@open_to_machines
async def stop(token: str) -> HTMLResponse:
    return HTMLResponse("stopped")


@desk.get("/desk")
async def desk_page(user: Annotated[User, Depends(current_user("coordinator"))]) -> HTMLResponse:
    return HTMLResponse(f"{user.name} {user.municipality}")


def settings(**changes: Any) -> WebSettings:
    given = {
        "name": "intake",
        "public_url": "http://intake.test",
        "cookie_secret": SecretStr("c" * 40),
        "service_token": SecretStr(TOKEN),
    }
    return WebSettings.model_validate({**given, **changes})


def application(**changes: Any) -> FastAPI:
    return create_web("intake", [api, desk], settings=settings(**changes), templates=Templates("websample"))


def browser(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    """A client that speaks to the application in this process, and keeps its cookies."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake.test", headers=headers)
