"""Questions about households and their adults: read and written whole, what is personal sealed on the way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import col, select

from chassis.database import Transaction
from chassis.sealing import open_sealed, seal
from contracts.interests import HomeNeeds
from intake.domain.household import Home, Particulars, Person, Pupil
from intake.store.tables import ANEW, Adult, Disclosure, Interest, PersonAnswer

Ring = Mapping[UUID, bytes]
PUPILS = TypeAdapter(tuple[Pupil, ...])


def _place(what: str, subject: UUID) -> bytes:
    return f"{what}|{subject}".encode()


async def keep(tx: Transaction, household: Home, municipality: str, keys: Ring) -> None:
    """Stores a new household, every adult's particulars sealed with that adult's key, the home with the household's."""
    tx.session.add(
        Interest(
            interest_id=household.interest_id,
            municipality=municipality,
            state="awaiting",
            wants_home=household.wants_home,
            children=household.children,
            home=_sealed_home(household, keys),
            pupils=_sealed_pupils(household, keys),
            registered_at=tx.now,
            changed_at=tx.now,
        )
    )
    await tx.session.flush()
    tx.session.add_all(_row(household, nth, person, keys) for nth, person in enumerate(household.people))


def _sealed_home(household: Home, keys: Ring) -> str | None:
    if household.home is None:
        return None
    plain = household.home.model_dump_json().encode()
    return seal(keys[household.interest_id], plain, _place("home", household.interest_id))


def _sealed_pupils(household: Home, keys: Ring) -> str | None:
    if not household.pupils:
        return None
    return seal(
        keys[household.interest_id], PUPILS.dump_json(household.pupils), _place("pupils", household.interest_id)
    )


def _row(household: Home, nth: int, person: Person, keys: Ring) -> Adult:
    if person.particulars is None:
        raise ValueError("an adult without particulars cannot be stored")
    plain = person.particulars.model_dump_json().encode()
    return Adult(
        person_id=person.person_id,
        interest_id=household.interest_id,
        position=nth,
        language=person.language,
        wants_work=person.wants_work,
        groups=list(person.groups),
        particulars=seal(keys[person.person_id], plain, _place("adult", person.person_id)),
        consents=person.consents,
        shares=person.shares,
    )


async def lock(tx: Transaction, interest_id: UUID) -> Interest | None:
    """The interest's row, locked: adults of one household decide one after the other.

    It is read anew: who waited for the lock had read it, perhaps, before another adult decided.
    """
    asked = select(Interest).where(Interest.interest_id == interest_id).with_for_update()
    return (await tx.session.exec(asked, execution_options=ANEW)).one_or_none()


async def household(tx: Transaction, interest: Interest) -> Home:
    """The household with what its keys open; what a missing key closed is None."""
    asked = select(Adult).where(Adult.interest_id == interest.interest_id).order_by(col(Adult.position))
    rows = (await tx.session.exec(asked, execution_options=ANEW)).all()
    keys = await tx.keyring.get([interest.interest_id, *(row.person_id for row in rows)])
    return Home(
        interest_id=interest.interest_id,
        people=tuple(_person(row, keys) for row in rows),
        wants_home=interest.wants_home,
        children=interest.children,
        home=_home(interest, keys),
        pupils=_pupils(interest, keys),
    )


def _home(interest: Interest, keys: Ring) -> HomeNeeds | None:
    key = keys.get(interest.interest_id)
    if interest.home is None or key is None:
        return None
    return HomeNeeds.model_validate_json(open_sealed(key, interest.home, _place("home", interest.interest_id)))


def _pupils(interest: Interest, keys: Ring) -> tuple[Pupil, ...]:
    key = keys.get(interest.interest_id)
    if interest.pupils is None or key is None:
        return ()
    return PUPILS.validate_json(open_sealed(key, interest.pupils, _place("pupils", interest.interest_id)))


def _person(row: Adult, keys: Ring) -> Person:
    key = keys.get(row.person_id)
    plain = open_sealed(key, row.particulars, _place("adult", row.person_id)) if key else None
    return Person(
        person_id=row.person_id,
        language=row.language,
        wants_work=row.wants_work,
        confirmed=row.confirmed_at is not None,
        particulars=Particulars.model_validate_json(plain) if plain else None,
        groups=tuple(row.groups),
        consents=row.consents,
        shares=row.shares,
    )


async def people(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, tuple[Person, Interest]]:
    """Those of the adults that there are, each with the household's interest."""
    found = (
        await tx.session.exec(
            select(Adult, Interest)
            .join(Interest, col(Interest.interest_id) == col(Adult.interest_id))
            .where(col(Adult.person_id).in_(list(ids)))
        )
    ).all()
    keys = await tx.keyring.get([adult.person_id for adult, _ in found])
    return {adult.person_id: (_person(adult, keys), interest) for adult, interest in found}


async def interest_of(tx: Transaction, person_id: UUID) -> UUID | None:
    return (await tx.session.exec(select(Adult.interest_id).where(Adult.person_id == person_id))).one_or_none()


async def confirmed(tx: Transaction, person_id: UUID, at: datetime) -> None:
    """Notes that the adult has confirmed."""
    adult = await tx.session.get_one(Adult, person_id)
    adult.confirmed_at = at
    await tx.session.flush()


async def choose(tx: Transaction, person_id: UUID, consents: bool, shares: bool) -> bool:
    """Notes an adult's two switches. False when they stood so already."""
    adult = await tx.session.get_one(Adult, person_id)
    if (adult.consents, adult.shares) == (consents, shares):
        return False
    adult.consents, adult.shares = consents, shares
    await tx.session.flush()
    return True


async def remove_adults(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Deletes adults with their links, answers and disclosures. Their keys must be gone first."""
    await tx.session.flush()
    for table in (PersonAnswer, Disclosure, Adult):
        await tx.session.exec(delete(table).where(col(table.person_id).in_(ids)))


async def remove_interest(tx: Transaction, interest: Interest) -> None:
    """Deletes what is left of a household that nobody confirmed."""
    await tx.session.exec(delete(Interest).where(col(Interest.interest_id) == interest.interest_id))


async def all_people(tx: Transaction) -> list[UUID]:
    """Every adult, for the sweep that finishes erasures."""
    return list((await tx.session.exec(select(Adult.person_id))).all())
