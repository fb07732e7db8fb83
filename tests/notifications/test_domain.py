"""What is told to whom, and at what hour."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from contracts import Event
from contracts.fields import Kind
from contracts.interests import ConfirmationRequested, InterestWithdrawn, StillHereAsked
from contracts.matches import (
    AcceptanceTooLate,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
)
from contracts.opportunities import POSTED, Place
from notifications.domain import LONGEST_PAUSE, is_decent, letters_for, send_at, told_of, try_again_at
from reportingsample import happened

ASK, MALVA = uuid4(), uuid4()
ANSWER_BY = datetime(2026, 11, 26, 15, tzinfo=UTC)


def offer(kind: type[Event], people: tuple[UUID, ...] = (ASK,), **more: Any) -> Any:
    facts = {"offer_id": UUID(int=1), "interest_id": UUID(int=2), "opportunity_id": UUID(int=3), "kind": "home"}
    return kind(**facts, partner_id="lulehem", people=people, **more)


def told(event: Event) -> list[tuple[str, str]]:
    return [(letter.template, letter.recipient) for letter in letters_for(event)]


def test_whoever_registered_is_asked_to_confirm_in_their_language() -> None:
    (letter,) = letters_for(ConfirmationRequested(interest_id=uuid4(), person_id=ASK, language="en"))
    assert (letter.template, letter.person_id, letter.language) == ("confirm", ASK, "en")


def test_whether_they_live_here_still_is_asked_of_each_adult_at_a_decent_hour() -> None:
    letters = letters_for(StillHereAsked(interest_id=uuid4(), people=(ASK, MALVA), months=12))
    assert [(one.template, one.person_id, one.at_any_hour) for one in letters] == [
        ("still_here", ASK, False),
        ("still_here", MALVA, False),
    ]
    assert {one.facts["months"] for one in letters} == {"12"}


def test_an_offer_is_told_to_every_adult_it_asks_and_to_the_owner() -> None:
    event = offer(OfferMade, (ASK, MALVA), match_id=uuid4(), answer_by=ANSWER_BY)
    assert told(event) == [("offer", str(ASK)), ("offer", str(MALVA)), ("owner_offer", "lulehem")]
    assert {letter.facts["answer_by"] for letter in letters_for(event)} == {ANSWER_BY.isoformat()}


def test_an_offer_of_a_school_place_is_told_to_the_adults_of_the_household() -> None:
    event = offer(OfferMade, (ASK, MALVA), match_id=uuid4(), answer_by=ANSWER_BY).model_copy(update={"kind": "school"})
    assert told(event)[:2] == [("offer", str(ASK)), ("offer", str(MALVA))]
    assert {letter.facts["kind"] for letter in letters_for(event)} == {"school"}


@pytest.mark.parametrize(("kind", "owner"), [("job", "x"), ("employment", "x"), ("home", "x"), ("school", "")])
def test_a_place_is_told_by_title_and_owner(kind: Kind, owner: str) -> None:
    place = told_of(cast(Place, happened(POSTED[kind], 1)))
    assert (place["title"], place["owner"], place["own_reference"]) == ("x", owner, "1")
    assert ("rent" in place) == (kind == "home")


def test_only_who_has_to_queue_or_apply_is_told_how() -> None:
    school = cast(Place, happened(POSTED["school"], 1)).model_copy(update={"how_to_join": "Sök här."})
    assert "how_to_join" not in told_of(school)  # the sample's is a pool
    assert told_of(school.model_copy(update={"allocation": "authority_decides"}))["how_to_join"] == "Sök här."


def test_a_placement_is_told_to_the_people() -> None:
    assert told(offer(PlacementMade, seat=1)) == [("placement", str(ASK))]


def test_the_owners_no_is_told_to_the_people() -> None:
    assert told(offer(PlacementFellThrough, side="owner", reason="filled")) == [("fell_through", str(ASK))]


def test_whoever_alone_said_no_needs_no_letter_about_it() -> None:
    assert told(offer(PlacementFellThrough, side="person", reason="too_far")) == []


def test_when_one_of_two_said_no_both_hear_that_it_is_over() -> None:
    event = offer(PlacementFellThrough, (ASK, MALVA), side="person", reason="too_far")
    assert told(event) == [("fell_through", str(ASK)), ("fell_through", str(MALVA))]


@pytest.mark.parametrize(
    ("event", "template"),
    [
        (offer(OfferLapsed, silent="owner"), "lapsed"),
        (offer(OfferWithdrawn, reason="closed"), "withdrawn"),
        (offer(AcceptanceTooLate), "too_late"),
    ],
)
def test_every_other_end_of_an_offer_is_told_to_the_people(event: Event, template: str) -> None:
    assert told(event) == [(template, str(ASK))]


@pytest.mark.parametrize("reason", ["withdrawn", "placed"])
def test_a_household_needs_no_letter_about_what_it_did_itself(reason: str) -> None:
    assert told(offer(OfferWithdrawn, reason=reason)) == []


def test_what_concerns_nobodys_inbox_asks_for_no_letter() -> None:
    assert letters_for(InterestWithdrawn(interest_id=uuid4(), reason="elsewhere")) == []


def test_the_same_cause_recipient_and_template_make_the_same_message() -> None:
    first, second = letters_for(offer(OfferMade, (ASK, MALVA), match_id=uuid4(), answer_by=ANSWER_BY))[:2]
    cause, other = uuid4(), uuid4()
    assert first.id(cause) == first.id(cause)
    assert len({first.id(cause), second.id(cause), first.id(other)}) == 3


@pytest.mark.parametrize(
    ("ready", "goes"),
    [
        ("2026-11-23T07:59:59+01:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-23T08:00:00+01:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-23T19:59:59+01:00", "2026-11-23T19:59:59+01:00"),
        ("2026-11-23T20:00:00+01:00", "2026-11-24T08:00:00+01:00"),
        ("2026-11-23T00:30:00+01:00", "2026-11-23T08:00:00+01:00"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00"),  # the night the clocks go forward
        ("2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"),  # and back
    ],
)
def test_letters_wait_for_a_decent_hour_in_sweden(ready: str, goes: str) -> None:
    moment = datetime.fromisoformat(ready)
    assert send_at(False, moment) == datetime.fromisoformat(goes)
    assert is_decent(send_at(False, moment))
    assert send_at(False, moment.astimezone(UTC)) == datetime.fromisoformat(goes)


def test_a_letter_somebody_waits_for_goes_at_any_hour() -> None:
    night = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert send_at(True, night) == night


def test_each_new_try_waits_twice_as_long_up_to_a_quarter_of_an_hour() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    waits = [try_again_at(True, attempts, noon) - noon for attempts in (1, 2, 3, 50)]
    assert waits == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20), LONGEST_PAUSE]
    late = datetime(2026, 11, 23, 18, 59, 59, tzinfo=UTC)
    assert try_again_at(False, 1, late) == datetime(2026, 11, 24, 7, tzinfo=UTC)
