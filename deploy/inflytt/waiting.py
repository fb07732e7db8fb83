"""What waits for a person in a service's database: the questions and the few changes, in SQL."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg

Row = dict[str, Any]
Question = Callable[[asyncpg.Connection, datetime], Awaitable[list[Row]]]

HEADS = """select distinct on (consumer, source, topic, key) id from parked
           where state <> 'unreadable' and ($1::text is null or key = $1)
           order by consumer, source, topic, key, version, id"""


async def status(connection: asyncpg.Connection, now: datetime) -> list[Row]:
    """how much waits in each service, and for how long"""
    row = await connection.fetchrow(
        """select (select count(*) from outbox) as outbox,
                  (select round(extract(epoch from clock_timestamp() - min(at)))::int from outbox) as outbox_seconds,
                  count(*) filter (where state = 'failed') as failed,
                  count(*) filter (where state = 'behind') as behind,
                  count(*) filter (where state = 'unreadable') as unreadable,
                  (select count(*) from due where at <= $1 and error is null) as due,
                  (select count(*) from due where error is not null) as due_failed from parked""",
        now,
    )
    return [dict(row) | {"uncertain": len(await uncertain(connection, now))}]


async def parked(connection: asyncpg.Connection, _: datetime) -> list[Row]:
    """the records that can't be handled, and those behind them"""
    rows = await connection.fetch(
        """select id, state, topic, key, version, type, error, attempts, due, skip, at from parked
           order by topic, key, version, id"""
    )
    return [dict(row) for row in rows]


async def uncertain(connection: asyncpg.Connection, _: datetime) -> list[Row]:
    """the messages of which nobody knows whether they left; none is sent again by itself"""
    if await connection.fetchval("select to_regclass('messages')") is None:
        return []
    rows = await connection.fetch(
        """select message_id, template, channel, coalesce(person_id::text, partner_id) as whose, reason, done_at
           from messages where state = 'uncertain' order by queued_at"""
    )
    return [dict(row) for row in rows]


async def due(connection: asyncpg.Connection, now: datetime) -> list[Row]:
    """what is to be done later, in platform time; `late`, or failed five times and left to you"""
    rows = await connection.fetch(
        "select kind, key, at, attempts, error from due order by error is null, at, kind, key"
    )
    return [dict(row) | {"late": row["at"] <= now} for row in rows]


QUESTIONS: dict[str, Question] = {"status": status, "parked": parked, "uncertain": uncertain, "due": due}


async def sequences(connection: asyncpg.Connection, key: str | None) -> list[Row]:
    """Per key, or for one, how many records are parked and why the first one is."""
    rows = await connection.fetch(
        """select consumer, topic, key, count(*) as records, (array_agg(error order by version, id))[1] as error
           from parked where state <> 'unreadable' and ($1::text is null or key = $1)
           group by consumer, source, topic, key order by consumer, topic, key""",
        key,
    )
    return [dict(row) for row in rows]


async def mark_due(connection: asyncpg.Connection, key: str | None) -> None:
    """Only the first of each key: one that waits behind it and is due would have the consumer try for ever."""
    await connection.execute(f"update parked set due = true where id in ({HEADS})", key)  # noqa: S608


async def skip(connection: asyncpg.Connection, row: asyncpg.Record) -> None:
    """The consumer passes over it when its turn comes; what nobody can read has no turn, and goes at once."""
    if row["state"] == "unreadable":
        await connection.execute("delete from parked where id = $1", row["id"])
        return
    heads = {head["id"] for head in await connection.fetch(HEADS, row["key"])}
    await connection.execute("update parked set skip = true, due = $2 where id = $1", row["id"], row["id"] in heads)


async def record(connection: asyncpg.Connection, number: int) -> asyncpg.Record | None:
    return await connection.fetchrow("select * from parked where id = $1 for update", number)


def described(row: asyncpg.Record) -> Row:
    """All of a record but what it says: its payload's size, and the kinds of its fields."""
    told = {name: value for name, value in row.items() if name not in ("headers", "payload")}
    for name, value in json.loads(row["headers"]):
        raw = base64.b64decode(value)
        told[name] = raw.decode() if name.startswith("ce_") and raw.isascii() else f"{len(raw)} bytes"
    payload = row["payload"]
    return told | {"payload": "none" if payload is None else f"{len(payload)} bytes", "fields": _fields(payload)}


def _fields(payload: bytes | None) -> dict[str, str]:
    try:
        value = json.loads(payload or b"{}")
    except ValueError:
        return {}
    return {name: _kind(part) for name, part in value.items()} if isinstance(value, dict) else {}


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "yes or no"
        case int() | float():
            return "a number"
        case str():
            return f"{len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case _:
            return f"{', '.join(value)}" or "empty"


def cell(value: Any) -> str:
    """A value as it stands in a table."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case dict():
            return "\n".join(f"{name}: {part}" for name, part in value.items())
        case _:
            return str(value)
