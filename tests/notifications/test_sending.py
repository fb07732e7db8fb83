"""Letters on their way: through a real intake and a real mail server, which may say no, say nothing, or be away."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.interests import ConfirmationRequested
from contracts.matches import OfferMade
from contracts.messages import MessageFailed, MessageSent, MessageSuppressed, MessageUncertain
from contracts.opportunities import VacancyPosted
from inflytt.servers.mail import Mail
from intakesample import adult
from notifications import store

At = Callable[..., None]


def address() -> str:
    return f"{uuid4().hex[:12]}@inflytt.example"


def offered(asked: ConfirmationRequested, opportunity: UUID) -> OfferMade:
    return OfferMade(
        offer_id=uuid4(),
        interest_id=asked.interest_id,
        opportunity_id=opportunity,
        partner_id="norrverk",
        kind="job",
        people=(asked.person_id,),
        match_id=uuid4(),
        answer_by=datetime(2026, 11, 26, 15, tzinfo=UTC),
    )


async def asked_to_confirm(office: Any, intake: Any, to: str, **more: Any) -> ConfirmationRequested:
    (asked,) = await intake.register(adult(email=to, **more))
    await office.hear(asked)
    assert isinstance(asked, ConfirmationRequested)
    return asked


async def test_a_registration_becomes_a_mail_with_a_link_to_a_page(office: Any, intake: Any, mail: Mail) -> None:
    to = address()
    asked = await asked_to_confirm(office, intake, to, name="Ask Lind")
    assert await office.post.send_round() == 1
    (arrived,) = mail.messages(to=to)
    (sent,) = await office.said()
    assert sent == MessageSent(
        message_id=sent.message_id, template="confirm", channel="mail", person_id=asked.person_id, language="sv"
    )
    assert arrived["subject"] == "Bekräfta din anmälan"
    assert str(sent.message_id) in arrived["headers"]["Message-ID"]
    assert "Hej Ask Lind," in arrived["text"]
    assert f"{intake.url}/bekrafta/" in arrived["text"]


async def test_who_reads_english_gets_english(office: Any, intake: Any, mail: Mail) -> None:
    to = address()
    await asked_to_confirm(office, intake, to, language="en")
    await office.post.send_round()
    (arrived,) = mail.messages(to=to)
    assert arrived["subject"] == "Confirm your registration"
    assert "Municipality of Luleå" in arrived["text"]


async def test_a_letter_is_sent_once_however_often_rounds_are_made(office: Any, intake: Any, mail: Mail) -> None:
    to = address()
    await asked_to_confirm(office, intake, to)
    assert [await office.post.send_round() for _ in range(3)] == [1, 0, 0]
    assert len(mail.messages(to=to)) == 1


async def test_an_offer_tells_the_owner_of_the_place_by_its_own_name(
    office: Any, intake: Any, mail: Mail, at: At
) -> None:
    at(hour=9)
    asked = (await intake.register(adult(email=address())))[0]
    place = uuid4()
    vacancy = {"opportunity_id": place, "partner_id": "norrverk", "reference": uuid4().hex, "places": 1}
    vacancy |= {"title": "Svetsare", "employer": "Norrverk AB", "occupation": "svetsare"}
    await office.hear(VacancyPosted.model_validate(vacancy), offered(asked, place))
    await office.post.send_round()
    found = [m for m in mail.messages(to="jobb@norrverk.example") if vacancy["reference"] in m["text"]]
    assert [m["subject"].replace("\xa0", " ") for m in found] == [
        "Svetsare: någon passar, svara senast torsdag 26 november kl. 16.00"
    ]
    assert "LUL-" not in found[0]["text"]
    (not_confirmed,) = await office.said(MessageSuppressed)
    assert (not_confirmed.person_id, not_confirmed.reason) == (asked.person_id, "not_confirmed")


async def test_a_letter_about_a_place_waits_until_the_place_is_heard_of(office: Any, intake: Any, at: At) -> None:
    at(hour=9)
    asked = (await intake.register(adult(email=address())))[0]
    await office.hear(offered(asked, uuid4()))
    await office.post.send_round()
    assert ("owner_offer", "queued") in await office.states()


async def test_a_letter_about_an_offer_waits_for_the_morning_and_a_confirmation_does_not(
    office: Any, intake: Any, mail: Mail, at: At
) -> None:
    at(hour=22)
    to = address()
    asked = await asked_to_confirm(office, intake, to)
    await office.hear(offered(asked, uuid4()))
    await office.post.send_round()
    assert len(mail.messages(to=to)) == 1
    assert await office.states() == [("confirm", "sent"), ("offer", "queued"), ("owner_offer", "queued")]
    assert {row["send_at"].astimezone().minute for row in await office.rows() if row["state"] == "queued"} == {0}


async def test_who_is_unknown_to_intake_is_not_written_to(office: Any) -> None:
    nobody = ConfirmationRequested(interest_id=uuid4(), person_id=uuid4(), language="sv")
    await office.hear(nobody)
    await office.post.send_round()
    (suppressed,) = await office.said()
    assert isinstance(suppressed, MessageSuppressed)
    assert (suppressed.person_id, suppressed.reason) == (nobody.person_id, "gone")


@pytest.mark.parametrize("place", ["rcpt", "data"])
async def test_what_the_mail_server_refuses_for_good_has_failed(
    office: Any, intake: Any, mail: Mail, place: str
) -> None:
    to = address()
    await asked_to_confirm(office, intake, to)
    mail.behave(code=550, at=place)
    await office.post.send_round()
    (failed,) = await office.said()
    assert isinstance(failed, MessageFailed)
    assert failed.reason == "smtp_550"
    assert await office.states() == [("confirm", "failed")]


@pytest.mark.parametrize("place", ["rcpt", "data"])
async def test_what_it_turns_away_for_now_goes_later(office: Any, intake: Any, mail: Mail, at: At, place: str) -> None:
    to = address()
    await asked_to_confirm(office, intake, to)
    mail.behave(code=451, at=place, next=1)
    assert [await office.post.send_round(), await office.post.send_round()] == [1, 0]
    assert await office.said() == []
    at(later=6)
    await office.post.send_round()
    assert [type(event) for event in await office.said()] == [MessageSent]
    assert len(mail.messages(to=to)) == 1


async def test_one_refusal_spoils_no_other_letter_of_the_conversation(office: Any, intake: Any, mail: Mail) -> None:
    office.post.side_by_side = 1
    unwanted = address()
    await asked_to_confirm(office, intake, unwanted)
    for _ in range(3):
        await asked_to_confirm(office, intake, address())
    mail.behave(code=550, at="rcpt", to=unwanted)
    await office.post.send_round()
    assert sorted(type(event).__name__ for event in await office.said()) == ["MessageFailed", *["MessageSent"] * 3]


async def test_when_the_answer_is_lost_it_is_uncertain_and_never_sent_again(
    office: Any, intake: Any, mail: Mail, at: At
) -> None:
    to = address()
    await asked_to_confirm(office, intake, to)
    mail.behave(drop=True, next=1)
    await office.post.send_round()
    assert [type(event) for event in await office.said()] == [MessageUncertain]
    at(later=3600)
    await office.ledger.recover()
    assert await office.post.send_round() == 0
    assert len(mail.messages(to=to)) == 1
    async with office.service.database.transaction() as tx:
        (listed,) = await store.uncertain(tx)
    assert (listed.template, listed.reason) == ("confirm", "smtp_server_disconnected")


async def test_when_the_answer_is_too_slow_it_is_uncertain(office: Any, intake: Any, mail: Mail) -> None:
    await asked_to_confirm(office, intake, address())
    mail.behave(delay=2, next=1)
    await office.post.send_round()
    assert await office.states() == [("confirm", "uncertain")]


async def test_while_the_mail_server_is_away_letters_wait(office: Any, intake: Any, mail: Mail, at: At) -> None:
    to = address()
    await asked_to_confirm(office, intake, to)
    mail.kill()
    await office.post.send_round()
    assert await office.states() == [("confirm", "queued")]
    mail.start()
    at(later=6)
    await office.post.send_round()
    assert await office.states() == [("confirm", "sent")]
    assert len(mail.messages(to=to)) == 1


async def test_a_letter_that_is_turned_away_too_often_has_failed(office: Any, intake: Any, mail: Mail, at: At) -> None:
    office.ledger.max_attempts = 2
    await asked_to_confirm(office, intake, address())
    mail.behave(code=451)
    await office.post.send_round()
    at(later=6)
    await office.post.send_round()
    (failed,) = await office.said()
    assert (type(failed), failed.reason) == (MessageFailed, "gave_up.smtp_451")


async def test_while_intake_is_away_letters_wait_and_no_attempt_is_counted(office: Any, intake: Any, at: At) -> None:
    await asked_to_confirm(office, intake, address())
    address_of_intake = office.post.intake.client.base_url
    office.post.intake.client.base_url = "http://127.0.0.1:1"
    await office.post.send_round()
    assert [(row["state"], row["attempts"]) for row in await office.rows()] == [("queued", 0)]
    office.post.intake.client.base_url = address_of_intake
    at(later=3)
    await office.post.send_round()
    assert await office.states() == [("confirm", "sent")]


async def test_two_senders_never_send_the_same_letter(office: Any, intake: Any, mail: Mail) -> None:
    recipients = [address() for _ in range(6)]
    for to in recipients:
        await asked_to_confirm(office, intake, to)
    await asyncio.gather(*(office.post.send_round() for _ in range(4)))
    assert [len(mail.messages(to=to)) for to in recipients] == [1] * 6


async def test_a_letter_whose_round_is_dead_is_no_longer_that_rounds_to_send(office: Any, intake: Any) -> None:
    await asked_to_confirm(office, intake, address())
    (taken,) = await office.ledger.take(1)
    await office.leases_end()
    await office.ledger.recover()
    assert await office.states() == [("confirm", "queued")]
    assert await office.ledger.handing_over(taken) is False


async def test_an_answer_that_comes_after_all_ends_the_uncertainty(office: Any, intake: Any) -> None:
    await asked_to_confirm(office, intake, address())
    (taken,) = await office.ledger.take(1)
    assert await office.ledger.handing_over(taken)
    await office.leases_end()
    await office.ledger.recover()
    await office.ledger.settle(taken, "sent", "sv")
    assert [type(event) for event in await office.said()] == [MessageUncertain, MessageSent]
