"""`opportunities`: what somebody in the municipality offers, and what its owner answers about a household."""

from typing import Literal
from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Allocation, Code, Facts, Language, Month, Published

OPPORTUNITIES = Topic("opportunities", ("intake",))


class OpportunityEvent(Event, topic=OPPORTUNITIES, keyed_by="opportunity_id"):
    pass


class LanguageDemand(Facts):
    language: Language
    level: Literal["basic", "good", "fluent"]


class Vacancy(OpportunityEvent, said=False):
    """A job, whole, as its employer publishes it."""

    opportunity_id: UUID
    partner_id: Code
    reference: Published  # the employer's own
    allocation: Allocation = "owner_decides"
    places: int
    title: Published
    employer: Published
    occupation: Code
    skills_required: tuple[Code, ...] = ()
    skills_merited: tuple[Code, ...] = ()
    languages: tuple[LanguageDemand, ...] = ()
    licences: tuple[Code, ...] = ()
    extent_percent: int = 100
    start: Month | None = None
    area: Code | None = None


class Dwelling(OpportunityEvent, said=False):
    """A home, whole, as its landlord publishes it."""

    opportunity_id: UUID
    partner_id: Code
    reference: Published
    allocation: Allocation
    agreement: Code | None = None  # in a pool: the agreement that hands the quota over
    places: int = 1
    title: Published
    landlord: Published
    rooms: int
    size_m2: int
    rent: int  # SEK a month
    area: Code
    available: Month
    how_to_join: Published | None = None  # queue_bound: how one joins the queue


class VacancyPosted(Vacancy):
    pass


class VacancyChanged(Vacancy):
    pass


class DwellingListed(Dwelling):
    pass


class DwellingChanged(Dwelling):
    pass


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
