"""A coordinator decides about a proposal. The decision has a name and a reason; approving it is the introduction."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from chassis.database import Transaction
from contracts import Sealed
from contracts.fields import Code
from contracts.matches import Assessment, MatchReviewed, SuitabilityAssessed
from matching.domain import offers as domain
from matching.domain.offers import Offer
from matching.store import households, offers, pairs, places
from matching.store.pairs import Match


class Refused(Exception):
    """The decision can't be taken: `why` is a domain refusal, or "decided" with who did it."""

    def __init__(self, why: str, by: str | None = None) -> None:
        super().__init__(why)
        self.why, self.by = why, by


async def approve(tx: Transaction, match_id: UUID, by: str, reason: Code, offer_id: UUID, patience: timedelta) -> None:
    """Introduces the two: both sides have `patience` to answer. Raises Refused when it can't be."""
    found = await pairs.find(tx, match_id)
    if found is None:
        raise Refused("not_standing")
    capacity = await places.lock_capacity(tx, found.pair.place)  # before the pair, as everybody does
    match = await _standing(tx, match_id)
    if why := domain.refusal(capacity):
        raise Refused(why)
    await introduce(tx, match, by, reason, offer_id, patience)


async def introduce(tx: Transaction, match: Match, by: str, reason: Code, offer_id: UUID, patience: timedelta) -> None:
    """Writes the decision and the offer down. The caller holds the place's lock and has looked whether it can be."""
    people = (match.person_id,) if match.person_id else await households.people_of(tx, match.interest_id)
    offer = Offer(
        offer_id=offer_id,
        match_id=match.match_id,
        interest_id=match.interest_id,
        opportunity_id=match.pair.place,
        partner_id=await places.partner_of(tx, match.pair.place),
        kind=match.kind,
        people=people,
        answer_by=tx.now + patience,
    )
    await _decide(tx, match, "approved", by, reason)
    await offers.insert(tx, offer)
    await tx.due(domain.LAPSE, str(offer_id), offer.answer_by)
    tx.publish(domain.made(offer))


async def reject(tx: Transaction, match_id: UUID, by: str, reason: Code) -> None:
    """The two are not introduced, and not proposed again. Raises Refused when it can't be."""
    await _decide(tx, await _standing(tx, match_id), "rejected", by, reason)


async def assess(tx: Transaction, interest_id: UUID, person_id: UUID, assessment: Assessment, by: str) -> None:
    """A named person has documented that an adapted place suits this adult."""
    tx.acting(by, *await households.controller_of(tx, interest_id))
    sealed = Sealed.of(person_id, assessment)
    tx.publish(SuitabilityAssessed(interest_id=interest_id, person_id=person_id, assessment=sealed))


async def _standing(tx: Transaction, match_id: UUID) -> Match:
    match = await pairs.lock(tx, match_id)
    if match is None:
        raise Refused("not_standing")
    if match.state != "proposed":
        raise Refused("decided", match.decided_by)
    return match


async def _decide(
    tx: Transaction, match: Match, decision: Literal["approved", "rejected"], by: str, reason: Code
) -> None:
    tx.acting(by, *await households.controller_of(tx, match.interest_id))
    await pairs.decide(tx, match.match_id, decision, by, reason)
    tx.publish(
        MatchReviewed(
            match_id=match.match_id,
            interest_id=match.interest_id,
            opportunity_id=match.pair.place,
            kind=match.kind,
            decision=decision,
            reason=reason,
        )
    )
