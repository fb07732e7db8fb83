"""What people wish for beside a home: work in their own words, learning, others to know, a place for a child."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from contracts.interests import BelongingNeeds, ChildNeeds, LanguageSkill, LearningNeeds
from contracts.vocabulary import MEANT, find_occupations
from intake.bodies.reading import Strict, fault
from intake.bodies.words import (
    AreaId,
    ChildsMonth,
    ComingMonth,
    Empty,
    InterestId,
    LanguageId,
    Level,
    OccupationId,
    Percent,
    ProfileId,
    SkillId,
    Slug,
    StageId,
    SunLevel,
    SupportId,
    TimesId,
    Words,
)
from intake.domain.household import Pupil
from intake.domain.schooling import stage_in

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


def meant(occupations: tuple[Occupation, ...]) -> tuple[str, ...]:
    """The occupations that ids and own words mean, in order, each once."""
    return tuple(dict.fromkeys(id for occupation in occupations for id in _meanings(occupation)))


def _meanings(occupation: Occupation) -> tuple[str, ...]:
    if occupation.id is not None:
        return (occupation.id,)
    found = find_occupations(occupation.words or "")
    return tuple(id for id, sure in found[:MEANINGS] if sure >= MEANT)


class Speaks(Strict):
    language: LanguageId
    level: Level


class LearningBody(Strict):
    """What an adult wants to learn; what they speak is told beside it."""

    occupations: Annotated[tuple[Occupation, ...], Field(max_length=5)] = ()  # that they want to reach
    skills_wanted: Annotated[tuple[SkillId, ...], Field(max_length=40)] = ()
    level: Annotated[SunLevel | None, Empty] = None  # of what they have finished
    prior: Annotated[tuple[SkillId, ...], Field(max_length=40)] = ()
    pace_percent: Percent = 100
    start: Annotated[ComingMonth | None, Empty] = None
    distance_suits: Annotated[bool, Field(strict=True)] = True

    def needs(self, languages: tuple[LanguageSkill, ...]) -> LearningNeeds:
        told = self.model_dump(exclude={"occupations"})
        return LearningNeeds(**told, occupations=meant(self.occupations), languages=languages)


class BelongingBody(Strict):
    """What an adult would like to do with others; in the languages they speak where they name none."""

    interests: Annotated[tuple[InterestId, ...], Field(max_length=20)] = ()
    languages: Annotated[tuple[LanguageId, ...], Field(max_length=10)] = ()
    areas: Annotated[tuple[AreaId, ...], Field(max_length=40)] = ()
    times: Annotated[tuple[TimesId, ...], Field(max_length=10)] = ()

    def needs(self, languages: tuple[LanguageSkill, ...]) -> BelongingNeeds:
        spoken = self.languages or tuple(skill.language for skill in languages)
        return BelongingNeeds(**self.model_dump(exclude={"languages"}), languages=spoken)


class PupilBody(Strict):
    """A child who needs a preschool or school place. The stage follows from the month of birth where it is not said."""

    born: Annotated[ChildsMonth | None, Empty] = None
    stage: Annotated[StageId | None, Empty] = None
    from_month: Annotated[ComingMonth | None, Empty] = None
    areas: Annotated[tuple[AreaId, ...], Field(max_length=40)] = ()  # none: where the household wants to live
    units_of_siblings: Annotated[tuple[Slug, ...], Field(max_length=10)] = ()
    profiles: Annotated[tuple[ProfileId, ...], Field(max_length=10)] = ()
    support: Annotated[tuple[SupportId, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _age_is_known(self) -> "PupilBody":
        if self.born is None and self.stage is None:
            raise fault("stage_needed")
        return self

    def pupil(self, child_id: UUID, areas: tuple[str, ...], now: datetime) -> Pupil:
        """The child by an id of its own. The month of birth is not kept with it."""
        stage = self.stage or stage_in(self.born or "", self.from_month or f"{now:%Y-%m}")
        told = self.model_dump(exclude={"born", "stage", "areas"})
        return Pupil(child_id=child_id, needs=ChildNeeds(**told, stage=stage, areas=self.areas or areas))
