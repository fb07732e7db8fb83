"""What notifications does with what it hears: queues the letters an event asks for, and forgets who is erased."""

from chassis.consumer import Consumer
from chassis.database import Transaction
from contracts import Event
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import (
    ConfirmationRequested,
    InterestChanged,
    InterestRegistered,
    RegistrationLapsed,
    StillHereAsked,
)
from contracts.matches import (
    AcceptanceTooLate,
    OfferEvent,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
    ReferralMade,
)
from contracts.messages import MessageSuppressed
from contracts.opportunities import CHANGED, POSTED, Place
from notifications import store
from notifications.domain import letters_for, told_of

consumer = Consumer("notifications")


@consumer.on(ConfirmationRequested)
async def ask_to_confirm(event: ConfirmationRequested, tx: Transaction) -> None:
    await store.remember_reader(tx, event.person_id, event.interest_id, event.language)
    await store.queue(tx, letters_for(event))


@consumer.on(InterestRegistered, InterestChanged)
async def learn_languages(event: InterestRegistered | InterestChanged, tx: Transaction) -> None:
    for adult in event.adults:
        await store.remember_reader(tx, adult.person_id, event.interest_id, adult.language)
    known = [adult.person_id for adult in event.adults] + [adult.person_id for adult in event.awaited]
    await store.forget_others(tx, event.interest_id, known)


@consumer.on(RegistrationLapsed)
async def forget_who_never_confirmed(event: RegistrationLapsed, tx: Transaction) -> None:
    await store.forget_others(tx, event.interest_id, [])


@consumer.on(*POSTED.values(), *CHANGED.values())
async def learn_of_place(event: Place, tx: Transaction) -> None:
    await store.remember_place(tx, event.opportunity_id, told_of(event))


@consumer.on(OfferMade, OfferWithdrawn, OfferLapsed, AcceptanceTooLate, PlacementMade, PlacementFellThrough)
async def tell_those_concerned(event: OfferEvent, tx: Transaction) -> None:
    await store.queue(tx, letters_for(event))


@consumer.on(ReferralMade)
async def tell_how_to_go_on(event: ReferralMade, tx: Transaction) -> None:
    await store.queue(tx, letters_for(event))


@consumer.on(StillHereAsked)
async def ask_if_still_here(event: StillHereAsked, tx: Transaction) -> None:
    await store.queue(tx, letters_for(event))


@consumer.on(SubjectErased)
async def erase(event: SubjectErased, tx: Transaction) -> list[Event]:
    """The subject is an adult, or a household, about whom nothing is kept beside its adults' languages."""
    suppressed = await store.suppress_for(tx, event.subject_id, "erased")
    await store.forget_reader(tx, event.subject_id)
    if event.subject_id == event.interest_id:  # with its last adult
        await store.forget_others(tx, event.interest_id, [])
    return [
        *(_suppressed(message) for message in suppressed),
        ErasureCarriedOut(subject_id=event.subject_id, service="notifications"),
    ]


def _suppressed(message: store.Message) -> MessageSuppressed:
    return MessageSuppressed(
        message_id=message.message_id,
        template=message.template,
        channel=message.channel,
        person_id=message.person_id,
        language=message.language,
        reason="erased",
    )
