"""The floor that a service without an engine would stand on: PostgreSQL finds each person's jobs through a GIN index.

It has a little less to do than the engine: no commute, no lawful licence, no half points, no wait.
"""

import asyncio
import time
from typing import Any

import asyncpg
import numpy as np

from matching.domain.index import TOP, Index
from matching.domain.kinds.common import speech

TABLE = """
create temporary table gin_jobs (
  id uuid, occupation text[], skills text[], shares int[], licences text[], languages text[], hours text[],
  extent int, start text)
"""
INDEXES = ("create index on gin_jobs using gin (occupation)", "create index on gin_jobs using gin (skills)")
QUERY = """
select id,
  (select max(points) from unnest($1::text[], $2::int[]) as near(word, points) where word = occupation[1])
  + (select coalesce(sum(share), 0) from unnest(skills, shares) as asked(skill, share) where skill = any($3::text[]))
  + 100 * least(extent, $4) / greatest(extent, $4, 1) as points
from gin_jobs
where occupation && $1::text[] and licences <@ $5::text[] and not hours && $6::text[]
  and ($7::text[] = '{}' or languages <@ $7::text[]) and ($8::text is null or start is null or start >= $8)
order by points desc, id limit $9
"""


def gin_seconds(database: str, index: Index, sampled: int) -> float:
    """Seconds that all people's queries would take one after the other, from those of some. The table is temporary."""
    return asyncio.run(_measured(database, index, sampled))


async def _measured(database: str, index: Index, sampled: int) -> float:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(TABLE)
        await connection.copy_records_to_table("gin_jobs", records=[_job(index, row) for row in index.places.live])
        for statement in (*INDEXES, "analyze gin_jobs"):
            await connection.execute(statement)
        rows = np.random.default_rng(0).choice(len(index.seekers.records), sampled, replace=False).tolist()
        asked = [_asked(index, row) for row in rows]
        query = await connection.prepare(QUERY)
        await query.fetch(*asked[0])
        began = time.perf_counter()
        for arguments in asked:
            await query.fetch(*arguments)
        return (time.perf_counter() - began) * len(index.seekers) / sampled
    finally:
        await connection.close()


def _job(index: Index, row: int) -> tuple[Any, ...]:
    place = index.places.records[row]
    facts, shares = place.facts, dict[str, int]()
    for overlap in index.kind.overlaps:
        for skill, share in overlap.shares(overlap.said(place)).items():
            shares[skill] = shares.get(skill, 0) + share
    return (place.id, [facts.occupation], list(shares), list(shares.values()), list(facts.licences), _spoken(facts.languages),
            list(facts.hours), facts.extent_percent, facts.start)  # fmt: skip


def _asked(index: Index, row: int) -> tuple[Any, ...]:
    seeker = index.seekers.records[row]
    needs, near = seeker.needs, index.kind.anchor.reaches(seeker)
    points = [sum(index.kind.anchor.points(one)) for one in near.values()]
    spoken = [f"{language}{level}" for language, most in speech(needs.languages) for level in range(1, most + 1)]
    return (list(near), points, list(needs.skills), needs.extent_percent, list(needs.licences),
            list(needs.hours_refused), spoken, needs.start, TOP)  # fmt: skip


def _spoken(demands: Any) -> list[str]:
    return [f"{language}{level}" for language, level in speech(demands)]
