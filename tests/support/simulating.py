"""Simulations: machines of hypothesis whose steps run real code on a real PostgreSQL, and crash where hypothesis says."""

import asyncio
import functools
import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import event as sqlalchemy_event
from structlog.testing import capture_logs

from chassis import clock, outbox, sealing
from chassis.database import Database
from chassis.migrate import migrate
from chassis.outbox import Saying
from chassis.passing import is_passing
from chassis.records import Heard, read_parts
from contracts import TOPICS, Event
from contracts.municipalities import CONTROLLER
from inflytt.servers import Databases

T = TypeVar("T")
LULEA = "2580"

# At which statement from now, and how: the process is gone, the connection is, or all is committed and nobody learns of it.
Crashing = tuple[int, str] | None
crashes: st.SearchStrategy[Crashing] = st.none() | st.tuples(
    st.integers(1, 14), st.sampled_from(["dies", "is cut off", "dies after its commit"])
)


class Crash(BaseException):
    """The process is gone: not even its own error handling sees this."""


class Fuse:
    """Ends what goes on in a database at a statement of the simulation's choice. Commits are not statements."""

    def __init__(self, database: Database) -> None:
        self.crash: Crashing = None
        sqlalchemy_event.listen(database.engine.sync_engine, "before_cursor_execute", self._of_sqlalchemy)
        self._begin = database.transaction
        database.transaction = self._transaction  # type: ignore[method-assign]

    def burn(self, connection: Any) -> None:
        """A statement is about to be made on asyncpg's `connection`."""
        if self.crash is None or self.crash[1] == "dies after its commit":
            return
        left, how = self.crash
        self.crash = (left - 1, how) if left > 1 else None
        if self.crash is None:
            if how == "dies":
                raise Crash
            connection.terminate()

    def _of_sqlalchemy(self, connection: Any, *_: Any) -> None:
        self.burn(connection.connection.driver_connection)

    @asynccontextmanager
    async def _transaction(self, *args: Any, **more: Any) -> AsyncIterator[Any]:
        async with self._begin(*args, **more) as tx:
            tx.driver = Wire(tx.driver, self)
            yield tx
        if self.crash is not None and self.crash[1] == "dies after its commit":
            self.crash = (self.crash[0] - 1, self.crash[1]) if self.crash[0] > 1 else None
            if self.crash is None:
                raise Crash


class Wire:
    """A connection of asyncpg behind a fuse."""

    def __init__(self, driver: Any, fuse: Fuse) -> None:
        self._driver, self._fuse = driver, fuse

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "fetch"):
            self._fuse.burn(self._driver)
        return getattr(self._driver, name)


class Kafka:
    """What the topics hold: records numbered per source and key, the same bytes however often they are read."""

    def __init__(self) -> None:
        self.records: list[Heard] = []
        self._versions: Counter[tuple[str, str, str]] = Counter()

    def write(
        self, event: Event, at: datetime | None = None, source: str = "", keys: Mapping[UUID, bytes] | None = None
    ) -> Heard:
        """Another service says this; `keys` seal what is sealed in it."""
        source = source or TOPICS[event.topic.name].publishers[0]
        said = Saying.of(
            event,
            source=source,
            time=at or clock.now(),
            actor="someone",
            municipality=LULEA,
            controller=CONTROLLER[LULEA],
            cause=None,
        )
        self._versions[source, said.topic, said.key] += 1
        row = {"id": said.id, "type": said.type, "key": said.key, "headers": outbox.dumps(said.attributes)}
        value = sealing.sealed(event, said.id, keys or {}).model_dump_json().encode()
        return self._keep(row | {"topic": said.topic, "version": self._versions[source, said.topic, said.key]}, value)

    async def relay(self, database: Database) -> list[Heard]:
        """What a service has said and not yet sent, oldest first."""
        async with database.transaction() as tx:
            rows = await tx.fetch("delete from outbox returning *")
        return [self._keep(row, row["payload"]) for row in sorted(rows, key=lambda row: row["seq"])]

    def _keep(self, row: Any, value: bytes) -> Heard:
        headers = outbox.headers(row)
        self.records.append(read_parts(row["topic"], 0, len(self.records), row["key"].encode(), value, headers))
        return self.records[-1]


class Stage:
    """One event loop and one clock for all simulations of a test run."""

    def __init__(self, postgres: Databases, run: Path) -> None:
        self.postgres, self.run, self._clock = postgres, run, run / "clock-of-simulations"
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def database(self, service: str, folder: str = "migrations") -> str:
        """The URL of a new, migrated database, on which a commit does not wait for the disk."""
        made = self.postgres.create_database(f"simulated_{service}_{secrets.token_hex(4)}")
        self.do(migrate(service, made.url, folder))
        self.do(_say(made.url, f'alter database "{made.name}" set synchronous_commit = off'))
        return made.url

    def later(self, after: timedelta) -> None:
        """Platform time is then so much after the wall's."""
        self._clock.write_text(str(after.total_seconds()))
        os.environ[clock.CLOCK] = str(self._clock)

    def close(self) -> None:
        os.environ.pop(clock.CLOCK, None)
        self._runner.close()


async def _say(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


class Simulation(RuleBasedStateMachine):
    """One example: it begins with empty tables and platform time that is the wall's."""

    def __init__(self, stage: Stage, database: Database, fuse: Fuse) -> None:
        super().__init__()
        self.stage, self.database, self.fuse = stage, database, fuse
        self.kafka = Kafka()
        self.stage.later(timedelta())
        self.stage.do(self._emptied())

    async def _emptied(self) -> None:
        rows = await self.rows("select tablename from pg_tables where schemaname = 'public'")
        names = ", ".join(row["tablename"] for row in rows if row["tablename"] != "alembic_version")
        async with self.database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")  # what is only added to refuses else
            await tx.execute(f"truncate {names}")

    async def rows(self, sql: str, *args: object) -> list[Any]:
        async with self.database.transaction() as tx:
            return list(await tx.fetch(sql, *args))

    async def survive(self, work: Callable[[], Awaitable[T]], crash: Crashing) -> T:
        """Does it; where the crash comes, once more, as a process does that was started anew."""
        self.fuse.crash = crash
        for _ in range(5):
            try:
                return await work()
            except BaseException as error:
                if not _is_a_crash(error):
                    raise
            finally:
                self.fuse.crash = None
        raise AssertionError("five times away, and only one crash")


def _is_a_crash(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_a_crash, error.exceptions))
    return isinstance(error, Crash) or is_passing(error)


def step(work: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A rule or invariant that is a coroutine, done to its end on the stage's loop."""

    @functools.wraps(work)
    def done(self: Simulation, **given: Any) -> None:
        self.stage.do(work(self, **given))

    return done


def play(machine: Callable[[], Simulation], examples: int, steps: int = 30) -> None:
    """Plays that many examples; one that fails is made small, and printed as a program and as a line that plays it again."""
    told = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    with capture_logs():  # of hundreds of lives; they would bury the one that is told
        run_state_machine_as_test(machine, settings=told)  # type: ignore[arg-type]  # any factory will do


def few_or_many(few: int, many: int) -> Any:
    """How many examples: `few` in every test run, `many` in a long one."""
    return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.long)])


def one_of(things: Iterable[T], which: int) -> T:
    """A thing by a number that may be larger than there are things."""
    found = list(things)
    return found[which % len(found)]
