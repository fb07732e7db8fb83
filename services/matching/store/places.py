"""What partners offer as last published, and how full it is. A place's row is locked by whoever decides about it."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts import opportunities
from contracts.vocabulary import VOCABULARY
from matching.domain.kinds.shape import Place, Spread
from matching.domain.offers import Capacity
from matching.yardstick import all_kinds

# An owner who asks for fewer places than are taken has none left: what is promised stands.
SAVE = """
insert into opportunities (opportunity_id, kind, municipality, partner_id, allocation, state, places, taken, posted_at,
                           facts, version)
values ($1, $2, $3, $4, $5, 'open', $6, 0, $7, $8::jsonb, $9)
on conflict (opportunity_id) do update set allocation = excluded.allocation, facts = excluded.facts,
  version = excluded.version,
  places = greatest(excluded.places, opportunities.taken)
"""
SHARING = """
select f.opportunity_id from free_places f join opportunities o on o.opportunity_id = $1
where f.municipality = o.municipality and f.facts -> 'area' = o.facts -> 'area' and f.let_in_area is not null
and (o.facts -> 'social_purpose')::bool
"""


async def save_place(tx: Transaction, said: opportunities.Place) -> None:
    envelope = tx.envelope
    assert envelope is not None
    await tx.execute(
        SAVE,
        said.opportunity_id,
        opportunities.kind_of(said),
        envelope.municipality,
        said.partner_id,
        said.allocation,
        said.places,
        envelope.time,
        said.model_dump_json(),
        envelope.version,
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


async def kind_of(tx: Transaction, opportunity_id: UUID) -> str:
    rows = await tx.fetch("select kind from opportunities where opportunity_id = $1", opportunity_id)
    return rows[0]["kind"]


async def free_place(tx: Transaction, opportunity_id: UUID) -> Place | None:
    """The place, while somebody can be proposed for it."""
    rows = await tx.fetch("select * from free_places where opportunity_id = $1", opportunity_id)
    return _place(rows[0]) if rows else None


async def sharing_a_cap_with(tx: Transaction, opportunity_id: UUID) -> set[UUID]:
    """The free homes with a social purpose in the area of this one, if it is one of them."""
    return {row["opportunity_id"] for row in await tx.fetch(SHARING, opportunity_id)}


async def free_among(tx: Transaction, ids: Collection[UUID]) -> list[Place]:
    rows = await tx.fetch("select * from free_places where opportunity_id = any($1) order by opportunity_id", list(ids))
    return [_place(row) for row in rows]


async def all_free_places(tx: Transaction) -> list[Place]:
    return [_place(row) for row in await tx.fetch("select * from free_places order by opportunity_id")]


async def open_place(tx: Transaction, opportunity_id: UUID) -> Place | None:
    """The place, whoever allocates it and however full it is, while it is open."""
    rows = await tx.fetch(
        "select *, null as let_in_area from opportunities where opportunity_id = $1 and state = 'open'", opportunity_id
    )
    return _place(rows[0]) if rows else None


async def referred_to(
    tx: Transaction, kinds: Collection[str], municipalities: Collection[str]
) -> list[tuple[Place, opportunities.Place]]:
    """Open places that only a queue or an authority leads to, and each in its owner's own words."""
    rows = await tx.fetch(
        """select *, null as let_in_area from opportunities where state = 'open' and kind = any($1::text[])
           and municipality = any($2::text[]) and allocation in ('queue_bound', 'authority_decides')
           order by opportunity_id""",
        list(kinds),
        list(municipalities),
    )
    return [(_place(row), opportunities.SHAPES[row["kind"]].model_validate(row["facts"])) for row in rows]


def _place(row: asyncpg.Record) -> Place:
    facts = all_kinds()[row["kind"]].facts.model_validate(row["facts"])
    return Place(
        id=row["opportunity_id"],
        kind=row["kind"],
        municipality=row["municipality"],
        facts=facts,
        left=row["places"] - row["taken"],
        spread=_spread(row, row["facts"].get("area")),
        version=row["version"],
    )


def _spread(row: asyncpg.Record, area: str | None) -> Spread | None:
    known = VOCABULARY.areas.get(area) if area else None
    if row["let_in_area"] is None or known is None or known.social_homes_max is None:
        return None
    return Spread(row["let_in_area"], known.social_homes_max)
