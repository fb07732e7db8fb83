"""Still here? Asked three and twelve months after a household moved in, answered on its own page, and changed there."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from contracts import Event
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import HouseholdLeft, InterestWithdrawn, MovedIn, StillHere, StillHereAsked
from intake.domain.staying import HERE, asked_at, marks_ahead, may_have_left
from intakesample import adult, registration


def months_on(now: datetime, months: int) -> str:
    """The month so many after this one."""
    year, number = divmod(now.year * 12 + now.month - 1 + months, 12)
    return f"{year:04}-{number + 1:02}"


HEADINGS = re.compile(r"<h[1-6][^>]*>\s*([^<]+?)\s*</h[1-6]>")
NOW = clock.now()
THIS = months_on(NOW, 0)


def days_to(mark: Any, after: float = 0) -> float:
    """Days from now to when a household that moved in this month is asked, and so many more."""
    return (asked_at(THIS, mark) - NOW) / timedelta(days=1) + 0.01 + after


async def moved_in(world: Any, *, adults: int = 2) -> tuple[UUID, list[UUID]]:
    names = ("Ask", "Malva")[:adults]
    interest_id, people = await world.confirmed(registration(*(adult(name) for name in names)), adults=adults)
    assert (await world.press(await world.own_page(people[0]), "/moved-in", month=THIS)).status_code == 303
    assert MovedIn(interest_id=interest_id, month=THIS) in await world.said()
    return interest_id, people


async def asked(world: Any, later: Callable[..., None], mark: Any = 3, **more: Any) -> tuple[UUID, list[UUID]]:
    interest_id, people = await moved_in(world, **more)
    later(days=days_to(mark))
    await world.pass_time()
    await world.said()
    return interest_id, people


async def said_of(world: Any, interest_id: UUID) -> list[Any]:
    """What was said of the household since last asked: other tests' are asked too when time passes."""
    return [event for event in await world.said() if getattr(event, "interest_id", None) == interest_id]


async def press(world: Any, link: str, answer: str, month: str = "") -> str:
    pressed = await world.press(link, "/still-here", answer=answer, **({"month": month} if month else {}))
    assert pressed.status_code == 303, pressed.text
    return str(pressed.headers["location"]).partition("sagt=")[2]


def test_the_question_comes_at_ten_on_the_first_of_the_month_in_summer_and_winter() -> None:
    assert asked_at("2026-11", 3) == datetime(2027, 2, 1, 9, tzinfo=UTC)
    assert asked_at("2026-03", 3) == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert asked_at("2026-12", 12) == datetime(2027, 12, 1, 9, tzinfo=UTC)


def test_who_tells_of_a_move_long_ago_is_asked_only_of_what_is_ahead() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=HERE)
    assert marks_ahead("2026-11", now) == [3, 12]
    assert marks_ahead("2026-07", now) == [12]
    assert marks_ahead("2025-01", now) == []


def test_nobody_left_before_they_came_or_in_a_month_to_come() -> None:
    now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # December in Sweden
    assert [may_have_left(month, "2026-05", now) for month in ("2026-04", "2026-05", "2026-12", "2027-01")] == [
        False, True, True, False,
    ]  # fmt: skip


async def test_each_confirmed_adult_is_asked_after_three_months_and_after_twelve(
    world: Any, later: Callable[..., None]
) -> None:
    interest_id, people = await moved_in(world)
    later(days=days_to(3, -1))
    await world.pass_time()
    assert await said_of(world, interest_id) == []
    for mark in (3, 12):
        later(days=days_to(mark))
        for _ in range(2):  # once, however often we look
            await world.pass_time()
        assert await said_of(world, interest_id) == [
            StillHereAsked(interest_id=interest_id, people=tuple(people), months=mark)
        ]


async def test_a_yes_is_said_once_and_the_page_shows_it(world: Any, later: Callable[..., None]) -> None:
    interest_id, (ask, malva) = await asked(world, later)
    link = await world.own_page(ask)
    assert "Bor ni kvar i Luleå?" in (await world.client.get(link)).text
    assert await press(world, link, "here") == "kvar"
    assert await press(world, await world.own_page(malva), "here") == "kvar"
    assert await said_of(world, interest_id) == [StillHere(interest_id=interest_id, months=3)]
    assert "Ni har svarat: vi bor kvar" in (await world.client.get(link)).text
    assert "You have answered: we still live here" in (await world.client.get(f"{link}?lang=en")).text


