"""The pairs that are proposed, or were decided for good. Proposed ones come and go with what the two sides say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts import fields
from contracts.matches import MadeFrom, Reasons
from matching.domain.kinds.shape import Kind, Place, Seeker
from matching.domain.proposals import Pair


@dataclass(frozen=True)
class Match:
    """A pair as it is kept."""

    match_id: UUID
    kind: fields.Kind
    pair: Pair
    municipality: str
    interest_id: UUID
    person_id: UUID | None
    state: str
    reasons: Reasons | None
    decided_by: str | None = None
    made_from: MadeFrom | None = None


def made(kind: Kind, seeker: Seeker, place: Place, reasons: Reasons) -> Match:
    """A pair as it is proposed."""
    return Match(
        match_id=(pair := Pair(seeker.id, place.id)).match_id,
        kind=cast(fields.Kind, kind.name),
        pair=pair,
        municipality=seeker.municipality,
        interest_id=seeker.household,
        person_id=seeker.id if kind.who == "adult" else None,
        state="proposed",
        reasons=reasons,
        made_from=_made_from(kind, seeker, place),
    )


def _made_from(kind: Kind, seeker: Seeker, place: Place) -> MadeFrom | None:
    if seeker.version is None or place.version is None:
        return None
    return MadeFrom(
        vocabulary=kind.version, interest=seeker.version, opportunity=place.version, assessment=seeker.assessed
    )


# A pair that somebody decides at this moment is waited for, and then left as decided.
PROPOSE = """
insert into matches (match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, state, score,
                     reasons, proposed_at)
select match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, 'proposed', score,
       reasons::jsonb, $10
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::int[], $9::text[])
     as new(match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, score, reasons)
order by match_id
on conflict (match_id) do update set score = excluded.score, reasons = excluded.reasons
where matches.state = 'proposed' and matches.reasons <> excluded.reasons
returning match_id
"""


async def propose(tx: Transaction, found: Sequence[Match]) -> list[Match]:
    """Those that are proposed now, or whose reasons are others now; not those that somebody decided meanwhile."""
    if not found:
        return []
    rows = await tx.fetch(
        PROPOSE,
        [m.match_id for m in found],
        [m.kind for m in found],
        [m.municipality for m in found],
        [m.pair.seeker for m in found],
        [m.pair.place for m in found],
        [m.interest_id for m in found],
        [m.person_id for m in found],
        [m.reasons.score if m.reasons else None for m in found],
        [m.reasons.model_dump_json() if m.reasons else None for m in found],
        tx.now,
    )
    said = {row["match_id"] for row in rows}
    return sorted((match for match in found if match.match_id in said), key=lambda match: match.match_id)


async def propose_now(tx: Transaction, found: Sequence[Match]) -> list[Match]:
    """Those of them that were not proposed: a round may choose what was not among the best."""
    known = await tx.fetch("select match_id from matches where match_id = any($1::uuid[])", [m.match_id for m in found])
    there = {row["match_id"] for row in known}
    return await propose(tx, [match for match in found if match.match_id not in there])


async def retract(tx: Transaction, gone: Sequence[UUID]) -> list[Match]:
    """Those of them that nobody decided meanwhile are proposed no more; as they were."""
    if not gone:
        return []
    rows = await tx.fetch(
        """with gone as (select match_id from matches where match_id = any($1::uuid[]) order by match_id for update)
           delete from matches using gone where matches.match_id = gone.match_id and state = 'proposed'
           returning matches.*""",
        gone,
    )
    return _in_order(rows)


async def decided(tx: Transaction) -> list[tuple[fields.Kind, Pair]]:
    rows = await tx.fetch("select kind, seeker_id, opportunity_id from matches where state <> 'proposed'")
    return [(row["kind"], Pair(row["seeker_id"], row["opportunity_id"])) for row in rows]


async def decided_of(tx: Transaction, interest_id: UUID) -> list[tuple[UUID, str]]:
    """What somebody has decided about this household: match and state."""
    rows = await tx.fetch(
        "select match_id, state from matches where interest_id = $1 and state <> 'proposed' order by match_id",
        interest_id,
    )
    return [(row["match_id"], row["state"]) for row in rows]


async def note_referred(tx: Transaction, seeker: Seeker, pair: Pair, by: str, is_adult: bool) -> bool:
    """Whether it was not noted before."""
    status = await tx.execute(
        """insert into matches (match_id, kind, municipality, seeker_id, opportunity_id, interest_id, person_id, state,
                                decided_at, decided_by)
           values ($1, $2, $3, $4, $5, $6, $7, 'referred', $8, $9) on conflict do nothing""",
        pair.match_id,
        seeker.kind,
        seeker.municipality,
        pair.seeker,
        pair.place,
        seeker.household,
        seeker.id if is_adult else None,
        tx.now,
        by,
    )
    return status.endswith(" 1")


async def proposed(tx: Transaction) -> dict[UUID, int | None]:
    """What is proposed, and with which version of the vocabulary its reasons were told."""
    rows = await tx.fetch(
        "select match_id, (reasons -> 'vocabulary')::int as version from matches where state = 'proposed'"
    )
    return {row["match_id"]: row["version"] for row in rows}


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
