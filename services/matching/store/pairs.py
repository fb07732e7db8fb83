"""The pairs that reach the bar. Free ones come and go with what the two sides say; decided ones stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts.fields import Kind
from contracts.matches import Reasons
from matching.domain.proposals import TOP, Pair, Scored


@dataclass(frozen=True)
class Match:
    """A pair as it is kept."""

    match_id: UUID
    kind: Kind
    pair: Pair
    municipality: str
    interest_id: UUID
    person_id: UUID | None
    state: str
    reasons: Reasons | None
    decided_by: str | None = None


@dataclass(frozen=True)
class Ranked:
    """What a free pair's rank needs."""

    scored: Scored
    proposed: bool


# A pair that somebody decides at this moment is waited for, and then left as decided.
SAVE = """
insert into matches (match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, state, score,
                     reasons)
select match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, 'near', score, reasons::jsonb
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::int[], $9::text[])
     as new(match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, score, reasons)
order by match_id
on conflict (match_id) do update set score = excluded.score, reasons = excluded.reasons
where matches.state in ('near', 'proposed') and matches.reasons <> excluded.reasons
returning *
"""

# The best of each seeker and of each place that a best pair of somebody touched names, and what is proposed of theirs.
AROUND = f"""
with free as not materialized (
  select seeker_id, opportunity_id, score, state = 'proposed' as proposed from matches
  where state in ('near', 'proposed')),
theirs as (
  select best.* from unnest($1::uuid[]) as t(id), lateral (
    (select * from free where seeker_id = t.id order by score desc, opportunity_id limit {TOP})
    union all
    (select * from free where opportunity_id = t.id order by score desc, seeker_id limit {TOP})) as best)
select best.* from (select distinct seeker_id as id from theirs) as s, lateral (
  select * from free where seeker_id = s.id order by score desc, opportunity_id limit {TOP}) as best
union
select best.* from (select distinct opportunity_id as id from theirs) as p, lateral (
  select * from free where opportunity_id = p.id order by score desc, seeker_id limit {TOP}) as best
union
select * from free where proposed and (seeker_id = any($1) or opportunity_id = any($1))
"""  # noqa: S608 - no value comes into it


async def save_pairs(tx: Transaction, new: Sequence[Match]) -> list[Match]:
    """Those that are new or whose reasons changed, as they are now."""
    if not new:
        return []
    rows = await tx.fetch(
        SAVE,
        [m.match_id for m in new],
        [m.kind for m in new],
        [m.municipality for m in new],
        [m.pair.seeker for m in new],
        [m.pair.place for m in new],
        [m.interest_id for m in new],
        [m.person_id for m in new],
        [m.reasons.score if m.reasons else None for m in new],
        [m.reasons.model_dump_json() if m.reasons else None for m in new],
    )
    return [_match(row) for row in rows]


async def drop_pairs(tx: Transaction, subject: UUID, but: Iterable[UUID] = ()) -> list[Match]:
    """The free pairs of a seeker or a place that are no more, as they were."""
    rows = await tx.fetch(
        """delete from matches where state in ('near', 'proposed') and (seeker_id = $1 or opportunity_id = $1)
            and match_id <> all($2::uuid[]) returning *""",
        subject,
        list(but),
    )
    return _in_order(rows)


async def ranked_around(tx: Transaction, touched: Iterable[UUID]) -> list[Ranked]:
    rows = await tx.fetch(AROUND, list(touched))
    return [Ranked(Scored(Pair(r["seeker_id"], r["opportunity_id"]), r["score"]), r["proposed"]) for r in rows]


async def propose(tx: Transaction, found: Iterable[Pair]) -> list[Match]:
    """Those of them that nobody decided meanwhile are proposed now."""
    rows = await tx.fetch(
        """update matches set state = 'proposed', proposed_at = $2 where match_id = any($1::uuid[]) and state = 'near'
           returning *""",
        [pair.match_id for pair in found],
        tx.now,
    )
    return _in_order(rows)


async def retract(tx: Transaction, found: Iterable[Pair]) -> list[Match]:
    """Those of them that nobody decided meanwhile are proposed no more."""
    rows = await tx.fetch(
        """update matches set state = 'near', proposed_at = null where match_id = any($1::uuid[]) and state = 'proposed'
           returning *""",
        [pair.match_id for pair in found],
    )
    return _in_order(rows)


async def seekers_in_rankings(tx: Transaction, interest_id: UUID) -> set[UUID]:
    """Who of the household (its adults, or itself for a home) has free pairs."""
    rows = await tx.fetch(
        "select distinct seeker_id from matches where interest_id = $1 and state in ('near', 'proposed')", interest_id
    )
    return {row["seeker_id"] for row in rows}


async def find(tx: Transaction, match_id: UUID) -> Match | None:
    return await _one(tx, "select * from matches where match_id = $1", match_id)


async def lock(tx: Transaction, match_id: UUID) -> Match | None:
    """The pair, and nobody else decides about it until this transaction ends."""
    return await _one(tx, "select * from matches where match_id = $1 for update", match_id)


async def decide(tx: Transaction, match_id: UUID, state: str, by: str, reason: str) -> None:
    await tx.execute(
        "update matches set state = $2, decided_by = $3, reason = $4, decided_at = $5 where match_id = $1",
        match_id,
        state,
        by,
        reason,
        tx.now,
    )


async def _one(tx: Transaction, sql: str, match_id: UUID) -> Match | None:
    rows = await tx.fetch(sql, match_id)
    return _match(rows[0]) if rows else None


def _in_order(rows: Iterable[asyncpg.Record]) -> list[Match]:
    return sorted((_match(row) for row in rows), key=lambda match: match.match_id)


def _match(row: asyncpg.Record) -> Match:
    return Match(
        row["match_id"],
        row["kind"],
        Pair(row["seeker_id"], row["opportunity_id"]),
        row["municipality"],
        row["interest_id"],
        row["person_id"],
        row["state"],
        Reasons.model_validate(row["reasons"]) if row["reasons"] else None,
        row["decided_by"],
    )
