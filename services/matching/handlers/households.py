"""What households say: who they are and what they look for, that they go, that somebody is erased."""

from chassis.database import Transaction
from contracts import Event
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import InterestChanged, InterestRegistered, InterestWithdrawn, MovedIn
from matching.handlers import offering, proposing
from matching.handlers.consumer import consumer
from matching.store import households, offers, pairs


@consumer.on(InterestRegistered, InterestChanged)
async def propose_for_household(said: InterestRegistered | InterestChanged, tx: Transaction) -> list[Event]:
    """Each adult who looks for work, and the household if it looks for a home, is scored anew."""
    await households.save_household(tx, said)
    seekers = await households.seekers_of(tx, said.interest_id)
    events: list[Event] = []
    for gone in await pairs.seekers_in_rankings(tx, said.interest_id) - {seeker.id for seeker in seekers}:
        events += await proposing.leave(tx, gone, "changed")
    for seeker in seekers:
        events += await proposing.rescore_seeker(tx, seeker)
    return events


@consumer.on(InterestWithdrawn)
async def let_household_go(said: InterestWithdrawn, tx: Transaction) -> list[Event]:
    await households.end_household(tx, said.interest_id)
    events: list[Event] = []
    for gone in await pairs.seekers_in_rankings(tx, said.interest_id):
        events += await proposing.leave(tx, gone, "withdrawn")
    return events + await offering.withdraw_all(tx, await offers.open_offers_of(tx, said.interest_id), "withdrawn")


@consumer.on(MovedIn)
async def note_moved_in(said: MovedIn, tx: Transaction) -> None:
    await households.note_moved_in(tx, said.interest_id, said.month)


@consumer.on(SubjectErased)
async def forget_subject(said: SubjectErased, tx: Transaction) -> list[Event]:
    """All that stood opened of the subject is deleted; what needs them can't go on."""
    tx.keyring.forget(said.subject_id)
    events = await proposing.leave(tx, said.subject_id, "erased")
    events += await offering.withdraw_all(tx, await offers.open_offers_of(tx, said.subject_id), "erased")
    await households.delete_opened(tx, said.subject_id)
    return [*events, ErasureCarriedOut(subject_id=said.subject_id, service="matching")]
