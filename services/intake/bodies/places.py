"""What partners publish: a body for each kind of place, whole and without ids, with the organisations that may."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model, model_validator

from contracts.fields import Allocation, Kind
from contracts.partners import Organisation
from intake.bodies.reading import Strict, fault
from intake.bodies.words import (
    AccessibilityId,
    AdaptationId,
    AreaId,
    ComingMonth,
    HoursId,
    InterestId,
    LanguageId,
    Level,
    LicenceId,
    Line,
    MessageId,
    Municipality,
    OccupationId,
    Percent,
    ProfileId,
    Prose,
    SkillId,
    Slug,
    StageId,
    SunLevel,
    SupportId,
    TenureId,
    TimesId,
)

Ids = Field(max_length=40)
Few = Field(max_length=10)
Places = Annotated[int, Field(strict=True, ge=1, le=500)]
Whole = Annotated[Percent, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]


class Demand(Strict):
    language: LanguageId
    level: Level


class PlaceBody(Strict):
    """What every place has. Who asks others to queue or apply says how."""

    kind: ClassVar[Kind]
    of: ClassVar[Organisation]  # who may publish it

    reference: Line
    title: Line
    allocation: Allocation
    agreement: Slug | None = None
    places: Places = 1
    how_to_join: Prose | None = None
    wait_months: Annotated[int, Field(strict=True, ge=0, le=600)] | None = None
    municipality: Municipality = "2580"

    @model_validator(mode="after")
    def _who_queues_knows_how(self) -> "PlaceBody":
        if self.allocation in ("queue_bound", "authority_decides") and self.how_to_join is None:
            raise fault("how_to_join_missing")
        return self


class VacancyBody(PlaceBody):
    """A job."""

    kind: ClassVar[Kind] = "job"
    of = "employer"

    allocation: Literal["owner_decides"] = "owner_decides"
    employer: Line
    occupation: OccupationId
    skills_required: Annotated[tuple[SkillId, ...], Ids] = ()
    skills_merited: Annotated[tuple[SkillId, ...], Ids] = ()
    languages: Annotated[tuple[Demand, ...], Few] = ()
    licences: Annotated[tuple[LicenceId, ...], Few] = ()
    extent_percent: Whole = 100
    start: ComingMonth | None = None
    area: AreaId | None = None
    hours: Annotated[tuple[HoursId, ...], Few] = ()


class EmploymentBody(VacancyBody):
    """A labour-market employment or adapted work."""

    kind = "employment"

    allocation: Literal["owner_decides", "pool", "authority_decides"] = "owner_decides"  # type: ignore[assignment]
    adaptation: Annotated[tuple[AdaptationId, ...], Ids] = ()
    assessment_first: Switch = True


class DwellingBody(PlaceBody):
    """A home."""

    kind, of = "home", "landlord"

    allocation: Literal["owner_decides", "queue_bound", "pool"]
    landlord: Line
    rooms: Annotated[int, Field(strict=True, ge=1, le=20)]
    size_m2: Annotated[int, Field(strict=True, ge=5, le=1000)]
    rent: Annotated[int, Field(strict=True, ge=0, le=100_000)]
    area: AreaId
    available: ComingMonth
    tenure: TenureId = "tenancy"
    accessibility: Annotated[tuple[AccessibilityId, ...], Few] | None = None
    social_purpose: Switch = False


class SchoolPlacesBody(PlaceBody):
    """Places in a preschool or school."""

    kind, of = "school", "school"

    allocation: Literal["authority_decides", "queue_bound", "pool"] = "authority_decides"
    unit: Slug
    stages: Annotated[tuple[StageId, ...], Field(min_length=1, max_length=12)]
    area: AreaId | None = None
    available: ComingMonth | None = None
    profiles: Annotated[tuple[ProfileId, ...], Few] = ()
    support: Annotated[tuple[SupportId, ...], Few] = ()


class CourseBody(PlaceBody):
    """An education."""

    kind, of = "education", "educator"

    allocation: Allocation = "authority_decides"
    provider: Line
    leads_to: Annotated[tuple[OccupationId, ...], Ids] = ()
    teaches: Annotated[tuple[SkillId, ...], Ids] = ()
    level: SunLevel | None = None
    prior: Annotated[tuple[SkillId, ...], Ids] = ()
    languages: Annotated[tuple[Demand, ...], Few] = ()
    pace_percent: Whole = 100
    start: ComingMonth | None = None
    distance: Switch = False


class CircleBody(PlaceBody):
    """People to know."""

    kind, of = "network", "host"

    allocation: Literal["owner_decides", "queue_bound"] = "owner_decides"
    host: Line
    interests: Annotated[tuple[InterestId, ...], Ids] = ()
    languages: Annotated[tuple[LanguageId, ...], Few] = ()
    area: AreaId | None = None
    times: Annotated[tuple[TimesId, ...], Few] = ()


def _message(body: type[PlaceBody], kind: str) -> type[PlaceBody]:
    """The body as it comes on Kafka: `type` and `id` beside it."""
    more: dict[str, Any] = {"type": (Literal[kind], ...), "id": (MessageId, ...)}
    return create_model(f"{body.__name__}_{kind}", __base__=body, **more)


BODIES: dict[str, type[PlaceBody]] = {  # by what they are called at the door
    "vacancy": VacancyBody,
    "employment": EmploymentBody,
    "dwelling": DwellingBody,
    "school_places": SchoolPlacesBody,
    "course": CourseBody,
    "circle": CircleBody,
}
MESSAGES = {name: _message(body, name) for name, body in BODIES.items()}
CHANGES: dict[str, type[PlaceBody]] = {body.kind: _message(body, "change") for body in BODIES.values()}
