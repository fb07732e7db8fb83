"""Observations: what one event lets us say of a figure, when it happened and when we learned it. Said once, never changed.

Of each figure, subject and part the last word stands, and a final word stands above later ones; nothing counts that
was never said to. So a correction is one more observation, and every figure can be asked as it was known on any day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts import Event, interests, matches, messages, opportunities, partners, rounds
from contracts.opportunities import POSTED, kind_of
from reporting.domain.lives import LIVES
from reporting.domain.projection import Fact
from reporting.domain.said import Said, Says

SWEDEN = ZoneInfo("Europe/Stockholm")
ENDINGS = ("placed", "fell_through", "lapsed")
MONTHLY = (interests.MovedIn, interests.HouseholdLeft)  # of their day only the month is told
NEEDS = (rounds.TrainingNeedFound, rounds.ScarcityFound)  # they name the municipality themselves


class Told(NamedTuple):
    """A fact, and the record that told it: `offset` in a partition of a topic."""

    topic: str
    partition: int
    offset: int
    event_id: UUID
    fact: Fact


class Observation(NamedTuple):
    """One row, in the order of the table's columns. `kind` is '' where the event doesn't tell it."""

    topic: str
    partition: int
    offset: int
    figure: str
    event_id: UUID
    municipality: str
    kind: str
    subject_id: UUID  # the household, place, proposal, offer, message, round …
    part: str  # which of the subject: the adult who answered, the need; '' is all of it
    code: str  # the reason, side or band, where the event tells one
    valid_at: datetime  # when it happened
    recorded_at: datetime  # when it was told
    amount: int  # 1: it counts, 0: it doesn't
    final: bool  # stands, whatever is said later


@dataclass(frozen=True)
class Counted:
    """How much of a figure there was of one kind, in the asked order of the road."""

    figure: str
    kind: str
    count: int


@dataclass(frozen=True)
class Revised:
    """A figure of one kind that was known as `then`, and is known as `now`."""

    figure: str
    kind: str
    then: int
    now: int


@dataclass(frozen=True)
class Source:
    """The observation that first made one subject count."""

    valid_at: datetime
    recorded_at: datetime
    municipality: str
    kind: str
    subject_id: UUID
    event_id: UUID
    topic: str
    partition: int
    offset: int


def observations(told: Told) -> list[Observation]:
    """What one event says, from itself alone: the same in any batches, live and replayed. Empty where no figure needs it."""
    event: Any = told.fact.event
    at = told.fact.at
    place = event.municipality if type(event) in NEEDS else told.fact.municipality
    valid_at = min(at, _first_of(event.month)) if isinstance(event, MONTHLY) else at
    return [
        Observation(
            told.topic, told.partition, told.offset, figure, told.event_id, place, kind, subject, part, code,
            valid_at, at, amount, final,
        )
        for figure, subject, amount, kind, part, code, final in _said(event)
    ]  # fmt: skip


def _said(event: Event) -> list[Said]:
    """What it says of figures, and of lives."""
    return [said for says in (SAYS, LIVES) if (say := says.get(type(event))) for said in say(event)]


def _first_of(month: str) -> datetime:
    """When a month (`YYYY-MM`) began in Sweden."""
    return datetime.combine(date.fromisoformat(f"{month}-01"), datetime.min.time(), SWEDEN).astimezone(UTC)


def _answered(event: interests.OfferAccepted | interests.OfferDeclined) -> list[Said]:
    yes = isinstance(event, interests.OfferAccepted)
    told: dict[str, Any] = {
        "kind": event.kind or "",
        "part": str(event.person_id),
        "code": getattr(event, "reason", ""),
    }
    return [Said("accepted", event.offer_id, int(yes), **told), Said("declined", event.offer_id, int(not yes), **told)]


def _owner_answered(event: opportunities.OwnerAnswered) -> list[Said]:
    yes = event.answer == "yes"
    told: dict[str, Any] = {"kind": event.kind or "", "code": event.reason or ""}
    return [
        Said("owner_yes", event.offer_id, int(yes), **told),
        Said("owner_refused", event.offer_id, int(not yes), **told),
    ]


def _reviewed(event: matches.MatchReviewed) -> list[Said]:
    """Somebody decided: what is retracted after that was a proposal all the same."""
    return [
        Said("proposed", event.match_id, 1, event.kind, code=event.reason, final=True),
        Said("approved", event.match_id, int(event.decision == "approved"), event.kind, code=event.reason),
    ]


def _ended(figure: str, code: Callable[[Any], str]) -> Says:
    """An offer has one ending at a time: a later one takes the place of an earlier."""
    return lambda e: [Said(each, e.offer_id, int(each == figure), e.kind, code=code(e)) for each in ENDINGS]


def _lacking(event: rounds.TrainingNeedFound) -> list[Said]:
    need = (event.municipality, "job", event.occupation, event.skill, "", event.month or "")
    return [Said("needs", event.round_id, kind="job", part="/".join(need))]


def _scarce(event: rounds.ScarcityFound) -> list[Said]:
    sort = (event.municipality, event.kind, event.sort, "", event.area or "", event.month or "")
    return [Said("needs", event.round_id, kind=event.kind, part="/".join(sort))]


SAYS: dict[type[Event], Says] = {  # what each event says of each figure that it touches
    interests.ConfirmationRequested: lambda e: [Said("registered", e.interest_id)],
    interests.InterestRegistered: lambda e: [Said("confirmed", e.interest_id)],
    interests.InterestWithdrawn: lambda e: [Said("withdrawn", e.interest_id, code=e.reason)],
    interests.MovedIn: lambda e: [Said("moved_in", e.interest_id)],
    interests.OfferAccepted: _answered,
    interests.OfferDeclined: _answered,
    **{posted: lambda e: [Said("opportunities", e.opportunity_id, kind=kind_of(e))] for posted in POSTED.values()},
    opportunities.OwnerAnswered: _owner_answered,
    matches.MatchProposed: lambda e: [Said("proposed", e.match_id, kind=e.kind, code=e.band)],
    matches.MatchRetracted: lambda e: [Said("proposed", e.match_id, 0, e.kind, code=e.reason)],
    matches.MatchReviewed: _reviewed,
    matches.OfferMade: lambda e: [Said("introduced", e.offer_id, kind=e.kind)],
    matches.PlacementMade: _ended("placed", lambda e: ""),
    matches.OfferLapsed: _ended("lapsed", lambda e: e.silent),
    matches.PlacementFellThrough: _ended("fell_through", lambda e: f"{e.side}/{e.reason}"),
    matches.OfferWithdrawn: _ended("fell_through", lambda e: f"withdrawn/{e.reason}"),
    matches.AcceptanceTooLate: _ended("fell_through", lambda e: "too_late"),
    rounds.RoundAllocated: lambda e: [Said("rounds", e.round_id)],
    rounds.RoundUndone: lambda e: [Said("rounds", e.round_id, 0, code=e.reason, final=True)],
    rounds.TrainingNeedFound: _lacking,
    rounds.ScarcityFound: _scarce,
    messages.MessageSent: lambda e: [Said("mails", e.message_id)],
    messages.MessageUncertain: lambda e: [Said("mails", e.message_id, 0, code="uncertain")],
    messages.MessageFailed: lambda e: [Said("mails", e.message_id, 0, code=f"failed/{e.reason}")],
    messages.MessageSuppressed: lambda e: [Said("mails", e.message_id, 0, code=f"suppressed/{e.reason}")],
    partners.InputRefused: lambda e: [Said("refused", e.input_id, code=e.code)],
}
