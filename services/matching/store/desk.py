"""What the desk shows: households that wait for somebody, and all about one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts.fields import Facts, Kind
from contracts.interests import AdultNeeds, BelongingNeeds, ChildNeeds, HomeNeeds, LearningNeeds
from contracts.matches import Assessment, Reasons
from contracts.opportunities import SHAPES, Place

PAGE = 25  # households on one page of the list
MOST = 500  # places to ask about
Shown = Literal["waiting", "offered", "all"]


@dataclass(frozen=True)
class Waiting:
    """A household in the list: how much waits, since when, and the next clock."""

    interest_id: UUID
    municipality: str
    state: str
    registered_at: datetime
    awaited: int
    proposals: int
    since: datetime | None
    kinds: list[Kind]
    offers: int
    answer_by: datetime | None
    placements: int
    total: int  # in the whole list


@dataclass(frozen=True)
class Person:
    person_id: UUID
    position: int
    wants_work: bool
    found: list[Kind]
    needs: AdultNeeds | None  # None: erased
    learning: LearningNeeds | None
    belonging: BelongingNeeds | None
    assessment: Assessment | None


@dataclass(frozen=True)
class Pupil:
    """A child who needs a place."""

    child_id: UUID
    position: int
    found: list[Kind]
    needs: ChildNeeds | None  # None: erased


@dataclass(frozen=True)
class Household:
    interest_id: UUID
    municipality: str
    state: str
    registered_at: datetime
    ended_at: datetime | None
    moved_in: str | None
    children: str
    awaited: int
    wants_home: bool
    found: list[Kind]
    home: HomeNeeds | None
    adults: list[Person]
    pupils: list[Pupil]


@dataclass(frozen=True)
class Shortlisted:
    """A proposal or a decided pair, what it is about, and its offer."""

    match_id: UUID
    kind: Kind
    person_id: UUID | None
    opportunity_id: UUID
    seeker_id: UUID
    facts: Place
    state: str
    reasons: Reasons | None  # None: erased
    proposed_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    left: int
    offer_state: str | None
    people: list[UUID]
    people_yes: list[UUID]
    owner_yes: bool
    answer_by: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


LIST = """
with listed as (
  select h.interest_id, h.municipality, h.state, h.registered_at, h.awaited,
         coalesce(m.proposals, 0) as proposals, m.since, coalesce(m.kinds, '{}') as kinds,
         coalesce(o.offers, 0) as offers, o.answer_by, coalesce(o.placements, 0) as placements
  from households h
  left join (select interest_id, count(*) as proposals, min(proposed_at) as since,
                    array_agg(distinct kind order by kind) as kinds
             from matches where state = 'proposed' group by interest_id) m using (interest_id)
  left join (select interest_id, count(*) filter (where state = 'open') as offers,
                    min(answer_by) filter (where state = 'open') as answer_by,
                    count(*) filter (where state = 'placed') as placements
             from offers group by interest_id) o using (interest_id)
  where $1::text is null or h.municipality = $1)
select *, count(*) over () as total from listed
where case $2 when 'waiting' then proposals > 0 when 'offered' then offers > 0 else true end
order by case $2 when 'waiting' then since when 'offered' then answer_by else registered_at end, interest_id
limit $3 offset $4
"""

SHORTLIST = """
select m.*, o.facts, o.places - o.taken as "left", f.state as offer_state, f.people, f.people_yes, f.owner_yes, f.answer_by,
       f.ended_at, f.ended_by,
       (select a.reason from answers a where a.offer_id = f.offer_id and a.counted and not a.yes) as end_reason
