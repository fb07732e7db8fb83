"""Programmes written down and read: a part that changes gets a new version, and what was known at a moment can be asked."""

from datetime import datetime

from chassis.database import Transaction
from reporting.domain.programme import Part, Programme, Version, parts

NEWEST = """
select distinct on (kind, id) kind, id, version, body from programme_parts where programme = $1
order by kind, id, version desc
"""
OWNER = "select distinct programme from programme_parts where kind = $1 and id = $2"
KNOWN = """
select kind, id, body, recorded_at from programme_parts where programme = $1 and recorded_at <= $2
order by kind, id, version
"""
RECORD = """
insert into programme_parts (programme, kind, id, version, recorded_at, body)
select $1, kind, id, version, $2, body::jsonb from unnest($3::varchar[], $4::varchar[], $5::integer[], $6::varchar[])
  as new (kind, id, version, body)
"""


async def alone(tx: Transaction) -> None:
    """Waits until no other transaction records programmes, and lets none until this one ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('programmes', 0))")


async def record(tx: Transaction, programme: Programme) -> list[Part]:
    """Writes what is new or has changed, and returns it. Only after `alone`."""
    newest = {(r["kind"], r["id"]): (r["version"], r["body"]) for r in await tx.fetch(NEWEST, programme.id)}
    changed = [
        (kind, identity, newest.get((kind, identity), (0, None))[0] + 1, part)
        for kind, identity, part in parts(programme)
        if newest.get((kind, identity), (0, None))[1] != part.model_dump(mode="json")
    ]
    if changed:
        kinds, ids, versions, bodies = zip(*((k, i, v, p.model_dump_json()) for k, i, v, p in changed), strict=True)
        await tx.execute(RECORD, programme.id, tx.now, list(kinds), list(ids), list(versions), list(bodies))
    return [part for *_, part in changed]


async def owner(tx: Transaction, kind: str, identity: str) -> str | None:
    """The programme that a goal or an assignment is in."""
    rows = await tx.fetch(OWNER, kind, identity)
    return rows[0]["programme"] if rows else None


async def programmes(tx: Transaction) -> list[str]:
    """The ids of all programmes."""
    return [r["programme"] for r in await tx.fetch("select distinct programme from programme_parts order by 1")]


async def versions(tx: Transaction, programme: str, known: datetime) -> list[Version]:
    """Every version of every part that was recorded by `known`, oldest first for each part."""
    rows = await tx.fetch(KNOWN, programme, known)
    return [Version(r["kind"], r["id"], r["body"], r["recorded_at"]) for r in rows]
