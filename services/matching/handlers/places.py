"""What partners offer: new, changed, closed."""

from chassis.database import Transaction
from contracts import Event
from contracts.opportunities import DwellingChanged, DwellingListed, OpportunityClosed, VacancyChanged, VacancyPosted
from matching.handlers import offering, proposing
from matching.handlers.consumer import consumer
from matching.store import offers, places


@consumer.on(VacancyPosted, VacancyChanged, DwellingListed, DwellingChanged)
async def propose_for_place(
    said: VacancyPosted | VacancyChanged | DwellingListed | DwellingChanged, tx: Transaction
) -> list[Event]:
    await places.save_place(tx, said)
    place = await places.free_place(tx, said.opportunity_id)
    if place is None:  # queue_bound, or nothing left
        return await proposing.leave(tx, said.opportunity_id, "full")
    return await proposing.rescore_place(tx, place)


@consumer.on(OpportunityClosed)
async def close_place(said: OpportunityClosed, tx: Transaction) -> list[Event]:
    """Offers that are out can't stand, and both sides are told."""
    await places.lock_capacity(tx, said.opportunity_id)  # a coordinator who is deciding now goes first
    await places.close_place(tx, said.opportunity_id)
    events = await proposing.leave(tx, said.opportunity_id, "closed")
    return events + await offering.withdraw_all(tx, await offers.open_offers_of(tx, said.opportunity_id), "closed")
