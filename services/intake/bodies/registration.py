"""A household's registration, and the domain's form of it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.interests import AdultNeeds, HomeNeeds, LanguageSkill
from contracts.vocabulary import MEANT, VOCABULARY, find_occupations
from intake.bodies.reading import Strict, fault
from intake.bodies.words import (
    Address,
    AreaId,
    ChildsMonth,
    ComingMonth,
    DeclineReason,
    Empty,
    LanguageId,
    Level,
    LicenceId,
    Municipality,
    Name,
    OccupationId,
    Percent,
    Phone,
    RecentMonth,
    SkillId,
    WithdrawalReason,
    Words,
)
from intake.domain.household import Home, Particulars, Person, children_band

MEANINGS = 3  # of one person's words, at most


class Occupation(Strict):
    """Either an id of the vocabulary or the person's own words."""

    id: OccupationId | None = None
    words: Words | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Occupation":
        if (self.id is None) == (self.words is None):
            raise fault("id_or_words")
        return self


class Speaks(Strict):
    language: LanguageId
    level: Level


class AdultBody(Strict):
    name: Name
    email: Address
    phone: Annotated[Phone | None, Empty] = None
    language: Literal["sv", "en"] = "sv"
    wants_work: Annotated[bool, Field(strict=True)] = True
    occupations: Annotated[tuple[Occupation, ...], Field(max_length=5)] = ()
    skills: Annotated[tuple[SkillId, ...], Field(max_length=40)] = ()
    languages: Annotated[tuple[Speaks, ...], Field(max_length=10)] = ()
    licences: Annotated[tuple[LicenceId, ...], Field(max_length=10)] = ()
    extent_percent: Percent = 100
    start: Annotated[ComingMonth | None, Empty] = None
    about: Annotated[Words | None, Empty] = None  # for the coordinator

    @model_validator(mode="after")
    def _work_is_something(self) -> "AdultBody":
        if self.wants_work and not self.occupations:
            raise fault("occupation_needed")
        return self

    def person(self, person_id: UUID) -> Person:
        """Own words become the occupations they mean; what means none is kept beside them, for the coordinator."""
        meant = [_meant(occupation) for occupation in self.occupations]
        occupations = tuple(dict.fromkeys(id for ids in meant for id in ids))
        needs = AdultNeeds(
            occupations=occupations,
            skills=self.skills,
            languages=tuple(LanguageSkill(language=s.language, level=s.level) for s in self.languages),
            licences=self.licences,
            extent_percent=self.extent_percent,
            start=self.start,
        )
        particulars = Particulars(
            name=self.name,
            email=self.email,
            phone=self.phone,
            words=tuple(words for words in (*(o.words for o in self.occupations), self.about) if words),
            needs=needs,
        )
        groups = tuple(dict.fromkeys(VOCABULARY.occupations[id].group for id in occupations))
        return Person(person_id, self.language, self.wants_work, False, particulars, groups)


class HomeBody(Strict):
    rooms_min: Annotated[int, Field(ge=1, le=10)] = 1
    rent_max: Annotated[int, Field(ge=500, le=100_000)] | None = None  # SEK a month
    areas: Annotated[tuple[AreaId, ...], Field(max_length=40)] = ()
    from_month: Annotated[ComingMonth | None, Empty] = None


class Registration(Strict):
    """One household, one or two adults; the first is the one who writes."""

    municipality: Municipality = "2580"
    adults: Annotated[tuple[AdultBody, ...], Field(min_length=1, max_length=2)]
    children: Annotated[tuple[ChildsMonth, ...], Field(max_length=12)] = ()
    home: HomeBody | None = None
    consent: Annotated[bool, Field(strict=True)]

    @model_validator(mode="after")
    def _is_a_wish(self) -> "Registration":
        if not self.consent:
            raise fault("consent_needed")
        if len({adult.email.lower() for adult in self.adults}) < len(self.adults):
            raise fault("same_address")
        if self.home is None and not any(adult.wants_work for adult in self.adults):
            raise fault("wish_needed")
        if any(VOCABULARY.areas[id].municipality != self.municipality for id in (self.home.areas if self.home else ())):
            raise fault("area_elsewhere")
        return self

    def household(self, interest_id: UUID, person_ids: tuple[UUID, ...]) -> Home:
        """The household, with an id for each adult."""
        wish = self.home or HomeBody()
        home = HomeNeeds(
            rooms_min=wish.rooms_min,
            rent_max=wish.rent_max,
            areas=wish.areas,
            from_month=wish.from_month,
            children_born=self.children,
        )
        return Home(
            interest_id=interest_id,
            people=tuple(adult.person(id) for adult, id in zip(self.adults, person_ids, strict=True)),
            wants_home=self.home is not None,
            children=children_band(len(self.children)),
            home=home if self.home or self.children else None,
        )


class Decline(Strict):
    reason: DeclineReason = "no_reason"


class Withdrawal(Strict):
    reason: WithdrawalReason = "no_reason"


class MoveIn(Strict):
    month: RecentMonth


def _meant(occupation: Occupation) -> tuple[str, ...]:
    if occupation.id is not None:
        return (occupation.id,)
    found = find_occupations(occupation.words or "")
    return tuple(id for id, sure in found[:MEANINGS] if sure >= MEANT)
