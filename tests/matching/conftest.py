"""Matching on a real PostgreSQL, with what surrounds it: others' events, its own words that come back, coordinators, time."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

import helpers
from chassis.due import take_due
from chassis.envelope import new_id
from chassis.memory import remembering
from chassis.records import Heard
from chassis.service import Service
from chassis.web import User, WebSettings
from chassis.web.sessions import seal
from contracts import Event
from contracts.matches import MatchEvent, OfferMade
from inflytt.servers import Databases
from matching import deciding
from matching.app import service
from matching.rankings import Rankings, remember


class Platform:
    """What surrounds matching."""

    def __init__(self, service: Service[Any], keys: helpers.Keys) -> None:
        self.service, self.keys, self.rankings = service, keys, Rankings()
        self.heard: list[Heard] = []  # all of it, as the topics keep it

    async def another(self) -> "Platform":
        """A second process that believes that it alone writes."""
        beside = Platform(self.service, self.keys)
        beside.rankings = await remember(self.service.database)
        return beside

    async def tell(self, *events: Event, municipality: str = helpers.LULEA, source: str | None = None) -> list[Heard]:
        """These happened, and were heard in one batch. Nothing may be parked."""
        heard = await helpers.tell(
            self.service, *events, municipality=municipality, source=source, memory=self.rankings
        )
        assert await self.rows("select type, error from parked") == []
        self.heard += heard
        return heard

    async def said(self) -> list[Event]:
        """What matching has said since last asked, in order; it has then heard its own words, and what it said to them."""
        said = await helpers.said(self.service)
        own = [event for event in said if isinstance(event, MatchEvent)]
        if not own:
            return said
        await self.tell(*own, source="matching")
        return said + await self.said()

    async def approve(self, match_id: UUID, by: str = "vide") -> OfferMade:
        """A coordinator introduces the two."""
        async with self.service.database.transaction() as tx:
            await deciding.approve(tx, match_id, by, "good_fit", new_id(), timedelta(days=7))
            (offer,) = [s.event for s in tx.sayings if isinstance(s.event, OfferMade)]
        return offer

    async def reject(self, match_id: UUID, by: str = "vide") -> None:
        async with self.service.database.transaction() as tx:
            await deciding.reject(tx, match_id, by, "too_far")

    async def pass_time(self) -> int:
        """What is due by now is done; how much it was."""
        assert self.service.consumer is not None
        begin = remembering(self.service.database.transaction, self.rankings)
        return await take_due(begin, self.service.consumer.when)

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        async with self.service.database.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *args)]


@pytest.fixture(scope="session")
async def opened(postgres: Databases) -> AsyncIterator[Service[Any]]:
    sign_in = {"issuer_url": "http://issuer.test", "oidc_client_id": "desk", "oidc_client_secret": "s" * 32}
    await helpers.fresh(service, postgres, helpers.Keys(), intake_url="http://intake.test", **sign_in)
    yield service
    await service.database.close()


@pytest.fixture
async def platform(opened: Service[Any]) -> Platform:
    """Nothing has happened yet."""
    async with opened.database.transaction() as tx:
        rows = await tx.fetch("select tablename from pg_tables where schemaname = 'public'")
        tables = [row["tablename"] for row in rows if row["tablename"] != "alembic_version"]
        await tx.execute("set local session_replication_role = replica")  # else the audit refuses
        await tx.execute("truncate " + ", ".join(tables) + " restart identity")
    keys = opened.database.keyring = helpers.Keys()
    return Platform(opened, keys)


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`later(days=8)`: platform time is then so much after the wall's."""
    file = tmp_path / "clock"

    def move(**after: float) -> None:
        file.write_text(str(timedelta(**after).total_seconds()))
        monkeypatch.setenv("INFLYTT_CLOCK", str(file))

    return move


@pytest.fixture
def web(opened: Service[Any]) -> Callable[[User | None], httpx.AsyncClient]:
    """`web(user)`: a browser where the user is signed in; `web(None)`: where nobody is."""
    app = opened.web()

    def browser(user: User | None) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=opened.settings.public_url,
            cookies=session(app.state.web, user) if user else None,
            headers={"accept": "text/html"},
        )

    return browser


def session(settings: WebSettings, user: User) -> dict[str, str]:
    return {settings.cookie("session"): seal(settings, "session", user.model_dump(mode="json"), 600)}
