"""`opportunities`: what somebody in the municipality offers, and what its owner answers about a household."""

from typing import Literal
from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Allocation, Code, Facts, Kind, Language, Month, Published

OPPORTUNITIES = Topic("opportunities", ("intake",))


class OpportunityEvent(Event, topic=OPPORTUNITIES, keyed_by="opportunity_id"):
    pass


class LanguageDemand(Facts):
    language: Language
    level: Literal["basic", "good", "fluent"]


class Place(OpportunityEvent, said=False):
    """What every place is, whole, as its owner publishes it."""

    opportunity_id: UUID
    partner_id: Code
    reference: Published  # the owner's own
    allocation: Allocation
    agreement: Code | None = None  # in a pool: the agreement that hands the quota over
    places: int = 1
    title: Published
    how_to_join: Published | None = None  # queue_bound: how one joins the queue; authority_decides: how one applies
    wait_months: int | None = None  # that one waits there, as its owner says


class Vacancy(Place, said=False):
    """A job."""

    allocation: Allocation = "owner_decides"
    employer: Published
    occupation: Code
    skills_required: tuple[Code, ...] = ()
    skills_merited: tuple[Code, ...] = ()
    languages: tuple[LanguageDemand, ...] = ()
    licences: tuple[Code, ...] = ()
    extent_percent: int = 100
    start: Month | None = None
    area: Code | None = None
    hours: tuple[Code, ...] = ()  # night, weekend, on-call


class Employment(Vacancy, said=False):
    """A labour-market employment or adapted work, and what its workplace offers."""

    adaptation: tuple[Code, ...] = ()
    assessment_first: bool = True  # a named person has to have documented that such a place suits


class Dwelling(Place, said=False):
    """A home."""

    landlord: Published
    rooms: int
    size_m2: int
    rent: int  # SEK a month
    area: Code
    available: Month
    tenure: Code = "tenancy"
    accessibility: tuple[Code, ...] | None = None  # None: the landlord has not said
    social_purpose: bool = False  # such homes are spread over areas


class SchoolPlaces(Place, said=False):
    """Places in a preschool or school."""

    allocation: Allocation = "authority_decides"
    unit: Code
    stages: tuple[Code, ...]
    area: Code | None = None
    available: Month | None = None
    profiles: tuple[Code, ...] = ()
    support: tuple[Code, ...] = ()


class Course(Place, said=False):
    """An education: what it leads to, and what it asks to begin."""

    allocation: Allocation = "authority_decides"
    provider: Published
    leads_to: tuple[Code, ...] = ()
    teaches: tuple[Code, ...] = ()
    level: int | None = None  # SUN 2020, first digit, that it asks
    prior: tuple[Code, ...] = ()
    languages: tuple[LanguageDemand, ...] = ()
    pace_percent: int = 100
    start: Month | None = None
    distance: bool = False


class Circle(Place, said=False):
    """People to know: a contact, an association, a language café."""

    allocation: Allocation = "owner_decides"
    host: Published
    interests: tuple[Code, ...] = ()
    languages: tuple[Language, ...] = ()
    area: Code | None = None
    times: tuple[Code, ...] = ()  # weekday-evening, weekend


class VacancyPosted(Vacancy):
    pass


class VacancyChanged(Vacancy):
    pass


class EmploymentPosted(Employment):
    pass


class EmploymentChanged(Employment):
    pass


class DwellingListed(Dwelling):
    pass


class DwellingChanged(Dwelling):
    pass


class SchoolPlacesOffered(SchoolPlaces):
    pass


class SchoolPlacesChanged(SchoolPlaces):
    pass


class CourseOffered(Course):
    pass


class CourseChanged(Course):
    pass


class CircleOffered(Circle):
    pass


class CircleChanged(Circle):
    pass


SHAPES: dict[Kind, type[Place]] = {
    "job": Vacancy,
    "home": Dwelling,
    "school": SchoolPlaces,
    "education": Course,
    "network": Circle,
    "employment": Employment,
}


def kind_of(place: Place) -> Kind:
    """Which kind a place is. The narrowest shape counts: an employment is a vacancy too."""
    return next(kind for kind, shape in reversed(SHAPES.items()) if isinstance(place, shape))


POSTED: dict[Kind, type[Place]] = {
    "job": VacancyPosted,
    "home": DwellingListed,
    "school": SchoolPlacesOffered,
    "education": CourseOffered,
    "network": CircleOffered,
    "employment": EmploymentPosted,
}
CHANGED: dict[Kind, type[Place]] = {
    "job": VacancyChanged,
    "home": DwellingChanged,
    "school": SchoolPlacesChanged,
    "education": CourseChanged,
    "network": CircleChanged,
    "employment": EmploymentChanged,
}


class OpportunityClosed(OpportunityEvent):
    opportunity_id: UUID
    partner_id: Code
    reason: Code


class OwnerAnswered(OpportunityEvent):
    """The owner of the place says yes or no to the people of one offer."""

    opportunity_id: UUID
    partner_id: Code
    offer_id: UUID
    answer: Literal["yes", "no"]
    reason: Code | None = None
    kind: Kind | None = None  # of the offer; None: said before it was told
