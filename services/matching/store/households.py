"""Households and their adults as last said, and who of them looks for something now."""

from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts.fields import Kind
from contracts.interests import AdultNeeds, HomeNeeds, InterestChanged, InterestRegistered
from matching.domain.scoring import Seeker

SAVE_HOUSEHOLD = """
insert into households (interest_id, municipality, controller, state, registered_at, children, awaited, wants_home,
                        housed, home)
values ($1, $2, $3, 'registered', $4, $5, $6, $7, false, $8::jsonb)
on conflict (interest_id) do update set children = excluded.children, awaited = excluded.awaited,
  wants_home = excluded.wants_home, home = excluded.home
"""

SAVE_ADULTS = """
insert into adults (person_id, interest_id, position, wants_work, placed, needs)
select person_id, $1, position, wants_work, false, needs::jsonb
from unnest($2::uuid[], $3::bool[], $4::text[]) with ordinality as a(person_id, wants_work, needs, position)
on conflict (person_id) do update set position = excluded.position, wants_work = excluded.wants_work,
  needs = excluded.needs
"""


async def save_household(tx: Transaction, said: InterestRegistered | InterestChanged) -> None:
    """The household as it stands now; an adult who is no longer named is gone from it."""
    envelope = tx.envelope
    assert envelope is not None
    erased = await _erased(tx, [said.interest_id, *(adult.person_id for adult in said.adults)])
    home = said.home.value if said.home and said.interest_id not in erased else None
    await tx.execute(
        SAVE_HOUSEHOLD,
        said.interest_id,
        envelope.municipality,
        envelope.controller,
        envelope.time,
        said.children,
        len(said.awaited),
        said.wants_home,
        home.model_dump_json() if home else None,
    )
    people = [adult.person_id for adult in said.adults]
    await tx.execute(
        "delete from adults where interest_id = $1 and person_id <> all($2::uuid[])", said.interest_id, people
    )
    opened = [adult.needs.value if adult.person_id not in erased else None for adult in said.adults]
    needs = [value.model_dump_json() if value else None for value in opened]
    await tx.execute(SAVE_ADULTS, said.interest_id, people, [adult.wants_work for adult in said.adults], needs)


async def end_household(tx: Transaction, interest_id: UUID) -> None:
    await tx.execute(
        "update households set state = 'withdrawn', ended_at = $2 where interest_id = $1", interest_id, tx.now
    )


async def note_moved_in(tx: Transaction, interest_id: UUID, month: str) -> None:
    await tx.execute("update households set moved_in = $2 where interest_id = $1", interest_id, month)


async def mark_placed(tx: Transaction, seeker_id: UUID, kind: Kind) -> None:
    """The adult has a job, or the household a home: they look no more."""
    if kind == "job":
        await tx.execute("update adults set placed = true where person_id = $1", seeker_id)
    else:
        await tx.execute("update households set housed = true where interest_id = $1", seeker_id)


async def delete_opened(tx: Transaction, subject_id: UUID) -> None:
    """All that an erased subject (an adult, or a household) had told, wherever it stands opened."""
    await tx.execute("insert into erased (subject_id, at) values ($1, $2) on conflict do nothing", subject_id, tx.now)
    await tx.execute("delete from adults where person_id = $1", subject_id)
    await tx.execute("update households set home = null where interest_id = $1", subject_id)
    await tx.execute("update matches set reasons = null, score = null where seeker_id = $1", subject_id)


async def controller_of(tx: Transaction, interest_id: UUID) -> tuple[str, str]:
    """Municipality and controller: for whom an event about the household is said."""
    rows = await tx.fetch("select municipality, controller from households where interest_id = $1", interest_id)
    return rows[0]["municipality"], rows[0]["controller"]


async def people_of(tx: Transaction, interest_id: UUID) -> tuple[UUID, ...]:
    """The confirmed adults, in the household's order."""
    rows = await tx.fetch("select person_id from adults where interest_id = $1 order by position", interest_id)
    return tuple(row["person_id"] for row in rows)


async def seekers_in(tx: Transaction, kind: Kind, municipality: str) -> list[Seeker]:
    rows = await tx.fetch("select * from seekers where kind = $1 and municipality = $2 order by id", kind, municipality)
    return [_seeker(row) for row in rows]


async def seekers_of(tx: Transaction, interest_id: UUID) -> list[Seeker]:
    """Who in the household looks for something now."""
    rows = await tx.fetch("select * from seekers where interest_id = $1 order by kind, id", interest_id)
    return [_seeker(row) for row in rows]


async def _erased(tx: Transaction, subjects: list[UUID]) -> set[UUID]:
    rows = await tx.fetch("select subject_id from erased where subject_id = any($1::uuid[])", subjects)
    return {row["subject_id"] for row in rows}


def _seeker(row: asyncpg.Record) -> Seeker:
    needs = (AdultNeeds if row["kind"] == "job" else HomeNeeds).model_validate(row["needs"])
    return Seeker(row["id"], row["kind"], row["interest_id"], row["person_id"], row["municipality"], needs)