async def test_the_question_is_the_pages_heading_and_stands_there_once(world: Any, later: Callable[..., None]) -> None:
    _, (ask,) = await asked(world, later, adults=1)
    link = await world.own_page(ask)
    assert HEADINGS.findall((await world.client.get(link)).text).count("Bor ni kvar i Luleå?") == 1
    assert HEADINGS.findall((await world.client.get(link)).text)[0] == "Bor ni kvar i Luleå?"
    await press(world, link, "here")
    after = HEADINGS.findall((await world.client.get(link)).text)
    assert after[:2] == ["Välkomna hit.", "Bor ni kvar i Luleå?"]


async def test_the_last_word_stands(world: Any, later: Callable[..., None]) -> None:
    interest_id, (ask, malva) = await asked(world, later)
    link, left = await world.own_page(ask), months_on(NOW, 2)
    assert await press(world, link, "left", left) == "flyttat"
    assert await press(world, await world.own_page(malva), "here") == "kvar"
    assert await press(world, link, "left", left) == "flyttat"
    gone = HouseholdLeft(interest_id=interest_id, month=left, stayed=2)
    assert await said_of(world, interest_id) == [gone, StillHere(interest_id=interest_id, months=3), gone]


async def test_who_has_left_is_not_asked_again(world: Any, later: Callable[..., None]) -> None:
    interest_id, (ask, _) = await asked(world, later)
    await press(world, await world.own_page(ask), "left", months_on(NOW, 3))
    await world.said()
    later(days=days_to(12))
    await world.pass_time()
    assert await said_of(world, interest_id) == []


async def test_silence_says_nothing_and_after_a_month_the_question_is_gone(
    world: Any, later: Callable[..., None]
) -> None:
    interest_id, (ask, _) = await asked(world, later)
    later(days=days_to(3, 31))
    await world.pass_time()
    link = await world.own_page(ask)
    assert "Bor ni kvar" not in (await world.client.get(link)).text
    assert await press(world, link, "here") == "inte-nu"
    assert await said_of(world, interest_id) == []


@pytest.mark.parametrize("month", ["", "2019-01", "snart", months_on(NOW, -1), months_on(NOW, 4)])
async def test_who_left_says_when_and_it_has_to_be_possible(world: Any, later: Callable[..., None], month: str) -> None:
    interest_id, (ask,) = await asked(world, later, adults=1)
    answer = await world.press(await world.own_page(ask), "/still-here", answer="left", month=month)
    assert answer.status_code == 422
    assert await said_of(world, interest_id) == []


async def test_a_form_that_this_service_did_not_hand_out_answers_nothing(
    world: Any, later: Callable[..., None]
) -> None:
    interest_id, (ask,) = await asked(world, later, adults=1)
    answer = await world.client.post(f"{await world.own_page(ask)}/still-here", data={"answer": "here"})
    assert answer.status_code == 403
    assert await said_of(world, interest_id) == []


async def test_who_has_withdrawn_or_is_erased_is_not_asked(world: Any, later: Callable[..., None]) -> None:
    endings: tuple[tuple[str, set[type[Event]]], ...] = (
        ("/withdraw", {InterestWithdrawn}),
        ("/erase", {InterestWithdrawn, SubjectErased}),
    )
    for ending, events in endings:
        interest_id, (ask,) = await moved_in(world, adults=1)
        await world.press(await world.own_page(ask), ending)
        assert {type(event) for event in await said_of(world, interest_id)} - {ErasureCarriedOut} == events
        later(days=days_to(12))
        await world.pass_time()
        assert await said_of(world, interest_id) == []
        later(days=0)


async def test_who_is_left_when_an_adult_is_erased_is_asked_alone(world: Any, later: Callable[..., None]) -> None:
    interest_id, (ask, malva) = await moved_in(world)
    await world.press(await world.own_page(ask), "/erase")
    await world.said()
    later(days=days_to(3))
    await world.pass_time()
    assert await said_of(world, interest_id) == [StillHereAsked(interest_id=interest_id, people=(malva,), months=3)]
