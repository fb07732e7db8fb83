"""Keeps what became of an offer: saves it, takes the seat, and lets go of what the outcome makes impossible."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.database import Transaction
from contracts import Event
from contracts.fields import Code
from contracts.matches import OfferLapsed, OfferWithdrawn, PlacementFellThrough, PlacementMade
from matching.domain import offers as domain
from matching.domain.offers import Capacity, Offer
from matching.handlers import proposing
from matching.store import households, offers, pairs, places


async def lock(tx: Transaction, offer_id: UUID) -> tuple[Offer, Capacity] | None:
    """The offer and how full its place is, while nobody else decides about that place. None: nobody made that offer."""
    found = await offers.find(tx, offer_id)
    if found is None:
        return None
    capacity = await places.lock_capacity(tx, found.opportunity_id)
    now = await offers.find(tx, offer_id)  # as it is under the lock
    assert now is not None
    return now, capacity


async def conclude(tx: Transaction, offer: Offer, events: Sequence[Event]) -> list[Event]:
    """Saves an offer and says what became of it. The caller holds the place's lock where a seat may be taken."""
    said: list[Event] = list(events)
    placement = next((event for event in events if isinstance(event, PlacementMade)), None)
    await offers.save(tx, offer, placement.seat if placement else None, _ended_by(events))
    if offer.state != "open":
        await tx.undue(domain.LAPSE, str(offer.offer_id))
    if placement:
        said += await _placed(tx, offer)
    return said


async def withdraw_all(tx: Transaction, open_offers: Iterable[Offer], reason: Code) -> list[Event]:
    said: list[Event] = []
    for offer in open_offers:
        said += await conclude(tx, *domain.withdraw(offer, reason))
    return said


async def _placed(tx: Transaction, offer: Offer) -> list[Event]:
    """The seat is taken; who got it looks no more, and their other offers of that sort go."""
    await places.take_seat(tx, offer.opportunity_id)
    match = await pairs.find(tx, offer.match_id)
    assert match is not None
    seeker, ended = match.pair.seeker, domain.FINDS[offer.kind]
    await households.mark_found(tx, seeker, ended)
    said = await proposing.seek(tx, offer.interest_id, await households.seekers_of(tx, offer.interest_id), "placed")
    said += await withdraw_all(tx, await offers.open_offers_to(tx, seeker, ended), "placed")
    if await places.free_place(tx, offer.opportunity_id) is None:
        said += await proposing.take_away(tx, offer.kind, offer.opportunity_id, "full")
    beside = await places.sharing_a_cap_with(tx, offer.opportunity_id)
    return said + await proposing.offer(tx, *await places.free_among(tx, {*beside, offer.opportunity_id}))


def _ended_by(events: Sequence[Event]) -> str | None:
    for event in events:
        if isinstance(event, OfferLapsed):
            return event.silent
        if isinstance(event, PlacementFellThrough):
            return event.side
        if isinstance(event, OfferWithdrawn):
            return event.reason
    return None
