"""An offer, from the coordinator's decision to both sides' yes: what an answer, silence or a closing makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.event import Event
from contracts.fields import Allocation, Kind
from contracts.matches import (
    AcceptanceTooLate,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
)

State = Literal["open", "placed", "too_late", "fell_through", "lapsed", "withdrawn"]
Refusal = Literal["closed", "full", "pool_spoken_for"]
Outcome = tuple["Offer", Sequence[Event]]
# What nobody looks for any more who has found something of this kind. People to know one can have many of.
FINDS: Mapping[Kind, tuple[Kind, ...]] = {
    "job": ("job", "employment"),
    "employment": ("job", "employment"),
    "home": ("home",),
    "school": ("school",),
    "education": ("education",),
    "network": (),
}
LAPSE = "offer_lapses"  # what is due when an offer's time goes out


@dataclass(frozen=True)
class Capacity:
    """How full a place is, read under its row's lock. `offered` = offers that are open now."""

    allocation: Allocation
    is_open: bool
    places: int
    taken: int
    offered: int = 0

    @property
    def left(self) -> int:
        return self.places - self.taken


@dataclass(frozen=True)
class Offer:
    """Whom was offered what, and who has said yes. `people` are the adults whose yes is needed."""

    offer_id: UUID
    match_id: UUID
    interest_id: UUID
    opportunity_id: UUID
    partner_id: str
    kind: Kind
    people: tuple[UUID, ...]
    answer_by: datetime  # platform time
    state: State = "open"
    people_yes: frozenset[UUID] = frozenset()
    owner_yes: bool = False

    @property
    def all_yes(self) -> bool:
        return self.owner_yes and self.people_yes >= set(self.people)

    def listens_to(self, who: UUID | str) -> bool:
        """Whether an answer of this adult, or this partner, counts: it is theirs to give, and the offer is open."""
        return self.state == "open" and (who in self.people or who == self.partner_id)


def refusal(capacity: Capacity) -> Refusal | None:
    """Why an introduction can't be made, or None. What a pool's owner handed over is never promised twice."""
    if not capacity.is_open:
        return "closed"
    if capacity.left <= 0:
        return "full"
    if capacity.allocation == "pool" and capacity.offered >= capacity.left:
        return "pool_spoken_for"
    return None


def made(offer: Offer) -> OfferMade:
    """The introduction, as it is told to both sides."""
    return OfferMade(match_id=offer.match_id, answer_by=offer.answer_by, **_about(offer))


def person_answers(offer: Offer, person: UUID, yes: bool, reason: str, capacity: Capacity) -> Outcome:
    """What an adult's answer makes of the offer. One no is a no; nothing is heard of an ended offer or from a stranger."""
    if not offer.listens_to(person):
        return offer, ()
    if not yes:
        return _fell_through(offer, "person", reason)
    return _after_yes(replace(offer, people_yes=offer.people_yes | {person}), capacity)


def owner_answers(offer: Offer, partner: str, yes: bool, reason: str, capacity: Capacity) -> Outcome:
    """What the owner's answer makes of the offer. Only the place's own owner is heard, while the offer is open."""
    if not offer.listens_to(partner):
        return offer, ()
    if not yes:
        return _fell_through(offer, "owner", reason)
    return _after_yes(replace(offer, owner_yes=True), capacity)


def lapse(offer: Offer) -> Outcome:
    """Nobody waits any longer."""
    if offer.state != "open":
        return offer, ()
    people_silent = not offer.people_yes >= set(offer.people)
    silent: Literal["person", "owner", "both"] = (
        "owner" if not people_silent else "person" if offer.owner_yes else "both"
    )
    return replace(offer, state="lapsed"), (OfferLapsed(silent=silent, **_about(offer)),)


def withdraw(offer: Offer, reason: str) -> Outcome:
    """The offer can't stand: the place closed, the household went, or somebody found a place elsewhere."""
    if offer.state != "open":
        return offer, ()
    return replace(offer, state="withdrawn"), (OfferWithdrawn(reason=reason, **_about(offer)),)


def _after_yes(offer: Offer, capacity: Capacity) -> Outcome:
    if not offer.all_yes:
        return offer, ()
    if not capacity.is_open or capacity.left <= 0:
        return replace(offer, state="too_late"), (AcceptanceTooLate(**_about(offer)),)
    return replace(offer, state="placed"), (PlacementMade(seat=capacity.taken + 1, **_about(offer)),)


def _fell_through(offer: Offer, side: Literal["person", "owner"], reason: str) -> Outcome:
    return replace(offer, state="fell_through"), (PlacementFellThrough(side=side, reason=reason, **_about(offer)),)


def _about(offer: Offer) -> dict:
    names = ("offer_id", "interest_id", "opportunity_id", "partner_id", "kind", "people")
    return {name: getattr(offer, name) for name in names}
