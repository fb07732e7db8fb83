"""What partners offer: new, changed, closed."""

from chassis.database import Transaction
from contracts import Event
from contracts.opportunities import CHANGED, POSTED, Dwelling, OpportunityClosed, Place, kind_of
from matching.handlers import offering, proposing
from matching.handlers.consumer import consumer
from matching.store import offers, places


@consumer.on(*POSTED.values(), *CHANGED.values())
async def propose_for_place(said: Place, tx: Transaction) -> list[Event]:
    """A home with a social purpose changes what may be let beside it, where it lay before and where it lies now."""
    ids = {said.opportunity_id}
    if isinstance(said, Dwelling):
        ids |= await places.sharing_a_cap_with(tx, said.opportunity_id)
    await places.save_place(tx, said)
    if isinstance(said, Dwelling):
        ids |= await places.sharing_a_cap_with(tx, said.opportunity_id)
    free, events = await places.free_among(tx, ids), list[Event]()
    if said.opportunity_id not in {place.id for place in free}:  # queue_bound, authority_decides, or nothing left
        events += await proposing.take_away(tx, kind_of(said), said.opportunity_id, "full")
    return events + await proposing.offer(tx, *free)


@consumer.on(OpportunityClosed)
async def close_place(said: OpportunityClosed, tx: Transaction) -> list[Event]:
    """Offers that are out can't stand, and both sides are told."""
    await places.lock_capacity(tx, said.opportunity_id)  # a coordinator who is deciding now goes first
    await places.close_place(tx, said.opportunity_id)
    kind = await places.kind_of(tx, said.opportunity_id)
    events = await proposing.take_away(tx, kind, said.opportunity_id, "closed")
    return events + await offering.withdraw_all(tx, await offers.open_offers_of(tx, said.opportunity_id), "closed")
