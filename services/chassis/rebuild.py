"""Rebuild: a service's projection is made again from the log; then it is compared with the live one, or replaces it."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Table

from chassis import collector
from chassis.migrate import migrate
from chassis.replay import NotReplayable, Progress, Replay, Standing
from chassis.service import Service
from chassis.watch import TooManyParked

LIVE, AGAIN = "verify_live", "verify_replay"  # schemas
LOCK = 7_700_003  # one rebuild at a time in a database
MOST = 20  # differences named, a table
# Compared once and dropped: nothing of it has to outlive a crash, or be swept while the replay goes on beside it.
COPY = f"""create unlogged table {LIVE}."{{0}}" with (autovacuum_enabled = false) as select * from public."{{0}}\""""  # noqa: S608
# A batch takes the inbox first, a redrive what is parked, a deadline what is due; they write to a projection after that,
# so that each has either ended when this is granted, or waits at its beginning: never for us while we wait for it.
HALT = "set local lock_timeout = '5s'; lock table inbox, parked, due in exclusive mode"


@dataclass(frozen=True)
class Compared:
    """One table: how many rows live, and the SHA-256 of each version's rows in the order of their keys."""

    rows: int
    live: str
    replay: str


@dataclass(frozen=True)
class Verdict:
    equal: bool
    differences: list[str]
    tables: dict[str, Compared]
    records: int
    seconds: float


def projections(service: Service[Any]) -> list[Table]:
    """The tables marked `info={"projection": True}`. Raises NotReplayable where the service has none."""
    found = [table for table in service.tables.sorted_tables if table.info.get("projection")]
    if service.consumer is None or not found:
        raise NotReplayable(f"{service.name} has no projection")
    return found


async def verify(
    service: Service[Any], servers: list[str], prefix: str = "", progress: Progress = lambda done, total: None
) -> Verdict:
    """Compares the live projection of an opened service with its replay; the service may run meanwhile.

    `servers` as `host:port`. What waits in `parked`, and what an operator skipped, is left out on both sides. Raises
    NotReplayable when the log does not reach back, or when a rebuild runs already.
    """
    began, tables = time.monotonic(), projections(service)
    async with _alone(service) as connection, _replaying(service, servers, prefix) as replay:
        standing = await _copy(service, connection, tables)
        differences = []
        try:
            await replay.up_to(standing, progress)
        except TooManyParked as error:
            differences.append(f"the replay ended early: {error}")
        differences += await replay.failures()
        compared = {}
        for table in tables:
            differences += await _differences(connection, table)
            compared[table.name] = await _compared(connection, table)
    equal = not differences and all(c.live == c.replay for c in compared.values())
    return Verdict(equal, differences, compared, replay.records, round(time.monotonic() - began, 2))


@asynccontextmanager
async def _alone(service: Service[Any]) -> AsyncIterator[asyncpg.Connection]:
    """A connection that keeps other rebuilds away; our schemas are gone before and after."""
    connection = await asyncpg.connect(service.database.url, timeout=10)
    try:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
            raise NotReplayable(f"a rebuild of {service.name} runs already")
        try:
            await _drop(connection)
            yield connection
        finally:
            await _drop(connection)
    finally:
        await connection.close()


async def _drop(connection: asyncpg.Connection) -> None:
    await connection.execute(f"drop schema if exists {LIVE} cascade; drop schema if exists {AGAIN} cascade")


@asynccontextmanager
async def _replaying(service: Service[Any], servers: list[str], prefix: str) -> AsyncIterator[Replay]:
    await migrate(service.name, service.database.url, schema=AGAIN)
    replay = Replay(service, AGAIN, servers, prefix)
    collector.calm()
    try:
        yield replay
    finally:
        await replay.close()


async def renew(
    service: Service[Any], servers: list[str], prefix: str = "", progress: Progress = lambda done, total: None
) -> int:
    """Puts a replayed projection in the place of the live one, and returns the records it is made of.

    The service runs on: its consumer waits for the last records, at most, and readers for the moment of the change.
    Raises NotReplayable, and asyncpg's LockNotAvailableError when somebody reads for longer than 5 s; then all is as it was.
    """
    tables = projections(service)
    async with _alone(service) as connection, _replaying(service, servers, prefix) as replay:
        await replay.up_to(await _standing(service, connection), progress)
        await replay.up_to(await _standing(service, connection), progress)  # what came meanwhile: soon done
        async with connection.transaction():
            await connection.execute(HALT)
            await replay.up_to(await Standing.of(connection, replay.consumer), progress)
            if failures := await replay.failures():
                raise NotReplayable("; ".join(failures))
            await connection.execute(f"create schema {LIVE}")
            for table in tables:
                await connection.execute(f'alter table public."{table.name}" set schema {LIVE}')
                await connection.execute(f'alter table {AGAIN}."{table.name}" set schema public')
    return replay.records


async def _standing(service: Service[Any], connection: asyncpg.Connection) -> Standing:
    assert service.consumer is not None
    async with connection.transaction(isolation="repeatable_read"):
        return await Standing.of(connection, service.consumer)


async def _copy(service: Service[Any], connection: asyncpg.Connection, tables: Sequence[Table]) -> Standing:
    """The projection and the offsets it was made of, at one moment."""
    assert service.consumer is not None
    async with connection.transaction(isolation="repeatable_read"):
        standing = await Standing.of(connection, service.consumer)
        await connection.execute(f"create schema {LIVE}")
        for table in tables:
            await connection.execute(COPY.format(table.name))
    return standing


async def _differences(connection: asyncpg.Connection, table: Table) -> list[str]:
    keys = _keys(table)
    rows = await connection.fetch(
        f"""select to_jsonb(l) as live, to_jsonb(r) as replay
            from {LIVE}."{table.name}" l full join {AGAIN}."{table.name}" r using ({keys})
            where to_jsonb(l) is distinct from to_jsonb(r) order by {keys} limit {MOST}"""  # noqa: S608
    )
    return [_told(table, row["live"], row["replay"]) for row in rows]


def _told(table: Table, live: str | None, replay: str | None) -> str:
    """Which row it is, and both versions of what differs in it."""
    before, after = json.loads(live or "{}"), json.loads(replay or "{}")
    key = ", ".join(str((before or after)[column.name]) for column in table.primary_key)
    if not before or not after:
        return f"{table.name} {key}: only {'live' if before else 'in the replay'}: {json.dumps(before or after)}"
    differing = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    values = (
        f"{n} is {json.dumps(before.get(n))}, in the replay {json.dumps(after.get(n))}" for n in sorted(differing)
    )
    return f"{table.name} {key}: {'; '.join(values)}"


async def _compared(connection: asyncpg.Connection, table: Table) -> Compared:
    digest = f"""select count(*) as rows, encode(sha256(coalesce(string_agg(
                   sha256(convert_to(to_jsonb(t)::text, 'UTF8')), ''::bytea order by {_keys(table)}), '')), 'hex') as hash
                 from {{schema}}."{table.name}" t"""  # noqa: S608
    live = await connection.fetchrow(digest.format(schema=LIVE))
    replay = await connection.fetchrow(digest.format(schema=AGAIN))
    return Compared(live["rows"], live["hash"], replay["hash"])


def _keys(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.primary_key)
