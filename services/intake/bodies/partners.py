"""What partners publish and answer: over HTTP as it stands, on their Kafka topic with `type` and `id` beside it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from intake.bodies.reading import Strict, fault
from intake.bodies.words import (
    AreaId,
    ClosingReason,
    ComingMonth,
    LanguageId,
    Level,
    LicenceId,
    Line,
    MessageId,
    Municipality,
    OccupationId,
    Percent,
    Prose,
    RefusalReason,
    SkillId,
)

Ids = Field(max_length=40)
Places = Annotated[int, Field(strict=True, ge=1, le=500)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class Demand(Strict):
    language: LanguageId
    level: Level


class VacancyBody(Strict):
    """A job, whole; without ids."""

    reference: Line
    title: Line
    employer: Line
    occupation: OccupationId
    skills_required: Annotated[tuple[SkillId, ...], Ids] = ()
    skills_merited: Annotated[tuple[SkillId, ...], Ids] = ()
    languages: Annotated[tuple[Demand, ...], Field(max_length=10)] = ()
    licences: Annotated[tuple[LicenceId, ...], Field(max_length=10)] = ()
    places: Places = 1
    extent_percent: Annotated[Percent, Field(strict=True)] = 100
    start: ComingMonth | None = None
    area: AreaId | None = None
    municipality: Municipality = "2580"


class DwellingBody(Strict):
    """A home, whole; without ids."""

    reference: Line
    title: Line
    landlord: Line
    allocation: Literal["owner_decides", "queue_bound", "pool"]
    agreement: Slug | None = None
    places: Places = 1
    rooms: Annotated[int, Field(strict=True, ge=1, le=20)]
    size_m2: Annotated[int, Field(strict=True, ge=5, le=1000)]
    rent: Annotated[int, Field(strict=True, ge=0, le=100_000)]
    area: AreaId
    available: ComingMonth
    how_to_join: Prose | None = None
    municipality: Municipality = "2580"

    @model_validator(mode="after")
    def _queue_says_how(self) -> "DwellingBody":
        if self.allocation == "queue_bound" and self.how_to_join is None:
            raise fault("how_to_join_missing")
        return self


class Closing(Strict):
    reason: ClosingReason


class OwnersAnswer(Strict):
    answer: Literal["yes", "no"]
    reason: RefusalReason | None = None

    @model_validator(mode="after")
    def _no_has_a_reason(self) -> "OwnersAnswer":
        if self.answer == "no" and self.reason is None:
            raise fault("reason_needed")
        return self


class VacancyMessage(VacancyBody):
    type: Literal["vacancy"]
    id: MessageId


class DwellingMessage(DwellingBody):
    type: Literal["dwelling"]
    id: MessageId


class ChangedVacancy(VacancyBody):
    type: Literal["change"]
    id: MessageId


class ChangedDwelling(DwellingBody):
    type: Literal["change"]
    id: MessageId


class ClosingMessage(Closing):
    type: Literal["close"]
    id: MessageId
    reference: Line


class AnswerMessage(OwnersAnswer):
    type: Literal["answer"]
    id: MessageId
    offer_id: UUID
