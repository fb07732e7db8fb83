"""`interests`: one household's wish to live in one municipality, from the first mail to the day they have moved in."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event, Topic
from contracts.fields import Band, Code, Facts, Language, Month, OccupationGroup, Sealed

INTERESTS = Topic("interests", ("intake",))


class InterestEvent(Event, topic=INTERESTS, keyed_by="interest_id"):
    pass


class LanguageSkill(Facts):
    language: Language
    level: Literal["basic", "good", "fluent"]


class AdultNeeds(Facts):
    """What one adult looks for, in its exact form. Sealed with the adult's own key."""

    occupations: tuple[Code, ...]  # vocabulary ids, the most wanted first
    skills: tuple[Code, ...] = ()
    languages: tuple[LanguageSkill, ...] = ()
    licences: tuple[Code, ...] = ()
    extent_percent: int = 100  # of full time
    start: Month | None = None  # can begin from


class HomeNeeds(Facts):
    """What home the household looks for, and its children. Sealed with the household's key (subject = interest id)."""

    rooms_min: int = 1
    rent_max: int | None = None  # SEK a month
    areas: tuple[Code, ...] = ()  # vocabulary areas; none = anywhere
    from_month: Month | None = None
    children_born: tuple[Month, ...] = ()


class Adult(Facts):
    """A confirmed adult."""

    person_id: UUID
    language: Language
    wants_work: bool
    groups: tuple[OccupationGroup, ...] = ()
    needs: Sealed[AdultNeeds]


class Awaited(Facts):
    """An adult who has not confirmed: all that may be known of them."""

    person_id: UUID
    language: Language


class Household(InterestEvent, said=False):
    """The household as it stands: registered and changed say the whole of it."""

    interest_id: UUID
    adults: Annotated[tuple[Adult, ...], Field(min_length=1)]
    awaited: tuple[Awaited, ...] = ()
    wants_home: bool
    children: Band  # "0", "1-2", "3+"
    home: Sealed[HomeNeeds] | None = None


class ConfirmationRequested(InterestEvent):
    """An adult is asked, by mail, to confirm that they want to be registered. Nothing else is known outside intake."""

    interest_id: UUID
    person_id: UUID
    language: Language


class InterestRegistered(Household):
    """The one who wrote has confirmed: from now on the household can be matched."""


class InterestChanged(Household):
    """A second adult confirmed, or somebody changed what they look for."""


class OfferAccepted(InterestEvent):
    interest_id: UUID
    offer_id: UUID
    person_id: UUID


class OfferDeclined(InterestEvent):
    interest_id: UUID
    offer_id: UUID
    person_id: UUID
    reason: Code


class MovedIn(InterestEvent):
    """The household says that it lives here now."""

    interest_id: UUID
    month: Month


class InterestWithdrawn(InterestEvent):
    interest_id: UUID
    reason: Code


class RegistrationLapsed(InterestEvent):
    """Nobody confirmed in time; intake has deleted what was written."""

    interest_id: UUID
