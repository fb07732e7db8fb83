"""A service: what it is made of, and what its doors are given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request
from sqlalchemy import MetaData

from chassis.consumer import Consumer
from chassis.database import Database, Transaction, Witness
from chassis.keyring import Keyring, NoKeys
from chassis.settings import Settings
from chassis.together import Together
from chassis.web import Templates, WebSettings, create_web

S = TypeVar("S", bound=Settings)


class Service(Generic[S]):
    """Declared in a service's app.py; `open` gives it its settings and database, `run` its process.

    `loops` are work with the outside (`async def loop(service)`): they run in the consumer role, start anew when they
    raise, and return soon after `service.stopping` is set.
    """

    settings: S
    database: Database

    def __init__(
        self,
        name: str,
        *,
        settings: type[S],
        tables: MetaData,
        consumer: Consumer | None = None,
        routers: Sequence[APIRouter] = (),
        loops: Sequence[Callable[["Service[S]"], Awaitable[None]]] = (),
        keyring: Callable[[S], Keyring] | None = None,
        trusted_origins: Callable[[S], Sequence[str]] = lambda _: (),
        connect_to: Callable[[S], Sequence[str]] = lambda _: (),
        sign_in: bool = False,
        witness: Witness | None = None,
    ) -> None:
        self.name, self.settings_type, self.tables = name, settings, tables
        self.consumer, self.routers, self.loops = consumer, routers, loops
        self.witness = witness
        self.make_keyring = keyring or (lambda _: NoKeys())
        self.trusted_origins, self.connect_to, self.sign_in = trusted_origins, connect_to, sign_in
        self.stopping = asyncio.Event()

    def open(self, settings: S | None = None) -> None:
        """Reads the environment, unless settings are given, and makes the engine. Connects to nothing yet."""
        self.settings = settings or self.settings_type()
        self.stopping = asyncio.Event()
        self.database = Database(
            self.settings.database_url,
            self.name,
            self.make_keyring(self.settings),
            self.settings.pool_size,
            witness=self.witness,
        )

    def web(self) -> FastAPI:
        """The HTTP door, on the opened service."""
        s = self.settings
        web = WebSettings.model_validate(
            {
                "name": self.name,
                "public_url": s.public_url,
                "https": s.public_url.startswith("https:"),
                "allowed_hosts": [h.strip() for h in s.allowed_hosts.split(",")],
                "cookie_secret": s.cookie_secret,
                "service_token": s.service_token,
                "oidc_issuer": s.issuer_url if self.sign_in else None,
                "oidc_client_id": s.oidc_client_id or None,
                "oidc_client_secret": s.oidc_client_secret or None,
                "trusted_origins": tuple(self.trusted_origins(s)),
                "connect_to": tuple(self.connect_to(s)),
            }
        )
        state = {
            "service": self,
            "settings": s,
            "database": self.database,
            "keyring": self.database.keyring,
            "together": Together(self.database),
        }
        return create_web(self.name, self.routers, settings=web, templates=Templates(self.name), state=state)


async def transaction(request: Request) -> AsyncIterator[Transaction]:
    """The request's one transaction."""
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        yield tx


async def together(request: Request) -> Together:
    found: Together = request.app.state.together
    return found


# scope="function": the commit is before the response is sent, so that a 2xx means committed.
Tx = Annotated[Transaction, Depends(transaction, scope="function")]
# For doors that many come through at once: `await commits.do(work)`.
Commits = Annotated[Together, Depends(together)]
