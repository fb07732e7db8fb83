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
from matching.store import households, offers

UNSTATED = "other_refusal"  # an owner may say no and no more


@consumer.on(OfferAccepted, OfferDeclined)
async def hear_person(said: OfferAccepted | OfferDeclined, tx: Transaction) -> list[Event]:
    yes, reason = True, None
    if isinstance(said, OfferDeclined):
        yes, reason = False, said.reason
    locked = await offering.lock(tx, said.offer_id)
    counts = locked is not None and locked[0].listens_to(said.person_id)
    await offers.log_answer(tx, said.offer_id, str(said.person_id), yes, reason, counts)
    if locked is None or not counts:
        return []
    offer, capacity = locked
    return await offering.conclude(tx, *domain.person_answers(offer, said.person_id, yes, reason or "", capacity))


@consumer.on(OwnerAnswered)
async def hear_owner(said: OwnerAnswered, tx: Transaction) -> list[Event]:
    yes, reason = said.answer == "yes", said.reason or UNSTATED
    locked = await offering.lock(tx, said.offer_id)
    counts = locked is not None and locked[0].listens_to(said.partner_id)
    await offers.log_answer(tx, said.offer_id, said.partner_id, yes, said.reason, counts)
    if locked is None or not counts:
        return []
    offer, capacity = locked
    return await offering.conclude(tx, *domain.owner_answers(offer, said.partner_id, yes, reason, capacity))


@consumer.when_due(domain.LAPSE)
async def lapse(due: Due, tx: Transaction) -> list[Event]:
    """Time went out while somebody had not answered."""
    locked = await offering.lock(tx, UUID(due.key))
    assert locked is not None
    offer, _ = locked
    tx.acting("system", *await households.controller_of(tx, offer.interest_id))
    return await offering.conclude(tx, *domain.lapse(offer))
