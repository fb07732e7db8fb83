"""`matches`: from a proposal to a placement. A named person decides, and both sides say yes, before it is made."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Band, Code, Facts, Kind, Published, Sealed

MATCHES = Topic("matches", ("matching",))


class MatchEvent(Event, topic=MATCHES, keyed_by="interest_id"):
    pass


class Reason(Facts):
    """One addend of a score: what spoke for the match, how much of how much, and what nobody has said."""

    code: Code
    points: int
    about: tuple[Code, ...] = ()  # vocabulary ids the reason speaks of
    side: Literal["fit", "wish"] = "fit"  # what the place asks, or what the seeker wishes
    possible: int = 1000  # points, had all of it been met
    missing: tuple[Code, ...] = ()  # what is asked and not there
    ask: Literal["seeker", "owner"] | None = None  # who can say what is unsaid


class Reasons(Facts):
    """Why these two fit. The points sum to the score, 0 to 1000."""

    score: int
    reasons: tuple[Reason, ...]
    vocabulary: int


class MadeFrom(Facts):
    """Which versions a proposal was made from: of the household's stream on `interests`, of the place's on `opportunities`.

    `assessment`: of the household's stream on `matches`, where somebody had documented that such a place suits.
    """

    vocabulary: int
    interest: int
    opportunity: int
    assessment: int | None = None


class MatchProposed(MatchEvent):
    """Somebody and a place, worth a coordinator's look; said again when the reasons change."""

    match_id: UUID
    interest_id: UUID
    opportunity_id: UUID
    kind: Kind
    person_id: UUID | None  # the adult; none where the household as a whole seeks, or one of its children
    child_id: UUID | None = None
    band: Band  # "400-599", "600-799", "800-1000"
    reasons: Sealed[Reasons]
    made_from: MadeFrom | None = None  # None: one of the two was last heard before versions were kept


class MatchRetracted(MatchEvent):
    match_id: UUID
    interest_id: UUID
    opportunity_id: UUID
    kind: Kind
    reason: Code


class MatchReviewed(MatchEvent):
    """A coordinator (the envelope's actor) decided."""

    match_id: UUID
    interest_id: UUID
    opportunity_id: UUID
    kind: Kind
    decision: Literal["approved", "rejected"]
    reason: Code


class ReferralMade(MatchEvent):
    """A coordinator (the envelope's actor) tells the household how to join a queue, or how to apply to who decides."""

    match_id: UUID
    interest_id: UUID
    opportunity_id: UUID
    partner_id: Code
    kind: Kind
    people: tuple[UUID, ...]  # the adults who are told
    way: Literal["join_queue", "refer"]
    how_to_join: Published | None = None  # None: nobody has said; ask the owner
    wait_months: int | None = None


class Assessment(Facts):
    """Where the written assessment lies, who made it in which role, when. Never what it says."""

    reference: Code
    role: Code
    made: date


class SuitabilityAssessed(MatchEvent):
    """A named person (the envelope's actor) has documented that an adapted place suits an adult."""

    interest_id: UUID
    person_id: UUID
    assessment: Sealed[Assessment]


class OfferEvent(MatchEvent, said=False):
    """What every event of an offer says: whom, about what, whose."""

    offer_id: UUID
    interest_id: UUID
    opportunity_id: UUID
    partner_id: Code
    kind: Kind
    people: tuple[UUID, ...]  # the adults whose yes is needed


class OfferMade(OfferEvent):
    """The introduction: both sides are asked, in any order, until `answer_by` (platform time)."""

    match_id: UUID
    answer_by: datetime


class OfferWithdrawn(OfferEvent):
    """The offer can't stand: the place closed, the household withdrew, or somebody was erased."""

    reason: Code


class OfferLapsed(OfferEvent):
    """Time went out while somebody had not answered."""

    silent: Literal["person", "owner", "both"]


class AcceptanceTooLate(OfferEvent):
    """Both said yes, and the last place had gone to someone else: the truthful answer."""


class PlacementMade(OfferEvent):
    """Both sides said yes and a place was left. `seat` is the place's running number, 1 to places."""

    seat: int


class PlacementFellThrough(OfferEvent):
    """One side said no."""

    side: Literal["person", "owner"]
    reason: Code
