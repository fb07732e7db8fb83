"""Households, their adults and children as last said, and who of them looks for what now."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts import Sealed
from contracts.fields import Kind
from contracts.interests import InterestChanged, InterestRegistered
from contracts.matches import Assessment
from matching.domain import kinds
from matching.domain.kinds.shape import Seeker
from matching.yardstick import all_kinds

# An adult or a child who is no longer named is gone from the household. What arrives of somebody erased is not kept.
SAVE = """
with gone as (select subject_id from erased where subject_id = any(array_append($8::uuid[], $1::uuid))),
household as (
  insert into households (interest_id, municipality, controller, state, registered_at, children, awaited, wants_home,
                          home, version)
  values ($1, $2, $3, 'registered', $4, $5, $6, $7, case when $1 in (select * from gone) then null else $16::jsonb end,
          $18)
  on conflict (interest_id) do update set children = excluded.children, awaited = excluded.awaited,
    wants_home = excluded.wants_home, home = excluded.home, version = excluded.version),
left_adults as (delete from adults where interest_id = $1 and person_id <> all($8::uuid[])),
left_children as (delete from children where interest_id = $1 and child_id <> all($15::uuid[])),
pupils as (
  insert into children (child_id, interest_id, position, needs)
  select child_id, $1, position, case when $1 in (select * from gone) then null else needs::jsonb end
  from unnest($15::uuid[], $17::text[]) with ordinality as c(child_id, needs, position)
  on conflict (child_id) do update set position = excluded.position, needs = excluded.needs)
insert into adults (person_id, interest_id, position, wants_work, consents, shares, needs, learning, belonging)
select person_id, $1, position, wants_work, consents, shares, case when here then needs::jsonb end,
       case when here then learning::jsonb end, case when here then belonging::jsonb end
from unnest($8::uuid[], $9::bool[], $10::bool[], $11::bool[], $12::text[], $13::text[], $14::text[]) with ordinality
     as a(person_id, wants_work, consents, shares, needs, learning, belonging, position),
     lateral (select person_id not in (select * from gone) as here) as h
on conflict (person_id) do update set position = excluded.position, wants_work = excluded.wants_work,
  consents = excluded.consents, shares = excluded.shares, needs = excluded.needs, learning = excluded.learning,
  belonging = excluded.belonging
"""


async def save_household(tx: Transaction, said: InterestRegistered | InterestChanged) -> None:
    """The household as it stands now."""
    envelope = tx.envelope
    assert envelope is not None
    await tx.execute(
        SAVE,
        said.interest_id,
        envelope.municipality,
        envelope.controller,
        envelope.time,
        said.children,
        len(said.awaited),
        said.wants_home,
        [adult.person_id for adult in said.adults],
        [adult.wants_work for adult in said.adults],
        [adult.consents for adult in said.adults],
        [adult.shares for adult in said.adults],
        [_opened(adult.needs) for adult in said.adults],
        [_opened(adult.learning) for adult in said.adults],
        [_opened(adult.belonging) for adult in said.adults],
        [child.child_id for child in said.pupils],
        _opened(said.home),
        [_opened(child.needs) for child in said.pupils],
        envelope.version,
    )


def _opened(sealed: Sealed[Any] | None) -> str | None:
    """None also for a seal that stays shut."""
    return sealed.value.model_dump_json() if sealed and sealed.value else None


async def end_household(tx: Transaction, interest_id: UUID) -> None:
    await tx.execute(
        "update households set state = 'withdrawn', ended_at = $2 where interest_id = $1", interest_id, tx.now
    )


async def note_moved_in(tx: Transaction, interest_id: UUID, month: str) -> None:
    await tx.execute("update households set moved_in = $2 where interest_id = $1", interest_id, month)


async def note_assessed(tx: Transaction, person_id: UUID, assessment: Assessment) -> None:
    envelope = tx.envelope
    assert envelope is not None
    await tx.execute(
        "update adults set assessment = $2::jsonb, assessed = $3 where person_id = $1",
        person_id,
        assessment.model_dump_json(),
        envelope.version,
    )


async def mark_found(tx: Transaction, seeker_id: UUID, what: Sequence[Kind]) -> None:
    """They look no more for any of these kinds."""
    await tx.execute("insert into found select $1, unnest($2::text[]) on conflict do nothing", seeker_id, list(what))


async def delete_opened(tx: Transaction, subject_id: UUID) -> None:
    """All that an erased subject (an adult, or a household) had told, wherever it stands opened."""
    await tx.execute("insert into erased (subject_id, at) values ($1, $2) on conflict do nothing", subject_id, tx.now)
    await tx.execute("delete from adults where person_id = $1", subject_id)
    await tx.execute("delete from children where interest_id = $1", subject_id)
    await tx.execute("update households set home = null where interest_id = $1", subject_id)


async def delete_reasons(tx: Transaction, subject_id: UUID) -> None:
    """Also what spoke for the matches of an erased subject that were decided."""
    await tx.execute(
        """update matches set reasons = null, score = null
           where seeker_id = $1 or (interest_id = $1 and person_id is null)""",
        subject_id,
    )


async def controller_of(tx: Transaction, interest_id: UUID) -> tuple[str, str]:
    """Municipality and controller: for whom an event about the household is said."""
    rows = await tx.fetch("select municipality, controller from households where interest_id = $1", interest_id)
    return rows[0]["municipality"], rows[0]["controller"]


async def people_of(tx: Transaction, interest_id: UUID) -> tuple[UUID, ...]:
    """The confirmed adults, in the household's order."""
    rows = await tx.fetch("select person_id from adults where interest_id = $1 order by position", interest_id)
    return tuple(row["person_id"] for row in rows)


async def seekers_of(tx: Transaction, interest_id: UUID) -> list[Seeker]:
    """What a household and its people look for now."""
    rows = await tx.fetch("select * from seekers where interest_id = $1 order by kind, id", interest_id)
    return [_seeker(row) for row in rows]


async def all_seekers(
    tx: Transaction, municipality: str | None = None, kinds: Sequence[str] | None = None
) -> list[Seeker]:
    """Who looks for something now, everywhere and for anything where nothing else is said."""
    rows = await tx.fetch(
        """select * from seekers where ($1::text is null or municipality = $1)
           and ($2::text[] is null or kind = any($2)) order by kind, id""",
        municipality,
        None if kinds is None else list(kinds),
    )
    return [_seeker(row) for row in rows]


def _seeker(row: asyncpg.Record) -> Seeker:
    assessed = row["assessment"]
    return Seeker(
        id=row["id"],
        kind=row["kind"],
        household=row["interest_id"],
        municipality=row["municipality"],
        needs=all_kinds()[row["kind"]].needs.model_validate(row["needs"]),
        consents=row["consents"],
        shares=row["shares"],
        awaits_adult=row["awaits"],
        assessment=kinds.shape.Assessment(**assessed | {"made": date.fromisoformat(assessed["made"])})
        if assessed
        else None,
        version=row["version"],
        assessed=row["assessed"],
    )
