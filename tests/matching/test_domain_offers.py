"""What answers, silence and closings make of an offer."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.event import Event
from contracts.matches import AcceptanceTooLate, OfferLapsed, OfferWithdrawn, PlacementFellThrough, PlacementMade
from matching.domain.offers import (
    Capacity,
    Offer,
    Refusal,
    lapse,
    made,
    owner_answers,
    person_answers,
    refusal,
    withdraw,
)

ASK, MALVA = UUID(int=1), UUID(int=2)
OFFER = Offer(
    offer_id=UUID(int=10),
    match_id=UUID(int=11),
    interest_id=UUID(int=12),
    opportunity_id=UUID(int=13),
    partner_id="norrverk",
    kind="home",
    people=(ASK, MALVA),
    answer_by=datetime(2026, 11, 30, 16, tzinfo=UTC),
)
ROOM = Capacity("owner_decides", is_open=True, places=2, taken=1)
FULL = replace(ROOM, taken=2)


def answers(*given: tuple[UUID | str, bool], capacity: Capacity = ROOM) -> tuple[Offer, list[Event]]:
    offer = OFFER
    said: list[Event] = []
    for who, yes in given:
        if isinstance(who, UUID):
            offer, events = person_answers(offer, who, yes, "wage", capacity)
        else:
            offer, events = owner_answers(offer, who, yes, "timing", capacity)
        said += events
    return offer, said


def test_both_yes_in_any_order_is_a_placement_with_the_next_seat() -> None:
    for order in ((ASK, "norrverk", MALVA), ("norrverk", MALVA, ASK)):
        offer, said = answers(*((who, True) for who in order))
        assert (offer.state, [type(e) for e in said]) == ("placed", [PlacementMade])
        assert isinstance(said[0], PlacementMade)
        assert said[0].seat == 2


def test_every_adult_an_offer_names_must_say_yes() -> None:
    assert answers((ASK, True), ("norrverk", True))[1] == []


def test_one_no_is_a_no_and_says_whose() -> None:
    _, said = answers((ASK, True), (MALVA, False), ("norrverk", True))
    assert [(e.side, e.reason) for e in said if isinstance(e, PlacementFellThrough)] == [("person", "wage")]
    _, said = answers(("norrverk", False), (ASK, True))
    assert [(e.side, e.reason) for e in said if isinstance(e, PlacementFellThrough)] == [("owner", "timing")]


def test_when_the_last_place_is_gone_the_answer_is_truthful() -> None:
    offer, said = answers((ASK, True), (MALVA, True), ("norrverk", True), capacity=FULL)
    assert (offer.state, [type(e) for e in said]) == ("too_late", [AcceptanceTooLate])


@pytest.mark.parametrize("stranger", [UUID(int=99), "lulehem"])
def test_nobody_else_can_answer(stranger: UUID | str) -> None:
    assert answers((stranger, False)) == (OFFER, [])


@pytest.mark.parametrize(
    ("given", "silent"), [((), "both"), ((("norrverk", True),), "person"), (((ASK, True), (MALVA, True)), "owner")]
)
def test_a_lapse_says_who_was_silent(given: tuple, silent: str) -> None:
    _, said = lapse(answers(*given)[0])
    assert [e.silent for e in said if isinstance(e, OfferLapsed)] == [silent]


def test_a_withdrawal_says_why() -> None:
    _, said = withdraw(OFFER, "closed")
    assert [e.reason for e in said if isinstance(e, OfferWithdrawn)] == ["closed"]


STEPS = st.lists(
    st.sampled_from(["ask yes", "malva yes", "owner yes", "ask no", "owner no", "lapse", "withdraw"]), max_size=12
)


@given(STEPS, st.booleans())
def test_an_offer_ends_at_most_once_whatever_comes(steps: list[str], full: bool) -> None:
    capacity = FULL if full else ROOM
    offer = OFFER
    said: list[Event] = []
    for step in steps:
        who, _, yes = step.partition(" ")
        if step == "lapse":
            offer, events = lapse(offer)
        elif step == "withdraw":
            offer, events = withdraw(offer, "closed")
        elif who == "owner":
            offer, events = owner_answers(offer, "norrverk", yes == "yes", "timing", capacity)
        else:
            offer, events = person_answers(offer, ASK if who == "ask" else MALVA, yes == "yes", "wage", capacity)
        said += events
    assert len(said) == (offer.state != "open")
    assert not (full and offer.state == "placed")


def test_what_is_offered_says_whom_and_until_when() -> None:
    assert (made(OFFER).people, made(OFFER).answer_by) == ((ASK, MALVA), OFFER.answer_by)


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (ROOM, None),
        (replace(ROOM, offered=9), None),
        (replace(ROOM, allocation="pool", offered=0), None),
        (replace(ROOM, allocation="pool", offered=1), "pool_spoken_for"),
        (FULL, "full"),
        (replace(ROOM, is_open=False), "closed"),
    ],
)
def test_an_introduction_is_refused_with_its_reason(capacity: Capacity, expected: Refusal | None) -> None:
    assert refusal(capacity) == expected
