"""What people do: a household registers, its adults confirm, answer, move in, withdraw, and are forgotten."""

from dataclasses import replace
from uuid import UUID

from chassis.database import Transaction
from chassis.envelope import new_id
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import (
    ConfirmationRequested,
    InterestChanged,
    InterestWithdrawn,
    MovedIn,
    OfferAccepted,
    OfferDeclined,
    RegistrationLapsed,
)
from contracts.municipalities import CONTROLLER
from intake.bodies.registration import Registration
from intake.domain import links as link_rules
from intake.domain import offers as offer_rules
from intake.domain.household import Home, after_confirmation, confirm_by, may_be_registered, standing, stands_without
from intake.store import households, links, offers
from intake.store.keys import keys_of
from intake.store.tables import Interest

LAPSE = "registration_lapses"


def _acts(tx: Transaction, person_id: UUID, municipality: str) -> None:
    tx.acting(f"person:{person_id}", municipality, CONTROLLER[municipality])


async def register(tx: Transaction, body: Registration) -> UUID:
    """Stores the household and asks each adult to confirm. The interest's id."""
    interest_id, people = new_id(), tuple(new_id() for _ in body.adults)
    household = body.household(interest_id, people, tuple(new_id() for _ in body.pupils), tx.now)
    keys = await keys_of(tx).create([interest_id, *people])
    await households.keep(tx, household, body.municipality, keys)
    _acts(tx, people[0], body.municipality)
    tx.publish(
        *(
            ConfirmationRequested(interest_id=interest_id, person_id=person.person_id, language=person.language)
            for person in household.people
        )
    )
    await tx.due(LAPSE, str(interest_id), confirm_by(tx.now))
    return interest_id


async def confirm(tx: Transaction, token: str) -> tuple[str, UUID | None]:
    """Confirms whose link this is: ("holds", adult), or why not ("unknown", "used", "expired")."""
    found = await links.find(tx, token)
    interest = found and await _locked(tx, found[0])
    found = await links.find(tx, token)  # again: who held the lock may have used it
    if not found or not interest or interest.state == "withdrawn":
        return "unknown", None
    person_id, link = found
    held = link_rules.verdict(link, "confirm", tx.now)
    if held != "holds":
        return held, person_id
    await links.use(tx, token)
    before = await households.household(tx, interest)
    if any(person.person_id == person_id and person.confirmed for person in before.people):
        return "used", person_id
    await households.confirmed(tx, person_id, tx.now)
    _acts(tx, person_id, interest.municipality)
    household = await households.household(tx, interest)
    if event := after_confirmation(household, registered=interest.state == "registered"):
        tx.publish(event)
        interest.state = "registered"
    if all(person.confirmed for person in household.people):
        await tx.undue(LAPSE, str(interest.interest_id))
    return held, person_id


async def _locked(tx: Transaction, person_id: UUID) -> Interest | None:
    interest_id = await households.interest_of(tx, person_id)
    return await households.lock(tx, interest_id) if interest_id else None


async def answer(
    tx: Transaction, person_id: UUID, offer_id: UUID, given: offer_rules.Answer, reason: str = "no_reason"
) -> offer_rules.Outcome:
    """Takes an adult's answer to an offer, if it still counts."""
    row = await offers.lock(tx, offer_id)
    if row is None:
        return "not_yours"
    outcome = offer_rules.person_answers(await offers.offer(tx, row), person_id, given, tx.now)
    interest = await _locked(tx, person_id)
    if outcome != "taken" or interest is None:
        return outcome
    await offers.keep_answer(tx, offer_id, person_id, given)
    _acts(tx, person_id, interest.municipality)
    who = {"interest_id": interest.interest_id, "offer_id": offer_id, "person_id": person_id, "kind": row.kind}
    tx.publish(OfferAccepted(**who) if given == "yes" else OfferDeclined(**who, reason=reason))
    return outcome


