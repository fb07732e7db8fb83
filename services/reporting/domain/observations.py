"""Observations: what one event lets us say of a figure, when it happened and when we learned it. Said once, never changed.

Of each figure, subject and part the last word stands, and a final word stands above later ones; nothing counts that
was never said to. So a correction is one more observation, and every figure can be asked as it was known on any day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts import Event, interests, matches, messages, opportunities, partners, rounds
from contracts.messages import Message
from contracts.opportunities import POSTED, Place, kind_of
from reporting.domain.projection import Fact

SWEDEN = ZoneInfo("Europe/Stockholm")
ENDINGS = ("placed", "fell_through", "lapsed")
ENDED_AS: dict[type[Event], str] = {matches.PlacementMade: "placed", matches.OfferLapsed: "lapsed"}


@dataclass(frozen=True)
class Told:
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


class Said(NamedTuple):
    """What an event says, before it is placed."""

    figure: str
    subject_id: UUID
    amount: int = 1
    kind: str = ""
    part: str = ""
    code: str = ""
    final: bool = False


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
    event, at = told.fact.event, told.fact.at
    position = (told.topic, told.partition, told.offset)
    valid_at = min(at, _first_of(event.month)) if isinstance(event, interests.MovedIn) else at
    place = getattr(event, "municipality", told.fact.municipality)
    return [
        Observation(
            *position, s.figure, told.event_id, place, s.kind, s.subject_id, s.part, s.code, valid_at, at, s.amount, s.final
        )
        for s in said(event)
    ]  # fmt: skip


def _first_of(month: str) -> datetime:
    """When a month (`YYYY-MM`) began in Sweden."""
    return datetime.combine(date.fromisoformat(f"{month}-01"), datetime.min.time(), SWEDEN).astimezone(UTC)


def said(event: Event) -> Iterator[Said]:
    """What the event says of each figure that it touches."""
    match event:
        case interests.InterestEvent():
            yield from _of_interest(event)
        case opportunities.OpportunityEvent():
            yield from _of_opportunity(event)
        case matches.OfferEvent():
            yield from _of_offer(event)
        case matches.MatchEvent():
            yield from _of_match(event)
        case rounds.RoundEvent():
            yield from _of_round(event)
        case Message():
            yield Said("mails", event.message_id, int(isinstance(event, messages.MessageSent)), code=_code(event))
        case partners.InputRefused():
            yield Said("refused", event.input_id, code=event.code)


def _of_interest(event: Event) -> Iterator[Said]:
    match event:
        case interests.ConfirmationRequested():
            yield Said("registered", event.interest_id)
        case interests.InterestRegistered():
            yield Said("confirmed", event.interest_id)
        case interests.InterestWithdrawn():
            yield Said("withdrawn", event.interest_id, code=event.reason)
        case interests.MovedIn():
            yield Said("moved_in", event.interest_id)
        case interests.OfferAccepted() | interests.OfferDeclined():
            yes = isinstance(event, interests.OfferAccepted)
            about: dict[str, Any] = {"part": str(event.person_id), "code": _code(event)}
            yield Said("accepted", event.offer_id, int(yes), **about)
            yield Said("declined", event.offer_id, int(not yes), **about)


def _of_opportunity(event: Event) -> Iterator[Said]:
    match event:
        case Place() if isinstance(event, tuple(POSTED.values())):
            yield Said("opportunities", event.opportunity_id, kind=kind_of(event))
        case opportunities.OwnerAnswered():
            yes = event.answer == "yes"
            yield Said("owner_yes", event.offer_id, int(yes), code=_code(event))
            yield Said("owner_refused", event.offer_id, int(not yes), code=_code(event))


def _of_match(event: Event) -> Iterator[Said]:
    match event:
        case matches.MatchProposed():
            yield Said("proposed", event.match_id, kind=event.kind, code=event.band)
        case matches.MatchRetracted():
            yield Said("proposed", event.match_id, 0, event.kind, code=event.reason)
        case matches.MatchReviewed():  # somebody decided: what is retracted after that was a proposal all the same
            yield Said("proposed", event.match_id, 1, event.kind, code=event.reason, final=True)
            yield Said("approved", event.match_id, int(event.decision == "approved"), event.kind, code=event.reason)


def _of_offer(event: matches.OfferEvent) -> Iterator[Said]:
    """An offer has one ending at a time: a later one takes the place of an earlier."""
    if isinstance(event, matches.OfferMade):
        yield Said("introduced", event.offer_id, kind=event.kind)
        return
    ending = ENDED_AS.get(type(event), "fell_through")
    for figure in ENDINGS:
        yield Said(figure, event.offer_id, int(figure == ending), event.kind, code=_code(event))


def _of_round(event: Event) -> Iterator[Said]:
    match event:
        case rounds.RoundAllocated():
            yield Said("rounds", event.round_id)
        case rounds.RoundUndone():
            yield Said("rounds", event.round_id, 0, code=event.reason, final=True)
        case rounds.TrainingNeedFound():
            need = (event.municipality, "job", event.occupation, event.skill, "", event.month or "")
            yield Said("needs", event.round_id, kind="job", part="/".join(need))
        case rounds.ScarcityFound():
            sort = (event.municipality, event.kind, event.sort, "", event.area or "", event.month or "")
            yield Said("needs", event.round_id, kind=event.kind, part="/".join(sort))


def _code(event: Event) -> str:
    """Side and reason, as far as the event tells them."""
    told = (getattr(event, name, None) for name in ("side", "silent", "reason"))
    return "/".join(word for word in told if word)
