"""What becomes of people after the first yes: who stayed, who has all they looked for, how long it took, what stood empty."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from contracts import Event
from contracts.interests import HouseholdLeft, InterestChanged, StillHere
from contracts.matches import PlacementFellThrough
from contracts.opportunities import CourseOffered, OpportunityClosed
from contracts.rounds import TrainingNeedFound
from helpers import tell
from livessample import TODAY, Household, adapted, day, made, placed, reckoned
from reporting.domain.lives import LIVES, Reckoned, ends, points
from reporting.domain.said import Said
from reporting.indicators import CATALOGUE
from reporting.store import lives
from reporting.store import observations as asked


async def counted(service: Service[Any], per: date) -> dict[str, int]:
    async with service.database.transaction() as tx:
        found = await asked.counted(tx, "", per, date(2030, 1, 1))
    return {cell.figure: cell.count for cell in found if cell.figure in ("still_here_3", "still_here_12", "left")}


def test_who_lives_here_after_twelve_months_did_so_after_three() -> None:
    home = Household()
    assert LIVES[StillHere](home.here(12)) == [
        Said("still_here_3", home.id), Said("still_here_12", home.id), Said("left", home.id, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("stayed", "after"), [(0, (0, 0)), (3, (0, 0)), (4, (1, 0)), (8, (1, 0)), (13, (1, 1))])
def test_who_left_in_the_eighth_month_was_still_here_after_three(stayed: int, after: tuple[int, int]) -> None:
    said = LIVES[HouseholdLeft](Household().left("2026-03", stayed))
    assert [(one.figure, one.amount) for one in said] == [
        ("still_here_3", after[0]), ("still_here_12", after[1]), ("left", 1),
    ]  # fmt: skip


async def test_leaving_later_does_not_unmake_that_they_were_here_after_three_months(service: Service[Settings]) -> None:
    home = Household()
    await tell(service, home.moved("2025-01"), at=day(1))
    await tell(service, home.here(3), at=day(4))
    await tell(service, home.left("2025-09", 8), at=day(1, 5, 2026))
    assert await counted(service, date(2025, 8, 31)) == {"still_here_3": 1}
    assert await counted(service, date(2025, 9, 1)) == {"still_here_3": 1, "left": 1}


async def test_of_two_answers_to_one_question_the_last_stands(service: Service[Settings]) -> None:
    gone, back = Household(), Household()
    await tell(service, gone.moved("2025-01"), back.moved("2025-01"), at=day(1))
    await tell(service, gone.here(3), gone.left("2025-03", 2), back.left("2025-03", 2), back.here(3), at=day(4))
    assert await counted(service, TODAY) == {"still_here_3": 1, "left": 1}
    assert await reckoned(service, "still-here-3") == [("2025-01-01", 1, 2, 1, 0)]


async def test_who_has_not_answered_stands_beside_and_is_neither_here_nor_gone(service: Service[Settings]) -> None:
    homes = [Household() for _ in range(18)]
    await tell(service, *(home.moved("2025-03") for home in homes), at=day(3))
    await tell(service, *(home.here(3) for home in homes[:6]), at=day(6))
    await tell(service, *(home.left("2025-05", 2) for home in homes[6:11]), at=day(6))
    assert await reckoned(service, "still-here-3") == [("2025-05-01", 6, 18, 5, 7)]
    assert await reckoned(service, "still-here-12") == [("2026-01-01", 0, 18, 5, 13)]
    async with service.database.transaction() as tx:
        seen = points(await lives.reckoned(tx, "still-here-3", TODAY, TODAY), "permille", TODAY, "x")
    assert [(p.until.isoformat(), p.value, *p.breakdown) for p in seen] == [
        ("2025-08-31", 333),
        ("2025-08-31", 333, ("answer", "left")),
        ("2025-08-31", 333, ("answer", "silent")),  # of counts to the nearest five
    ]


@pytest.mark.parametrize(("here", "left", "silent"), [(4, 0, 6), (6, 2, 5), (0, 0, 4), (8, 6, 1)])
def test_a_share_with_few_behind_it_is_not_shown(here: int, left: int, silent: int) -> None:
    parts = (("answer", "left", left), ("answer", "silent", silent))
    one = Reckoned("2580", date(2025, 5, 1), here, here + left + silent, parts)
    assert points([one], "permille", TODAY, "x") == []


def test_a_tertial_that_goes_on_is_not_shown_and_neither_is_a_median_of_few() -> None:
    running, few, many = (
        Reckoned("2580", start, 9, rests_on)
        for start, rests_on in ((date(2026, 9, 1), 7), (date(2025, 1, 1), 4), (date(2025, 9, 1), 5))
    )
    assert [p.until for p in points([running, few, many], "days", TODAY, "x")] == [date(2025, 12, 31)]
    assert [ends(date(2025, month, 1)) for month in (1, 5)] == [date(2025, 4, 30), date(2025, 8, 31)]


async def test_a_household_is_complete_when_the_last_of_what_it_looks_for_is_there(service: Service[Settings]) -> None:
    home = Household(workers=2, home=True, pupils=1)
    wanted = [home.offer("job", 0), home.offer("home"), home.offer("employment", 1), home.offer("school")]
    await tell(service, home.registered(), at=day(1))
    for month, offer in enumerate(wanted, start=4):
        assert await reckoned(service, "households-complete") == []
        await tell(service, made(offer), placed(offer), at=day(month))
    assert await reckoned(service, "households-complete") == [("2025-05-01", 1)]
    fell = PlacementFellThrough.model_validate({**wanted[1], "side": "owner", "reason": "other"})
    await tell(service, fell, at=day(8))
    assert await reckoned(service, "households-complete") == []


async def test_two_jobs_for_one_of_two_who_want_work_are_not_enough(service: Service[Settings]) -> None:
    home = Household(workers=2)
    offers = [home.offer("job", 0), home.offer("job", 0)]
    await tell(service, home.registered(), *map(placed, offers), at=day(2))
    assert await reckoned(service, "households-complete") == []


async def test_what_a_household_said_last_is_what_it_looks_for(service: Service[Settings]) -> None:
    home = Household(workers=2)
    await tell(service, home.registered(), placed(home.offer("job", 0)), at=day(2))
    home.workers = 1
    await tell(service, home.registered(InterestChanged), at=day(3))
    nothing = Household(workers=0)
    await tell(service, nothing.registered(), at=day(3))
    assert await reckoned(service, "households-complete") == [("2025-01-01", 1)]


async def test_each_step_is_told_by_its_median_in_the_period_it_was_taken(service: Service[Settings]) -> None:
    for days in (10, 20, 90):
        home, began = Household(), day(1)
        offer, second = home.offer("job"), home.offer("home")
        await tell(service, home.registered(), at=began)
        await tell(service, made(offer), at=began + timedelta(days=days))
        await tell(service, made(second), at=began + timedelta(days=days + 1))
        await tell(service, placed(offer), at=began + timedelta(days=days + 4))
        await tell(service, home.moved("2025-06"), at=day(6))
    assert await reckoned(service, "days-to-introduction") == [("2025-01-01", 20, 3)]
    assert await reckoned(service, "days-to-both-yes") == [("2025-01-01", 4, 3)]
    assert await reckoned(service, "days-to-move") == [("2025-05-01", 117, 3)]


async def test_a_need_is_one_however_often_it_is_found_and_an_education_later_is_told(
    service: Service[Settings],
) -> None:
    def need(skill: str, occupation: str = "svetsare") -> Event:
        told = {"round_id": uuid4(), "municipality": "2580", "occupation": occupation, "skill": skill, "people": 11}
        return TrainingNeedFound.model_validate(told)

    def course(**more: Any) -> Event:
        told = {"opportunity_id": uuid4(), "partner_id": "lar", "reference": "1", "title": "x", "provider": "x"}
        return CourseOffered.model_validate({**told, **more})

    await tell(service, course(teaches=["tig"]), at=day(1))  # before anybody knew
    await tell(service, need("mig"), need("mig"), need("tig"), need("b", "kock"), at=day(2))
    await tell(service, need("mig"), course(teaches=["mig"]), course(leads_to=["larare"]), at=day(6))
    assert await reckoned(service, "training-needs") == [("2025-01-01", 3, 1, 2)]
    await tell(service, course(leads_to=["kock"]), at=day(9))
    assert await reckoned(service, "training-needs") == [("2025-01-01", 3, 2, 1)]


async def test_an_adapted_place_stands_empty_until_it_is_filled_or_closed(service: Service[Settings]) -> None:
    place = uuid4()
    await tell(service, adapted(place, 2, "quiet-workplace"), adapted(uuid4(), 5), at=day(4, 20))
    offer = Household().offer("employment", place=place)
    await tell(service, made(offer), placed(offer), at=day(4, 30))
    await tell(service, OpportunityClosed(opportunity_id=place, partner_id="kommunen", reason="other"), at=day(5, 10))
    assert await reckoned(service, "adapted-places") == [("2025-01-01", 2)]
    assert await reckoned(service, "adapted-days-empty") == [("2025-01-01", 20), ("2025-05-01", 10)]


async def test_every_indicator_that_is_reckoned_has_an_answer_and_a_page(service: Service[Settings]) -> None:
    ids = [indicator.id for indicator in CATALOGUE.indicator if indicator.reckoned]
    homes = [Household() for _ in range(6)]
    await tell(service, *(home.registered() for home in homes), at=day(1))
    await tell(service, *(made(home.offer("job")) for home in homes), at=day(3))
    transport = httpx.ASGITransport(service.web())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        for id in ids:
            assert (await client.get(f"/indikatorer/{id}")).status_code == 200, id
        text = (await client.get("/indikatorer/days-to-introduction")).text
        listed = (await client.get("/indikatorer?lang=en")).text
    assert len(ids) == 9
    assert "januari–april 2025" in text
    assert "59" in text
    assert "Days to the first introduction" in listed


async def test_what_does_not_exist_is_not_reckoned(service: Service[Settings]) -> None:
    async with service.database.transaction() as tx:
        with pytest.raises(KeyError):
            await lives.reckoned(tx, "population", TODAY, TODAY)
        with pytest.raises(KeyError):
            await lives.made_of(tx, "population", TODAY, TODAY, "2580", TODAY, 1)
