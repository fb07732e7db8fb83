"""What a letter needs at the moment it is sent: where to, in which language, a fresh link; or that nobody wants it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, model_validator

from chassis.database import Transaction
from intake.domain.household import Person
from intake.domain.letters import unwanted
from intake.domain.links import Purpose, purpose_of
from intake.store import households, links, offers, opportunities
from intake.store.tables import Interest

PATHS: dict[Purpose, str] = {"confirm": "/bekrafta/", "page": "/min-sida/"}


class Letter(BaseModel):
    """One to an adult or to a partner; `offer_id` where it is about an offer."""

    message_id: UUID
    person_id: UUID | None = None
    partner_id: str | None = None
    template: str
    offer_id: UUID | None = None

    @model_validator(mode="after")
    def _to_one(self) -> "Letter":
        if (self.person_id is None) == (self.partner_id is None):
            raise ValueError("a letter goes to a person or to a partner")
        return self


async def addressed(tx: Transaction, letters: Sequence[Letter], public_url: str) -> list[dict[str, Any]]:
    """Each letter, in order, as wanted or not."""
    people = await households.people(tx, [letter.person_id for letter in letters if letter.person_id])
    partners = await opportunities.partners(tx, [letter.partner_id for letter in letters if letter.partner_id])
    states = await offers.states(tx, [letter.offer_id for letter in letters if letter.offer_id])
    told: dict[UUID, dict[str, Any]] = {}
    to_people: list[tuple[Letter, Person]] = []
    for letter in letters:
        state = states.get(letter.offer_id) if letter.offer_id else None
        if letter.person_id is None:
            partner = partners.get(letter.partner_id or "")
            who = partner and {"address": partner.email, "name": partner.name, "language": "sv"}
            link = f"{public_url}/partner/offers" + (f"/{letter.offer_id}" if letter.offer_id else "")
            told[letter.message_id] = {**who, "link": link} if who else {"reason": "unknown"}
            continue
        person, interest = people.get(letter.person_id, (None, None))
        reason = _why_not(letter, person, interest, state)
        if reason or person is None:
            told[letter.message_id] = {"reason": reason}
        else:
            to_people.append((letter, person))
    told |= await _with_links(tx, to_people, public_url)
    return [
        {
            "message_id": str(letter.message_id),
            "wanted": "address" in told[letter.message_id],
            **told[letter.message_id],
        }
        for letter in letters
    ]


def _why_not(letter: Letter, person: Person | None, interest: Interest | None, offer_state: str | None) -> str | None:
    if person is None or interest is None or person.particulars is None:
        return "gone"
    return unwanted(letter.template, person.confirmed, interest.state, offer_state)


async def _with_links(
    tx: Transaction, letters: Sequence[tuple[Letter, Person]], public_url: str
) -> dict[UUID, dict[str, Any]]:
    wanted = [(person.person_id, purpose_of(letter.template)) for letter, person in letters]
    tokens = await links.make(tx, wanted)
    return {
        letter.message_id: {
            "address": person.particulars.email,
            "name": person.particulars.name,
            "language": person.language,
            "link": f"{public_url}{PATHS[purpose]}{token}",
        }
        for (letter, person), (_, purpose), token in zip(letters, wanted, tokens, strict=True)
        if person.particulars is not None
    }
