"""What partners offer as last published, and how full it is. A place's row is locked by whoever decides about it."""

from functools import lru_cache
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts.fields import Kind
from contracts.opportunities import Dwelling, Vacancy
from matching.domain.offers import Capacity
from matching.domain.scoring import Place

# An owner who asks for fewer places than are taken has none left: what is promised stands.
SAVE = """
insert into opportunities (opportunity_id, kind, municipality, partner_id, allocation, state, places, taken, posted_at,
                           facts)
values ($1, $2, $3, $4, $5, 'open', $6, 0, $7, $8::jsonb)
on conflict (opportunity_id) do update set allocation = excluded.allocation, facts = excluded.facts,
  places = greatest(excluded.places, opportunities.taken)
"""


async def save_place(tx: Transaction, said: Vacancy | Dwelling) -> None:
    envelope = tx.envelope
    assert envelope is not None
    await tx.execute(
        SAVE,
        said.opportunity_id,
        "job" if isinstance(said, Vacancy) else "home",
        envelope.municipality,
        said.partner_id,
        said.allocation,
        said.places,
        envelope.time,
        said.model_dump_json(),
    )


async def close_place(tx: Transaction, opportunity_id: UUID) -> None:
    await tx.execute("update opportunities set state = 'closed' where opportunity_id = $1", opportunity_id)


async def take_seat(tx: Transaction, opportunity_id: UUID) -> None:
    """One more is taken; the table refuses more than there are."""
    await tx.execute("update opportunities set taken = taken + 1 where opportunity_id = $1", opportunity_id)


async def lock_capacity(tx: Transaction, opportunity_id: UUID) -> Capacity:
    """How full it is, and nobody else decides about it until this transaction ends."""
    row, *_ = await tx.fetch("select * from opportunities where opportunity_id = $1 for update", opportunity_id)
    offered, *_ = await tx.fetch(
        "select count(*) from offers where opportunity_id = $1 and state = 'open'", opportunity_id
    )
    return Capacity(row["allocation"], row["state"] == "open", row["places"], row["taken"], offered["count"])


async def partner_of(tx: Transaction, opportunity_id: UUID) -> str:
    rows = await tx.fetch("select partner_id from opportunities where opportunity_id = $1", opportunity_id)
    return rows[0]["partner_id"]


async def free_place(tx: Transaction, opportunity_id: UUID) -> Place | None:
    """The place, while somebody can be proposed for it."""
    rows = await tx.fetch("select *, facts::text as told from free_places where opportunity_id = $1", opportunity_id)
    return _place(rows[0]) if rows else None


async def free_places_in(tx: Transaction, kind: Kind, municipality: str) -> list[Place]:
    rows = await tx.fetch(
        "select *, facts::text as told from free_places where kind = $1 and municipality = $2 order by opportunity_id",
        kind,
        municipality,
    )
    return [_place(row) for row in rows]


def _place(row: asyncpg.Record) -> Place:
    return Place(row["opportunity_id"], row["kind"], row["municipality"], _facts(row["kind"], row["told"]))


@lru_cache(maxsize=20_000)  # every seeker is held against all of them
def _facts(kind: Kind, told: str) -> Vacancy | Dwelling:
    return (Vacancy if kind == "job" else Dwelling).model_validate_json(told)
