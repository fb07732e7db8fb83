"""What is queued when something is heard, and what is forgotten. On a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.batch import Batches
from chassis.service import Service
from contracts import Sealed
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import (
    Adult,
    AdultNeeds,
    Awaited,
    ConfirmationRequested,
    InterestChanged,
    InterestRegistered,
    RegistrationLapsed,
    StillHereAsked,
)
from contracts.matches import OfferMade
from contracts.messages import MessageSuppressed
from helpers import fresh, said, tell
from inflytt.servers import Databases
from notifications.app import service as declared
from notifications.settings import NotificationsSettings

HOME, ASK, MALVA = uuid4(), uuid4(), uuid4()
ASKED = ConfirmationRequested(interest_id=HOME, person_id=ASK, language="sv")
ASKED_TOO = ConfirmationRequested(interest_id=HOME, person_id=MALVA, language="en")
OFFER = OfferMade(
    offer_id=uuid4(),
    interest_id=HOME,
    opportunity_id=uuid4(),
    partner_id="lulehem",
    kind="home",
    people=(ASK, MALVA),
    match_id=uuid4(),
    answer_by=datetime(2026, 11, 26, 15, tzinfo=UTC),
)


@pytest.fixture
async def service(postgres: Databases) -> AsyncIterator[Service[NotificationsSettings]]:
    service = await fresh(declared, postgres)
    yield service
    await service.database.close()


async def rows(service: Service[Any], sql: str) -> list[Any]:
    async with service.database.transaction() as tx:
        return await tx.fetch(sql)


async def test_a_letter_to_each_adult_in_their_own_language_and_one_to_the_owner(service: Service[Any]) -> None:
    await tell(service, ASKED, ASKED_TOO)
    await tell(service, OFFER)
    found = await rows(service, "select template, recipient, language from messages where template <> 'confirm'")
    told = {(row["template"], row["recipient"], row["language"]) for row in found}
    assert told == {("offer", str(ASK), "sv"), ("offer", str(MALVA), "en"), ("owner_offer", "lulehem", "sv")}


async def test_an_event_that_comes_again_queues_nothing_more(service: Service[Any]) -> None:
    assert service.consumer is not None
    heard = await tell(service, ASKED, OFFER)
    before = await rows(service, "select * from messages order by message_id")
    await rows(service, "delete from inbox returning 1")
    await rows(service, "delete from heard returning 1")
    batches = Batches("notifications", service.consumer.handlers, service.database.transaction)
    assert (await batches.apply(heard, service.database.keyring)).handled == 2
    assert await rows(service, "select * from messages order by message_id") == before


async def test_each_adult_is_asked_once_in_their_language_whether_they_live_here_still(service: Service[Any]) -> None:
    await tell(service, ASKED, ASKED_TOO)
    heard = await tell(service, StillHereAsked(interest_id=HOME, people=(ASK, MALVA), months=3))
    assert service.consumer is not None
    batches = Batches(service.consumer.name, service.consumer.handlers, service.database.transaction)
    await batches.apply(heard, service.database.keyring)
    asked = "select recipient, language, facts ->> 'months' as months from messages where template = 'still_here'"
    assert sorted(map(tuple, await rows(service, asked))) == sorted([(str(ASK), "sv", "3"), (str(MALVA), "en", "3")])


async def test_the_erased_get_no_letter_more_and_no_row_remembers_their_language(service: Service[Any]) -> None:
    await tell(service, ASKED, ASKED_TOO)
    await tell(service, SubjectErased(subject_id=ASK, interest_id=HOME))
    suppressed, carried_out = await said(service)
    assert isinstance(suppressed, MessageSuppressed)
    assert (suppressed.person_id, suppressed.reason) == (ASK, "erased")
    assert carried_out == ErasureCarriedOut(subject_id=ASK, service="notifications")
    assert [row["person_id"] for row in await rows(service, "select person_id from readers")] == [MALVA]
    found = await rows(service, "select recipient, state from messages")
    assert {(row["recipient"], row["state"]) for row in found} == {(str(ASK), "suppressed"), (str(MALVA), "queued")}


async def test_a_second_adult_who_never_confirmed_is_forgotten_when_no_longer_awaited(service: Service[Any]) -> None:
    needs = Sealed.of(ASK, AdultNeeds(occupations=("svetsare",)))
    alone = {"interest_id": HOME, "adults": (Adult(person_id=ASK, language="sv", wants_work=True, needs=needs),)}
    told = {**alone, "wants_home": False, "children": "0"}
    awaited = (Awaited(person_id=MALVA, language="en"),)
    await tell(service, ASKED, ASKED_TOO, InterestRegistered(**told, awaited=awaited))
    assert len(await rows(service, "select * from readers")) == 2
    await tell(service, InterestChanged(**told))
    assert [row["person_id"] for row in await rows(service, "select * from readers")] == [ASK]


async def test_whoever_never_confirmed_is_forgotten(service: Service[Any]) -> None:
    await tell(service, ASKED, RegistrationLapsed(interest_id=HOME))
    assert await rows(service, "select * from readers") == []
