"""What households say: who they are and what they look for, that they go, that somebody is erased or assessed."""

from chassis.database import Transaction
from contracts import Event
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import InterestChanged, InterestRegistered, InterestWithdrawn, MovedIn
from contracts.matches import SuitabilityAssessed
from matching.handlers import offering, proposing
from matching.handlers.consumer import consumer
from matching.store import households, offers


@consumer.on(InterestRegistered, InterestChanged)
async def propose_for_household(said: InterestRegistered | InterestChanged, tx: Transaction) -> list[Event]:
    """Each adult and child, and the household as a whole, is ranked anew for all they look for."""
    await households.save_household(tx, said)
    return await proposing.seek(tx, said.interest_id, await households.seekers_of(tx, said.interest_id))


@consumer.on(InterestWithdrawn)
async def let_household_go(said: InterestWithdrawn, tx: Transaction) -> list[Event]:
    await households.end_household(tx, said.interest_id)
    events = await proposing.seek(tx, said.interest_id, (), "withdrawn")
    return events + await offering.withdraw_all(tx, await offers.open_offers_of(tx, said.interest_id), "withdrawn")


@consumer.on(MovedIn)
async def note_moved_in(said: MovedIn, tx: Transaction) -> None:
    await households.note_moved_in(tx, said.interest_id, said.month)


@consumer.on(SuitabilityAssessed)
async def note_assessed(said: SuitabilityAssessed, tx: Transaction) -> list[Event]:
    """From now on the adult can be proposed for places that ask for it."""
    if said.assessment.value is None:  # erased since
        return []
    await households.note_assessed(tx, said.person_id, said.assessment.value)
    return await proposing.seek(tx, said.interest_id, await households.seekers_of(tx, said.interest_id))


@consumer.on(SubjectErased)
async def forget_subject(said: SubjectErased, tx: Transaction) -> list[Event]:
    """All that stood opened of the subject is deleted; what needs them can't go on."""
    tx.keyring.forget(said.subject_id)
    out = await offers.open_offers_of(tx, said.subject_id)
    await households.delete_opened(tx, said.subject_id)
    events = await proposing.seek(tx, said.interest_id, await households.seekers_of(tx, said.interest_id), "erased")
    events += await offering.withdraw_all(tx, out, "erased")
    await households.delete_reasons(tx, said.subject_id)
    return [*events, ErasureCarriedOut(subject_id=said.subject_id, service="matching")]
