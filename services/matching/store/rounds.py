"""Rounds as they are asked for, solved, published and taken back; and what they are made of."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from matching.domain.offers import Offer
from matching.store import offers

DEAD = "15 seconds"  # without a beat: whoever solved it is gone
KEPT = 50  # rounds on the page
CLAIM = f"""
update rounds set state = 'solving', beat = clock_timestamp() where round_id = (
  select round_id from rounds where state = 'asked' or state = 'solving' and beat < clock_timestamp() - interval '{DEAD}'
  order by asked_at, round_id limit 1 for update skip locked)
returning *
"""  # noqa: S608 - no value comes into it


@dataclass(frozen=True)
class Round:
    round_id: UUID
    municipality: str
    controller: str
    kinds: list[str]
    state: str
    asked_by: str
    asked_at: datetime
    locks: list[dict[str, Any]]
    progress: str
    result: dict[str, Any] | None
    why: str | None
    decided_by: str | None
    decided_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    outcome: dict[str, Any] | None


async def ask(
    tx: Transaction,
    round_id: UUID,
    where: tuple[str, str],
    kinds: Sequence[str],
    by: str,
    locks: Sequence[dict[str, Any]],
) -> None:
    await tx.execute(
        """insert into rounds (round_id, municipality, controller, kinds, state, asked_by, asked_at, locks, progress)
           values ($1, $2, $3, $4, 'asked', $5, $6, $7::jsonb, '')""",
        round_id,
        *where,
        sorted(kinds),
        by,
        tx.now,
        json.dumps(list(locks)),
    )


async def claim(tx: Transaction) -> Round | None:
    """The oldest that nobody solves; it is this process' from now on, as long as it beats."""
    rows = await tx.fetch(CLAIM)
    return _round(rows[0]) if rows else None


async def beat(tx: Transaction, round_id: UUID, progress: str) -> None:
    await tx.execute(
        "update rounds set beat = clock_timestamp(), progress = $2 where round_id = $1 and state = 'solving'",
        round_id,
        progress,
    )


async def put_back(tx: Transaction, round_id: UUID) -> None:
    """Somebody else solves it."""
    await tx.execute(
        "update rounds set state = 'asked', beat = null where round_id = $1 and state = 'solving'", round_id
    )


async def solved(tx: Transaction, round_id: UUID, result: dict[str, Any]) -> None:
    await tx.execute(
        "update rounds set state = 'solved', result = $2::jsonb, beat = null where round_id = $1 and state = 'solving'",
        round_id,
        json.dumps(result),
    )


async def refused(tx: Transaction, round_id: UUID, why: str) -> None:
    await tx.execute(
        "update rounds set state = 'refused', why = $2, beat = null where round_id = $1 and state = 'solving'",
        round_id,
        why,
    )


async def published(tx: Transaction, round_id: UUID, by: str, outcome: dict[str, Any], made: Iterable[UUID]) -> None:
    await tx.execute(
        """update rounds set state = 'published', decided_by = $2, decided_at = $3, outcome = $4::jsonb
           where round_id = $1""",
        round_id,
        by,
        tx.now,
        json.dumps(outcome),
    )
    await tx.execute("insert into round_offers select $1, unnest($2::uuid[])", round_id, list(made))


async def undone(tx: Transaction, round_id: UUID, by: str, outcome: dict[str, Any]) -> None:
    await tx.execute(
        """update rounds set state = 'undone', undone_by = $2, undone_at = $3, outcome = outcome || $4::jsonb
           where round_id = $1""",
        round_id,
        by,
        tx.now,
        json.dumps(outcome),
    )


async def find(tx: Transaction, round_id: UUID, municipality: str | None) -> Round | None:
    rows = await tx.fetch(
        "select * from rounds where round_id = $1 and ($2::text is null or municipality = $2)", round_id, municipality
    )
    return _round(rows[0]) if rows else None


async def lock(tx: Transaction, round_id: UUID) -> Round:
    """The round, and nobody else decides about it until this transaction ends."""
    row, *_ = await tx.fetch("select * from rounds where round_id = $1 for update", round_id)
    return _round(row)


async def newest(tx: Transaction, municipality: str | None) -> list[Round]:
    rows = await tx.fetch(
        """select * from rounds where $1::text is null or municipality = $1
           order by asked_at desc, round_id limit $2""",
        municipality,
        KEPT,
    )
    return [_round(row) for row in rows]


async def offers_of(tx: Transaction, round_id: UUID) -> list[Offer]:
    rows = await tx.fetch("select offer_id from round_offers where round_id = $1 order by offer_id", round_id)
    found = [await offers.find(tx, row["offer_id"]) for row in rows]
    return [offer for offer in found if offer is not None]


async def far_from_work(tx: Transaction) -> set[UUID]:
    """Households with an adult whose documented assessment says that they need adapted work."""
    rows = await tx.fetch(
        "select interest_id from adults where assessment is not null and (needs -> 'adapted_work')::bool"
    )
    return {row["interest_id"] for row in rows}


async def titles(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await tx.fetch(
        "select opportunity_id, facts ->> 'title' as title from opportunities where opportunity_id = any($1::uuid[])",
        list(ids),
    )
    return {row["opportunity_id"]: row["title"] for row in rows}


def _round(row: asyncpg.Record) -> Round:
    return Round(**{name: row[name] for name in Round.__dataclass_fields__})
