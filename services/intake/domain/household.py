"""A household as intake knows it, and what it says of itself to the other services."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from contracts import Sealed
from contracts.fields import Facts
from contracts.interests import (
    Adult,
    AdultNeeds,
    Awaited,
    BelongingNeeds,
    Child,
    ChildNeeds,
    HomeNeeds,
    Household,
    InterestChanged,
    InterestRegistered,
    LearningNeeds,
)

CONFIRM_WITHIN = timedelta(days=7)  # platform time; then what was written is deleted

Standing = TypeVar("Standing", bound=Household)


class Particulars(Facts):
    """What only intake knows of an adult. At rest it is one text, sealed with the adult's own key."""

    name: str
    email: str
    phone: str | None = None
    words: tuple[str, ...] = ()  # their own, for the coordinator; what they mean is in needs
    needs: AdultNeeds
    learning: LearningNeeds | None = None
    belonging: BelongingNeeds | None = None


class Pupil(Facts):
    """A child who needs a place, by an id that stays. At rest sealed with the household's key."""

    child_id: UUID
    needs: ChildNeeds


@dataclass(frozen=True)
class Person:
    """An adult. `particulars` is None when the key is gone."""

    person_id: UUID
    language: str
    wants_work: bool
    confirmed: bool
    particulars: Particulars | None
    groups: tuple[str, ...] = ()
    consents: bool = True  # to be matched
    shares: bool = True  # what they look for, with those who offer it


@dataclass(frozen=True)
class Home:
    """All adults of one interest, the one who wrote first; `home` also holds the children, `pupils` what places they need."""

    interest_id: UUID
    people: tuple[Person, ...]
    wants_home: bool
    children: str
    home: HomeNeeds | None
    pupils: tuple[Pupil, ...] = ()

    @property
    def confirmed(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.confirmed)


def children_band(children: int) -> str:
    """How many children, as coarsely as it may stand open: "0", "1-2" or "3+"."""
    return "0" if children == 0 else "1-2" if children < 3 else "3+"


def may_be_registered(household: Home) -> bool:
    """Only the one who wrote opens the registration: home and children are theirs to tell."""
    return bool(household.people) and household.people[0].confirmed


def stands_without(household: Home, person_id: UUID, awaiting: bool) -> bool:
    """Whether it goes on when this adult is forgotten: while it awaits who wrote, with them; later with who confirmed."""
    others = [person for person in household.people if person.person_id != person_id]
    if awaiting:
        return bool(others) and household.people[0].person_id != person_id
    return any(person.confirmed for person in others)


def standing(household: Home, kind: type[Standing]) -> Standing:
    """The household as it stands, as `InterestRegistered` or `InterestChanged`.

    Of an adult who has not confirmed nothing is told but id and language. An adult whose key is gone is not told of.
    """
    return kind(
        interest_id=household.interest_id,
        adults=tuple(_told(person, person.particulars) for person in household.confirmed if person.particulars),
        awaited=tuple(
            Awaited(person_id=person.person_id, language=person.language)
            for person in household.people
            if not person.confirmed
        ),
        wants_home=household.wants_home,
        children=household.children,
        home=Sealed[HomeNeeds].of(household.interest_id, household.home) if household.home else None,
        pupils=tuple(
            Child(child_id=pupil.child_id, needs=Sealed[ChildNeeds].of(household.interest_id, pupil.needs))
            for pupil in household.pupils
        ),
    )


def after_confirmation(household: Home, registered: bool) -> InterestRegistered | InterestChanged | None:
    """What is said when an adult of this household has just confirmed; nothing before the one who wrote has."""
    if not may_be_registered(household):
        return None
    return standing(household, InterestChanged) if registered else standing(household, InterestRegistered)


def _told(person: Person, particulars: Particulars) -> Adult:
    return Adult(
        person_id=person.person_id,
        language=person.language,
        wants_work=person.wants_work,
        groups=person.groups,
        needs=Sealed[AdultNeeds].of(person.person_id, particulars.needs),
        consents=person.consents,
        shares=person.shares,
        learning=Sealed[LearningNeeds].of(person.person_id, particulars.learning) if particulars.learning else None,
        belonging=Sealed[BelongingNeeds].of(person.person_id, particulars.belonging) if particulars.belonging else None,
    )


def confirm_by(registered_at: datetime) -> datetime:
    return registered_at + CONFIRM_WITHIN