async def choose(tx: Transaction, person_id: UUID, *, consents: bool, shares: bool) -> bool:
    """Sets an adult's two switches. False when the household's interest is over."""
    interest = await _locked(tx, person_id)
    if interest is None or interest.state == "withdrawn":
        return False
    changed = await households.choose(tx, person_id, consents, shares)
    household = await households.household(tx, interest)
    told = any(person.person_id == person_id for person in household.confirmed)
    if changed and told and interest.state == "registered":
        _acts(tx, person_id, interest.municipality)
        tx.publish(standing(household, InterestChanged))
    return True


async def moved_in(tx: Transaction, person_id: UUID, month: str) -> bool:
    """Notes that the household lives here now; said once. False when it can't be said of this household."""
    interest = await _locked(tx, person_id)
    if interest is None or interest.state != "registered" or interest.moved_in not in (None, month):
        return False
    if interest.moved_in is None:
        interest.moved_in, interest.changed_at = month, tx.now
        _acts(tx, person_id, interest.municipality)
        tx.publish(MovedIn(interest_id=interest.interest_id, month=month))
    return True


async def withdraw(tx: Transaction, person_id: UUID, reason: str) -> bool:
    """Ends the household's interest. What is known stays until somebody is erased. False before it was registered."""
    interest = await _locked(tx, person_id)
    if interest is None or interest.state == "awaiting":
        return False
    _acts(tx, person_id, interest.municipality)
    await _end(tx, interest, reason)
    return True


async def _end(tx: Transaction, interest: Interest, reason: str) -> None:
    if interest.state == "withdrawn":
        return
    interest.state, interest.changed_at = "withdrawn", tx.now
    await tx.undue(LAPSE, str(interest.interest_id))
    tx.publish(InterestWithdrawn(interest_id=interest.interest_id, reason=reason))


async def erase(tx: Transaction, person_id: UUID) -> None:
    """Forgets an adult, and the household with its last one. Keys go first: from then on no copy can be read."""
    interest = await _locked(tx, person_id)
    if interest is None:
        return
    household = await households.household(tx, interest)
    if all(person.person_id != person_id for person in household.people):
        return  # somebody else erased them while we waited for the lock
    left = tuple(person for person in household.people if person.person_id != person_id)
    _acts(tx, person_id, interest.municipality)
    over = await keys_of(tx).missing([interest.interest_id])  # a crash cut off what had begun: all of it goes
    if stands_without(household, person_id, interest.state == "awaiting") and not over:
        await keys_of(tx).destroy([person_id])
        await households.remove_adults(tx, [person_id])
        if interest.state == "registered":
            tx.publish(standing(replace(household, people=left), InterestChanged))
        _erased(tx, interest, person_id)
        return
    await _end(tx, interest, "erased")
    await _remove(tx, interest, household)
    _erased(tx, interest, *(person.person_id for person in household.people), interest.interest_id)


def _erased(tx: Transaction, interest: Interest, *subjects: UUID) -> None:
    for subject in subjects:
        tx.publish(SubjectErased(subject_id=subject, interest_id=interest.interest_id))
        tx.publish(ErasureCarriedOut(subject_id=subject, service="intake"))


async def _remove(tx: Transaction, interest: Interest, household: Home) -> None:
    people = [person.person_id for person in household.people]
    await keys_of(tx).destroy([interest.interest_id, *people])
    await households.remove_adults(tx, people)
    await households.remove_interest(tx, interest)


async def lapse(tx: Transaction, interest_id: UUID) -> None:
    """The week is over: deletes whoever has not confirmed, and all of it when nobody who may has."""
    interest = await households.lock(tx, interest_id)
    if interest is None or interest.state == "withdrawn":
        return
    tx.acting("system", interest.municipality, CONTROLLER[interest.municipality])
    household = await households.household(tx, interest)
    if not may_be_registered(household):
        await _remove(tx, interest, household)
        tx.publish(RegistrationLapsed(interest_id=interest_id))
        return
    silent = [person.person_id for person in household.people if not person.confirmed]
    if silent:
        await keys_of(tx).destroy(silent)
        await households.remove_adults(tx, silent)
        tx.publish(standing(replace(household, people=household.confirmed), InterestChanged))
