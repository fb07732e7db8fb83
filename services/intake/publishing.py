"""What partners do, by whichever door: publish, change and close what they offer, and answer about people."""

from uuid import UUID

from chassis.database import Transaction
from chassis.envelope import new_id
from chassis.web import Problem, general
from contracts import Event
from contracts.municipalities import CONTROLLER
from contracts.opportunities import CHANGED, POSTED, OpportunityClosed, OwnerAnswered
from intake.bodies.partners import OwnersAnswer
from intake.bodies.places import PlaceBody
from intake.bodies.reading import Refused, Say, told
from intake.domain.offers import owner_answers
from intake.store import offers, opportunities
from intake.store.tables import Opportunity, Partner

NOT_OVER_HTTP = {"type", "id"}  # what a Kafka message has beside the body


def _acts(tx: Transaction, partner: Partner) -> None:
    tx.acting(f"partner:{partner.partner_id}", partner.municipality, CONTROLLER[partner.municipality])


def _content(body: PlaceBody) -> dict[str, object]:
    return body.model_dump(mode="json", exclude=NOT_OVER_HTTP)


def _agreed(partner: Partner, body: PlaceBody, say: Say) -> None:
    """Raises Refused when the partner's agreement does not carry what it publishes."""
    given, faults = _content(body), []
    if body.municipality != partner.municipality:
        faults.append(told("other_municipality", ("municipality",), given, say))
    if body.allocation == "pool" and (partner.agreement is None or given["agreement"] != partner.agreement):
        faults.append(told("agreement_missing", ("agreement",), given, say))
    if faults:
        raise Refused(faults)


def _event(place: Opportunity, body: PlaceBody, *, new: bool) -> Event:
    facts = {"opportunity_id": place.opportunity_id, "partner_id": place.partner_id, **_content(body)}
    return (POSTED if new else CHANGED)[body.kind].model_validate(facts)


async def publish(tx: Transaction, partner: Partner, body: PlaceBody, say: Say) -> UUID:
    """A new place; its id. The same again is the same; another under the same reference is a 409.

    Raises 403 for a kind of place that organisations of this kind don't have.
    """
    if partner.kind != body.of:
        raise Problem(403, "not_yours_to_publish", "Er organisation är inte anmäld för att lägga ut sådana platser")
    _agreed(partner, body, say)
    await opportunities.lock_partner(tx, partner.partner_id)
    before = await opportunities.by_reference(tx, partner.partner_id, body.reference, body.kind)
    if before is not None:
        if before.body == _content(body):
            return before.opportunity_id
        raise Problem(409, "reference_in_use", "Referensen finns redan, med annat innehåll")
    place = Opportunity(
        opportunity_id=new_id(),
        partner_id=partner.partner_id,
        kind=body.kind,
        reference=body.reference,
        body=_content(body),
        changed_at=tx.now,
    )
    tx.session.add(place)
    _acts(tx, partner)
    tx.publish(_event(place, body, new=True))
    return place.opportunity_id


async def change(tx: Transaction, partner: Partner, place: Opportunity | None, body: PlaceBody, say: Say) -> UUID:
    """The whole of it, anew. Raises 404 for what is not the partner's, 409 for what is closed."""
    _agreed(partner, body, say)
    if place is None or place.kind != body.kind:
        raise general(404)
    if place.reference != body.reference:
        raise Refused([told("reference_changed", ("reference",), _content(body), say)])
    if place.closed is not None:
        raise Problem(409, "closed", "Den är stängd och kan inte ändras")
    if place.body != _content(body):
        place.body, place.changed_at = _content(body), tx.now
        _acts(tx, partner)
        tx.publish(_event(place, body, new=False))
    return place.opportunity_id


async def close(tx: Transaction, partner: Partner, place: Opportunity | None, reason: str) -> UUID:
    """Takes it off the table. Closed again is closed; the first reason stands."""
    if place is None:
        raise general(404)
    if place.closed is None:
        place.closed, place.changed_at = reason, tx.now
        _acts(tx, partner)
        tx.publish(OpportunityClosed(opportunity_id=place.opportunity_id, partner_id=partner.partner_id, reason=reason))
    return place.opportunity_id


async def answer(tx: Transaction, partner: Partner, offer_id: UUID, body: OwnersAnswer) -> str:
    """The owner's yes or no to the people of an offer: "received". Raises 404 for an offer that is not the partner's."""
    row = await offers.lock(tx, offer_id, partner.partner_id)
    if row is None:
        raise general(404)
    outcome = owner_answers(await offers.offer(tx, row), body.answer, tx.now)
    if outcome == "answered":
        raise Problem(409, "answered", "Ni har redan svarat något annat")
    if outcome == "over":
        raise Problem(409, "over", "Erbjudandet är över")
    if outcome == "taken":
        row.owner = body.answer
        _acts(tx, partner)
        tx.publish(
            OwnerAnswered(
                opportunity_id=row.opportunity_id,
                partner_id=partner.partner_id,
                offer_id=offer_id,
                answer=body.answer,
                reason=body.reason,
                kind=row.kind,
            )
        )
    return "received"
