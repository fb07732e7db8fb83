"""What intake hears: how offers fare, for the own page and for the partner's view and `.out` topic; and what is due."""

from uuid import UUID

from chassis.consumer import Consumer, Due
from chassis.database import Transaction
from contracts.matches import (
    AcceptanceTooLate,
    OfferEvent,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
)
from intake import households as doing
from intake import staying
from intake.domain.bands import band_of
from intake.store import households, offers, opportunities

consumer = Consumer("intake")

ENDS: dict[type[OfferEvent], str] = {
    OfferWithdrawn: "withdrawn",
    OfferLapsed: "lapsed",
    AcceptanceTooLate: "too_late",
    PlacementMade: "placed",
    PlacementFellThrough: "fell_through",
}


@consumer.on(OfferMade)
async def show_offer(event: OfferMade, tx: Transaction) -> None:
    await offers.keep(tx, event)
    await _tell_owner(tx, event, "offer_made", answer_by=event.answer_by.isoformat(), band=await _band(tx, event))


@consumer.on(*ENDS)
async def show_end(event: OfferEvent, tx: Transaction) -> None:
    reason = getattr(event, "reason", None) or getattr(event, "silent", None)
    if not await offers.end(tx, event.offer_id, ENDS[type(event)], reason):
        raise LookupError("an offer ended that was never made")
    name = {PlacementMade: "placement_made", PlacementFellThrough: "placement_fell_through"}
    await _tell_owner(tx, event, name.get(type(event), f"offer_{ENDS[type(event)]}"), reason=reason)


async def _band(tx: Transaction, event: OfferMade) -> str:
    found = await households.people(tx, event.people)
    here = [found[person] for person in event.people if person in found]
    return band_of(event.kind, [person for person, _ in here], here[0][1].children if here else "0")


async def _tell_owner(tx: Transaction, event: OfferEvent, what: str, **more: str | None) -> None:
    """Plain JSON on the partner's own topic: ids, bands and a path at our door; never a name."""
    place = await opportunities.by_id(tx, event.partner_id, event.opportunity_id)
    tx.publish_raw(
        f"partner.{event.partner_id}.out",
        str(event.opportunity_id),
        {
            "type": what,
            "offer_id": str(event.offer_id),
            "opportunity_id": str(event.opportunity_id),
            "reference": place.reference if place else None,
            "link": f"/partner/offers/{event.offer_id}",
            **{name: value for name, value in more.items() if value is not None},
        },
    )


@consumer.when_due(doing.LAPSE)
async def lapse_registration(due: Due, tx: Transaction) -> None:
    await doing.lapse(tx, UUID(due.key))


@consumer.when_due(staying.ASK)
async def ask_if_still_here(due: Due, tx: Transaction) -> None:
    await staying.ask(tx, due)
