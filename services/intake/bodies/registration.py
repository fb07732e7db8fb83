"""A household's registration, and the domain's form of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.interests import AdultNeeds, HomeNeeds
from contracts.vocabulary import VOCABULARY
from intake.bodies.reading import Strict, fault
from intake.bodies.wishes import BelongingBody, LearningBody, Occupation, PupilBody, Speaks, meant
from intake.bodies.words import (
    AccessibilityId,
    AdaptationId,
    Address,
    AreaId,
    ChildsMonth,
    ComingMonth,
    DeclineReason,
    Empty,
    HoursId,
    LicenceId,
    Municipality,
    Name,
    PastMonth,
    Percent,
    Phone,
    RecentMonth,
    SkillId,
    TenureId,
    WithdrawalReason,
    Words,
)
from intake.domain.household import Home, Particulars, Person, children_band

Switch = Annotated[bool, Field(strict=True)]


class AdultBody(Strict):
    name: Name
    email: Address
    phone: Annotated[Phone | None, Empty] = None
    language: Literal["sv", "en"] = "sv"
    wants_work: Switch = True
    occupations: Annotated[tuple[Occupation, ...], Field(max_length=5)] = ()
    skills: Annotated[tuple[SkillId, ...], Field(max_length=40)] = ()
    languages: Annotated[tuple[Speaks, ...], Field(max_length=10)] = ()
    licences: Annotated[tuple[LicenceId, ...], Field(max_length=10)] = ()
    extent_percent: Percent = 100
    start: Annotated[ComingMonth | None, Empty] = None
    commute_max: Annotated[Annotated[int, Field(ge=5, le=300)] | None, Empty] = None  # minutes, one way
    hours_refused: Annotated[tuple[HoursId, ...], Field(max_length=10)] = ()
    adapted_work: Switch = False
    adaptation: Annotated[tuple[AdaptationId, ...], Field(max_length=20)] = ()
    learning: LearningBody | None = None
    belonging: BelongingBody | None = None
    consents: Switch = True
    shares: Switch = True
    about: Annotated[Words | None, Empty] = None  # for the coordinator

    @model_validator(mode="after")
    def _work_is_something(self) -> "AdultBody":
        if self.wants_work and not self.occupations:
            raise fault("occupation_needed")
        return self

    def person(self, person_id: UUID) -> Person:
        """Own words become the occupations they mean; what means none is kept beside them, for the coordinator."""
        occupations = meant(self.occupations)
        needs = AdultNeeds(**self.model_dump(include=set(AdultNeeds.model_fields)) | {"occupations": occupations})
        reached = self.learning.occupations if self.learning else ()
        particulars = Particulars(
            name=self.name,
            email=self.email,
            phone=self.phone,
            words=tuple(words for words in (*(o.words for o in (*self.occupations, *reached)), self.about) if words),
            needs=needs,
            learning=self.learning.needs(needs.languages) if self.learning else None,
            belonging=self.belonging.needs(needs.languages) if self.belonging else None,
        )
        groups = tuple(dict.fromkeys(VOCABULARY.occupations[id].group for id in occupations))
        return Person(person_id, self.language, self.wants_work, False, particulars, groups, self.consents, self.shares)


class HomeBody(Strict):
    rooms_min: Annotated[int, Field(ge=1, le=10)] = 1
    rent_max: Annotated[int, Field(ge=500, le=100_000)] | None = None  # SEK a month
    areas: Annotated[tuple[AreaId, ...], Field(max_length=40)] = ()
    from_month: Annotated[ComingMonth | None, Empty] = None
    tenures: Annotated[tuple[TenureId, ...], Field(max_length=10)] = ()
    accessibility: Annotated[tuple[AccessibilityId, ...], Field(max_length=10)] = ()


class Registration(Strict):
    """One household, one or two adults; the first is the one who writes."""

    municipality: Municipality = "2580"
    adults: Annotated[tuple[AdultBody, ...], Field(min_length=1, max_length=2)]
    children: Annotated[tuple[ChildsMonth, ...], Field(max_length=12)] = ()
    pupils: Annotated[tuple[PupilBody, ...], Field(max_length=12)] = ()
    home: HomeBody | None = None
    consent: Switch

    @model_validator(mode="after")
    def _is_a_wish(self) -> "Registration":
        if not self.consent:
            raise fault("consent_needed")
        if len({adult.email.lower() for adult in self.adults}) < len(self.adults):
            raise fault("same_address")
        if not (self.home or self.pupils or any(a.wants_work or a.learning or a.belonging for a in self.adults)):
            raise fault("wish_needed")
        for areas, at in self._areas():
            if any(VOCABULARY.areas[id].municipality != self.municipality for id in areas):
                raise fault("area_elsewhere", *at, "areas")
        return self

    def _areas(self) -> Iterator[tuple[tuple[str, ...], tuple[str | int, ...]]]:
        """Every wish for areas, and where it stands."""
        if self.home:
            yield self.home.areas, ("home",)
        for nth, pupil in enumerate(self.pupils):
            yield pupil.areas, ("pupils", nth)
        for nth, adult in enumerate(self.adults):
            if adult.belonging:
                yield adult.belonging.areas, ("adults", nth, "belonging")

    def household(
        self, interest_id: UUID, person_ids: tuple[UUID, ...], child_ids: tuple[UUID, ...], now: datetime
    ) -> Home:
        """The household at `now`, with an id for each adult and for each child who needs a place."""
        wish = self.home or HomeBody()
        home = HomeNeeds(**wish.model_dump(), children_born=self.children)
        return Home(
            interest_id=interest_id,
            people=tuple(adult.person(id) for adult, id in zip(self.adults, person_ids, strict=True)),
            wants_home=self.home is not None,
            children=children_band(max(len(self.children), len(self.pupils))),
            home=home if self.home or self.children else None,
            pupils=tuple(body.pupil(id, wish.areas, now) for body, id in zip(self.pupils, child_ids, strict=True)),
        )


class Decline(Strict):
    reason: DeclineReason = "no_reason"


class Withdrawal(Strict):
    reason: WithdrawalReason = "no_reason"


class Stay(Strict):
    """An answer to the question if they live here still; who does not tells when they left."""

    answer: Literal["here", "left"]
    month: Annotated[PastMonth | None, Empty] = None

    @model_validator(mode="after")
    def _who_left_tells_when(self) -> "Stay":
        if self.answer == "left" and self.month is None:
            raise fault("not_when_you_left")
        return self

    @property
    def left(self) -> str | None:
        """The month they left; None when they live here still."""
        return self.month if self.answer == "left" else None


class MoveIn(Strict):
    month: RecentMonth
