"""What the two sides answer, and silence. In any order; both yes makes a placement while a seat is left."""

from uuid import UUID

from chassis.consumer import Due
from chassis.database import Transaction
from contracts import Event
from contracts.interests import OfferAccepted, OfferDeclined
from contracts.opportunities import OwnerAnswered
from matching.domain import offers as domain
from matching.handlers import offering
from matching.handlers.consumer import consumer
from matching.store import households, offers, places


@consumer.on(OfferAccepted, OfferDeclined)
async def hear_person(said: OfferAccepted | OfferDeclined, tx: Transaction) -> list[Event]:
    yes = isinstance(said, OfferAccepted)
    reason = said.reason if isinstance(said, OfferDeclined) else None
    found = await offers.find(tx, said.offer_id)
    counts = found is not None and found.state == "open" and said.person_id in found.people
    await offers.log_answer(tx, said.offer_id, str(said.person_id), yes, reason, counts)
    if found is None or not counts:
        return []
    capacity = await places.lock_capacity(tx, found.opportunity_id)
    answered = domain.person_answers(found, said.person_id, yes, reason or "", capacity)
    return await offering.conclude(tx, *answered)


@consumer.on(OwnerAnswered)
async def hear_owner(said: OwnerAnswered, tx: Transaction) -> list[Event]:
    found = await offers.find(tx, said.offer_id)
    counts = found is not None and found.state == "open" and said.partner_id == found.partner_id
    await offers.log_answer(tx, said.offer_id, said.partner_id, said.answer == "yes", said.reason, counts)
    if found is None or not counts:
        return []
    capacity = await places.lock_capacity(tx, found.opportunity_id)
    reason = said.reason or "unstated"
    return await offering.conclude(
        tx, *domain.owner_answers(found, said.partner_id, said.answer == "yes", reason, capacity)
    )


@consumer.when_due(domain.LAPSE)
async def lapse(due: Due, tx: Transaction) -> list[Event]:
    """Time went out while somebody had not answered."""
    found = await offers.find(tx, UUID(due.key))
    assert found is not None
    tx.acting("system", *await households.controller_of(tx, found.interest_id))
    return await offering.conclude(tx, *domain.lapse(found))
