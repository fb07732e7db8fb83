"""What a partner sees of an offer: ids and bands always, a name and contact only after that person's own yes."""

from typing import Any
from uuid import UUID

from chassis.database import Transaction
from intake.domain.bands import band_of
from intake.store import households, offers
from intake.store.tables import Partner

# The field list per receiver: all that this kind of organisation may be shown of an adult who said yes.
SHOWN: dict[str, tuple[str, ...]] = {
    "employer": ("name", "email", "phone"),
    "landlord": ("name", "email", "phone"),
    "school": ("name", "email", "phone"),
    "educator": ("name", "email"),
    "host": ("name", "email"),
    "statistics": (),
}

STANDS = ("open", "placed")  # when it is over, nobody is shown any more


async def offers_of(
    tx: Transaction, partner: Partner, state: str | None, offer_id: UUID | None = None
) -> list[dict[str, Any]]:
    """The partner's offers with the people it may see. Who is shown is noted, in the same transaction."""
    told = await offers.of_partner(tx, partner.partner_id, state, offer_id)
    people = await households.people(tx, {person for row, _, _ in told for person in row.people})
    fields, shown, answer = SHOWN[partner.kind], [], []
    for row, offer, place in told:
        yes = [p for p in row.people if row.state in STANDS and offer.answers.get(p) == "yes"]
        yes = [p for p in yes if p in people and people[p][0].particulars]
        shown += [(row.offer_id, person) for person in yes]
        here = [people[p] for p in row.people if p in people]
        answer.append(
            {
                "offer_id": str(row.offer_id),
                "opportunity_id": str(row.opportunity_id),
                "reference": place.reference if place else None,
                "kind": row.kind,
                "state": row.state,
                "reason": row.reason,
                "answer_by": row.answer_by.isoformat(),
                "person_yes": offer.person_yes,
                "answer": row.owner,
                "band": band_of(row.kind, [person for person, _ in here], here[0][1].children if here else "0"),
                "people": [people[p][0].particulars.model_dump(include=set(fields)) for p in yes],  # type: ignore[union-attr]
            }
        )
    await offers.disclose(tx, partner.partner_id, shown, fields, tx.now)
    return answer
