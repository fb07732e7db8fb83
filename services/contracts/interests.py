"""`interests`: one household's wish to live in one municipality, from the first mail to the day they have moved in."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event, Topic
from contracts.fields import Band, Code, Facts, Kind, Language, Month, OccupationGroup, Sealed

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
    commute_max: int | None = None  # minutes, one way
    hours_refused: tuple[Code, ...] = ()  # night, weekend, on-call
    adapted_work: bool = False  # looks for labour-market employment or adapted work too
    adaptation: tuple[Code, ...] = ()  # what has to be there to be able to work; never why


class LearningNeeds(Facts):
    """What one adult wants to learn. Sealed with the adult's own key."""

    occupations: tuple[Code, ...] = ()  # that they want to reach
    skills_wanted: tuple[Code, ...] = ()
    level: int | None = None  # SUN 2020, first digit, of what they have finished
    prior: tuple[Code, ...] = ()  # courses and skills they have
    languages: tuple[LanguageSkill, ...] = ()
    pace_percent: int = 100
    start: Month | None = None
    distance_suits: bool = True


class BelongingNeeds(Facts):
    """What one adult would like to do with others. Sealed with the adult's own key."""

    interests: tuple[Code, ...] = ()
    languages: tuple[Language, ...] = ()
    areas: tuple[Code, ...] = ()
    times: tuple[Code, ...] = ()  # weekday-evening, weekend


class ChildNeeds(Facts):
    """What place one child needs: a stage, not a date of birth. Sealed with the household's key."""

    stage: Code  # preschool, f, 1 to 9, upper-secondary
    from_month: Month | None = None
    areas: tuple[Code, ...] = ()
    units_of_siblings: tuple[Code, ...] = ()
    profiles: tuple[Code, ...] = ()  # mother tongue teaching, music
    support: tuple[Code, ...] = ()  # what the child needs to take part; never why


class HomeNeeds(Facts):
    """What home the household looks for, and its children. Sealed with the household's key (subject = interest id)."""

    rooms_min: int = 1
    rent_max: int | None = None  # SEK a month
    areas: tuple[Code, ...] = ()  # vocabulary areas; none = anywhere
    from_month: Month | None = None
    children_born: tuple[Month, ...] = ()
    tenures: tuple[Code, ...] = ()  # tenancy, co-op, owned; none = any
    accessibility: tuple[Code, ...] = ()  # what the home has to have: step-free, lift


class Adult(Facts):
    """A confirmed adult."""

    person_id: UUID
    language: Language
    wants_work: bool
    groups: tuple[OccupationGroup, ...] = ()
    needs: Sealed[AdultNeeds]
    consents: bool = True  # to be matched; without it the interest is kept and waits
    shares: bool = True  # what they look for, with those who offer it
    learning: Sealed[LearningNeeds] | None = None  # wants to study
    belonging: Sealed[BelongingNeeds] | None = None  # wants to get to know people


class Awaited(Facts):
    """An adult who has not confirmed: all that may be known of them."""

    person_id: UUID
    language: Language


class Child(Facts):
    """A child who needs a preschool or school place."""

    child_id: UUID
    needs: Sealed[ChildNeeds]


class Household(InterestEvent, said=False):
    """The household as it stands: registered and changed say the whole of it."""

    interest_id: UUID
    adults: Annotated[tuple[Adult, ...], Field(min_length=1)]
    awaited: tuple[Awaited, ...] = ()
    wants_home: bool
    children: Band  # "0", "1-2", "3+"
    home: Sealed[HomeNeeds] | None = None
    pupils: tuple[Child, ...] = ()


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
    kind: Kind | None = None  # of the offer; None: said before it was told


class OfferDeclined(InterestEvent):
    interest_id: UUID
    offer_id: UUID
    person_id: UUID
    reason: Code
    kind: Kind | None = None  # of the offer; None: said before it was told


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