from matches m join opportunities o using (opportunity_id) left join offers f using (match_id)
where m.interest_id = $1
order by m.state <> 'proposed', m.score desc nulls last, m.match_id
"""


FOUND = "array(select f.kind from found f where f.seeker_id = {} order by f.kind) as found"
ADULTS = f"select a.*, {FOUND.format('person_id')} from adults a where interest_id = $1 order by position"  # noqa: S608
CHILDREN = f"select c.*, {FOUND.format('child_id')} from children c where interest_id = $1 order by position"  # noqa: S608
PERSONAL: Mapping[str, type[Facts]] = {
    "needs": AdultNeeds,
    "learning": LearningNeeds,
    "belonging": BelongingNeeds,
    "assessment": Assessment,
}


async def households_waiting(tx: Transaction, municipality: str | None, shown: Shown, page: int) -> list[Waiting]:
    """One page (from 1) of the list, those who have waited longest first."""
    rows = await tx.fetch(LIST, municipality, shown, PAGE, (page - 1) * PAGE)
    return [Waiting(**row) for row in rows]


async def household(tx: Transaction, interest_id: UUID, municipality: str | None) -> Household | None:
    rows = await tx.fetch(
        f"select h.*, {FOUND.format('interest_id')} from households h "  # noqa: S608 - no value comes into it
        "where interest_id = $1 and ($2::text is null or municipality = $2)",
        interest_id,
        municipality,
    )
    if not rows:
        return None
    row = rows[0]
    home = HomeNeeds.model_validate(row["home"]) if row["home"] else None
    adults = await tx.fetch(ADULTS, interest_id)
    children = await tx.fetch(CHILDREN, interest_id)
    return _made(
        Household,
        row,
        home=home,
        adults=[_opened(Person, one, PERSONAL) for one in adults],
        pupils=[_opened(Pupil, one, {"needs": ChildNeeds}) for one in children],
    )


async def shortlist(tx: Transaction, interest_id: UUID) -> list[Shortlisted]:
    """Proposals first, the best first; then what was decided."""
    return [
        _made(
            Shortlisted,
            row,
            facts=SHAPES[row["kind"]].model_validate(row["facts"]),
            reasons=Reasons.model_validate(row["reasons"]) if row["reasons"] else None,
            people=row["people"] or [],
            people_yes=row["people_yes"] or [],
            owner_yes=bool(row["owner_yes"]),
        )
        for row in await tx.fetch(SHORTLIST, interest_id)
    ]


OTHERS = """
select o.kind, o.facts from opportunities o
where o.state = 'open' and (o.kind, o.municipality) in (
  select s.kind, s.municipality from seekers s where s.interest_id = $1)
and not exists (select from matches m where m.interest_id = $1 and m.opportunity_id = o.opportunity_id)
order by o.facts ->> 'title', o.opportunity_id limit $2
"""


async def open_places(tx: Transaction, interest_id: UUID) -> list[Place]:
    """Open places of the kinds that the household seeks, and that it is neither proposed for nor decided about."""
    rows = await tx.fetch(OTHERS, interest_id, MOST)
    return [SHAPES[row["kind"]].model_validate(row["facts"]) for row in rows]


async def figures(tx: Transaction) -> dict[str, int]:
    """How many, in all. `proposed` counts what stands and what was decided."""
    matches = await tx.fetch("select state, count(*) from matches group by state")
    offers = await tx.fetch("select state, count(*) from offers group by state")
    by_match = {row["state"]: row["count"] for row in matches}
    by_offer = {row["state"]: row["count"] for row in offers}
    return {
        "proposed": sum(by_match.values()),
        "standing": by_match.get("proposed", 0),
        "approved": by_match.get("approved", 0),
        "rejected": by_match.get("rejected", 0),
        "introduced": sum(by_offer.values()),
        **{
            state: by_offer.get(state, 0)
            for state in ("open", "placed", "too_late", "fell_through", "lapsed", "withdrawn")
        },
    }


def _opened(kind: Any, row: asyncpg.Record, parts: Mapping[str, type[Facts]]) -> Any:
    return _made(kind, row, **{name: shape.model_validate(row[name]) for name, shape in parts.items() if row[name]})


def _made(kind: Any, row: asyncpg.Record, **parts: Any) -> Any:
    return kind(**{name: parts.get(name, row.get(name)) for name in kind.__dataclass_fields__})
