"""The database of one service, and its transaction: state, inbox and outbox commit together, and only here."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock, faults, outbox
from chassis.envelope import Envelope
from chassis.nudger import Nudger
from chassis.outbox import Saying
from contracts import Event


class Keyring(Protocol):
    """Who may open what is sealed: keys by subject, fetched in bulk; a key that is gone is simply missing."""

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]: ...

    def forget(self, subject: UUID) -> None: ...


class NoKeys:
    """The keyring of a service that is granted nothing: every seal stays shut."""

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        return {}

    def forget(self, subject: UUID) -> None:
        pass


def table_base() -> type[SQLModel]:
    """A base for one service's tables, with a MetaData of its own: SQLModel's global one clashes between services."""

    class Base(SQLModel, registry=registry(metadata=MetaData())):
        pass

    return Base


@dataclass(frozen=True)
class Acting:
    """Who does it, and for whom: the part of an envelope that a request or a cause knows."""

    actor: str = "system"
    municipality: str = ""
    controller: str = ""


class Transaction:
    """One unit of work. Handlers change state through it and say events; the chassis commits, or nothing happened."""

    def __init__(self, session: AsyncSession, keyring: Keyring, source: str, acting: Acting) -> None:
        self.session, self.source, self.now = session, source, clock.now()
        self.envelope: Envelope | None = None
        self.keyring = keyring
        self._acting = acting
        self.sayings: list[Saying] = []
        self.said = False  # something is in the outbox

    def acting(self, actor: str, municipality: str = "", controller: str = "") -> None:
        """Sets who the events of this transaction are said by and for, where no cause tells it."""
        self._acting = Acting(actor, municipality, controller)

    def publish(
        self,
        *events: Event,
        cause: Envelope | None = None,
        municipality: str | None = None,
        controller: str | None = None,
    ) -> None:
        """Says events. They are numbered and written to the outbox just before the commit, and leave after it."""
        cause = cause or self.envelope
        acting = Acting("system", cause.municipality, cause.controller) if cause else self._acting
        for event in events:
            if self.source not in event.topic.publishers:
                raise ValueError(f"{self.source} does not publish to {event.topic.name}")
            self.sayings.append(
                Saying.of(
                    event,
                    source=self.source,
                    time=self.now,
                    actor=acting.actor,
                    municipality=municipality or acting.municipality,
                    controller=controller or acting.controller,
                    cause=cause,
                )
            )

    def publish_raw(self, topic: str, key: str, value: dict[str, Any]) -> None:
        """Says plain JSON on a topic that is not ours to type: a partner's `.out` or `.rejected`."""
        self.sayings.append(Saying.raw(topic, key, value, self.source, self.now))

    async def due(self, kind: str, key: str, at: datetime, payload: dict[str, Any] | None = None) -> None:
        """Something to do at `at` (platform time); the same kind and key again moves it."""
        await self.execute(DUE, kind, key, at, outbox.dumps(payload or {}))

    async def undue(self, kind: str, key: str) -> None:
        """What was to be done is not to be done."""
        await self.execute("delete from due where kind = $1 and key = $2", kind, key)

    async def raw(self) -> asyncpg.Connection:
        """The asyncpg connection under the session, inside the same transaction."""
        connection = await self.session.connection()  # each time: in a savepoint, this is what sets it
        assert connection.sync_connection is not None
        under = connection.sync_connection.connection
        driver: asyncpg.Connection = under.driver_connection
        if not driver.is_in_transaction():
            try:  # SQLAlchemy would begin with a statement of its own: a round trip more
                await under.dbapi_connection._start_transaction()  # type: ignore[union-attr]
            except Exception:
                await connection.execute(BEGIN)  # fails too, and tells it so that the pool learns of it
        return driver

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await (await self.raw()).fetch(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        return await (await self.raw()).execute(sql, *args)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone, with what it said; the rest of the transaction stands."""
        sayings, said = list(self.sayings), self.said
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            self.sayings, self.said = sayings, said
            raise

    async def flush(self) -> None:
        """Writes what the ORM holds and what was said: only then is it known that it can be written."""
        await self.session.flush()
        if self.sayings:
            await outbox.write(await self.raw(), self.keyring, self.sayings)
            self.sayings, self.said = [], True


BEGIN = text("select 1")
DUE = """insert into due (kind, key, at, payload) values ($1, $2, $3, $4)
         on conflict (kind, key) do update set at = excluded.at, payload = excluded.payload, attempts = 0, error = null"""


class Database:
    """A service's engine and its transactions."""

    def __init__(
        self, url: str, source: str, keyring: Keyring | None = None, pool_size: int = 10, schema: str = ""
    ) -> None:
        self.source, self.keyring, self.url = source, keyring or NoKeys(), url
        settings = {"application_name": source, "idle_in_transaction_session_timeout": "10s"}
        if schema:
            settings["search_path"] = schema
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,  # an error's text may come into a log
            connect_args={"server_settings": settings, "timeout": 10, "command_timeout": 60},
        )
        self.nudger = Nudger(url)

    @asynccontextmanager
    async def transaction(
        self,
        actor: str = "system",
        municipality: str = "",
        controller: str = "",
        connection: AsyncConnection | None = None,
    ) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises. `connection`: on one that somebody holds a lock with."""
        session = AsyncSession(bind=connection or self.engine, expire_on_commit=False, autoflush=True)
        try:
            tx = Transaction(session, self.keyring, self.source, Acting(actor, municipality, controller))
            yield tx
            await tx.flush()
            faults.point("before commit", tx.said)
            await session.commit()
            faults.point("after commit", tx.said)
        except BaseException:
            await asyncio.shield(session.rollback())
            raise
        finally:
            await asyncio.shield(session.close())
        if tx.said:
            self.nudger.nudge()

    async def ping(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(BEGIN)

    async def close(self) -> None:
        await self.nudger.close()
        await self.engine.dispose()


PASSING = ("08", "40001", "40P01", "53", "55P03", "57P", "58", "25P03")  # SQLSTATEs, or their classes, that pass


# Whatever a lost connection may be told as. The last of asyncpg's: the server's last word came and the end not yet.
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, DBAPIError, PoolTimeout)


def is_passing(error: BaseException) -> bool:
    """Whether waiting may cure it: connections, deadlocks, shutdowns. Everything else is the event's or our own fault."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig.__cause__ or error.orig if error.orig else error
    if isinstance(error, asyncpg.PostgresError):
        return bool(error.sqlstate) and error.sqlstate.startswith(PASSING)
    if isinstance(error, asyncpg.InterfaceError):  # also of two statements at once, our own mistake
        return "closed" in str(error)
    return isinstance(error, (OSError, PoolTimeout, Passing, asyncpg.InternalClientError))


class Passing(Exception):
    """Something outside is away for now; the batch is tried again."""
