"""The database of one service, and its transaction: state, inbox and outbox commit together, and only here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock, faults, outbox
from chassis.engine import BEGIN, begun, engine
from chassis.envelope import Envelope
from chassis.keyring import Keyring, NoKeys
from chassis.nudger import Nudger
from chassis.outbox import Saying
from contracts import Event

T = TypeVar("T")
Witness = Callable[["Transaction", Sequence[Saying]], Awaitable[None]]  # writes down, beside it, what is said


@dataclass(frozen=True)
class Acting:
    """Who does it, and for whom: the part of an envelope that a request or a cause knows."""

    actor: str = "system"
    municipality: str = ""
    controller: str = ""


class Transaction:
    """One unit of work. Handlers change state through it and say events; the chassis commits, or nothing happened."""

    def __init__(
        self, connection: AsyncConnection, driver: asyncpg.Connection, keyring: Keyring, source: str, acting: Acting
    ) -> None:
        self.connection, self.driver, self.source, self.now = connection, driver, source, clock.now()
        self._session: AsyncSession | None = None
        self.envelope: Envelope | None = None
        self.memory: Any = None  # the single writer's, where there is one
        self.keyring = keyring
        self._acting = acting
        self.sayings: list[Saying] = []
        self.said = False  # something is in the outbox
        self.witness: Witness | None = None

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

    @property
    def session(self) -> AsyncSession:
        """For what is not hot: SQLModel's session, in the same transaction. Made when it is first asked for."""
        if self._session is None:
            self._session = AsyncSession(bind=self.connection, expire_on_commit=False, autoflush=True)
        return self._session

    @property
    def has_session(self) -> bool:
        return self._session is not None

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """For what is hot: asyncpg itself, parameters as $1."""
        return await self.driver.fetch(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        return await self.driver.execute(sql, *args)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone, with what it said; the rest of the transaction stands. A session ends with it."""
        sayings, said = list(self.sayings), self.said
        await self._end_session()
        try:
            with self.memory.batch() if self.memory else nullcontext():
                async with self.connection.begin_nested():
                    try:
                        yield
                        await self._end_session()
                    finally:
                        await self.close()  # before the savepoint that its own lies in: after it, it would not be there
        except BaseException:
            self.sayings, self.said = sayings, said
            raise

    async def flush(self) -> None:
        """Writes what the ORM holds and what was said: only then is it known that it can be written."""
        if self._session is not None:
            await self._session.flush()
        if self.sayings:
            if self.witness:
                await self.witness(self, self.sayings)
            await outbox.write(self.driver, self.keyring, self.sayings)
            self.sayings, self.said = [], True

    async def part(self, work: Callable[["Transaction"], Awaitable[T]], context: Context) -> T:
        """Does `work` as a part of this transaction, in its own `context`: with a session, an actor and a now of its own."""
        part = Transaction(self.connection, self.driver, self.keyring, self.source, self._acting)
        answer = await asyncio.create_task(part._whole(work), context=context)
        self.sayings += part.sayings
        self.said |= part.said
        return answer

    async def _whole(self, work: Callable[["Transaction"], Awaitable[T]]) -> T:
        try:
            answer = await work(self)
            await self._end_session()
        finally:
            await self.close()
        return answer

    async def _end_session(self) -> None:
        if self._session is not None:
            await self._session.commit()  # of its part: the transaction itself is the chassis' to commit
            await self.close()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


GROUPS = 2  # hurried transactions at a time: one collects what is asked while the other commits
DUE = """insert into due (kind, key, at, payload) values ($1, $2, $3, $4)
         on conflict (kind, key) do update set at = excluded.at, payload = excluded.payload, attempts = 0, error = null"""


class Database:
    """A service's engine and its transactions."""

    def __init__(
        self,
        url: str,
        source: str,
        keyring: Keyring | None = None,
        pool_size: int = 10,
        schema: str = "",
        witness: Witness | None = None,
    ) -> None:
        self.source, self.keyring, self.url, self.witness = source, keyring or NoKeys(), url, witness
        settings = {"application_name": source, "idle_in_transaction_session_timeout": "10s"}
        if schema:
            settings["search_path"] = schema
        self.engine = engine(url, pool_size, settings)
        # Who waits here for somebody's lock makes others wait: soon it must wait alone.
        self.hurried = engine(url, GROUPS, settings | {"lock_timeout": "100ms"})
        self.nudger = Nudger(url)

    @asynccontextmanager
    async def transaction(
        self,
        actor: str = "system",
        municipality: str = "",
        controller: str = "",
        connection: AsyncConnection | None = None,
        hurried: bool = False,
    ) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises. `connection`: on one that somebody holds a lock with.
        `hurried`: fails rather than wait for another's lock; at most `GROUPS` at a time."""
        own = await (self.hurried if hurried else self.engine).connect() if connection is None else None
        connection = connection or own
        assert connection is not None
        try:
            tx = Transaction(
                connection, await begun(connection), self.keyring, self.source, Acting(actor, municipality, controller)
            )
            tx.witness = self.witness
            try:
                yield tx
                await tx.flush()
            finally:
                if tx.has_session:
                    await asyncio.shield(tx.close())
            faults.point("before commit", tx.said)
            await connection.commit()
            faults.point("after commit", tx.said)
        except BaseException:
            await asyncio.shield(connection.rollback())
            raise
        finally:
            if own is not None:
                await asyncio.shield(own.close())
        if tx.said:
            self.nudger.nudge()

    async def say(self, *events: Event, actor: str = "system", municipality: str = "", controller: str = "") -> None:
        """Says events that no change of state goes with: in one statement, which is a transaction of its own."""
        async with self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            tx = Transaction(connection, driver, self.keyring, self.source, Acting(actor, municipality, controller))
            tx.publish(*events)
            await tx.flush()
        self.nudger.nudge()

    async def ping(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(BEGIN)

    async def close(self) -> None:
        await self.nudger.close()
        await self.engine.dispose()
        await self.hurried.dispose()
