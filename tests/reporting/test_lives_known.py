"""What is reckoned of lives as of a day, as known on another: a late or corrected word never changes what was known."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from chassis.web.sessions import User, seal
from contracts.interests import InterestChanged
from contracts.matches import PlacementFellThrough
from contracts.opportunities import EmploymentChanged, OpportunityClosed
from contracts.rounds import TrainingNeedFound
from helpers import tell
from inflytt import followup
from inflytt.servers.runs import CLONE
from livessample import TODAY, Household, adapted, day, made, placed, reckoned
from reporting.indicators import CATALOGUE

MAY, JULY = date(2025, 5, 31), date(2025, 7, 31)


async def test_a_late_answer_changes_the_present_share_and_not_the_one_that_was_known(
    service: Service[Settings],
) -> None:
    home = Household()
    await tell(service, home.moved("2025-01"), at=day(1))
    await tell(service, home.left("2025-03", 2), at=day(5))
    await tell(service, home.here(3), at=day(7))
    assert await reckoned(service, "still-here-3", TODAY, date(2025, 4, 30)) == [("2025-01-01", 0, 1, 0, 1)]
    assert await reckoned(service, "still-here-3", TODAY, MAY) == [("2025-01-01", 0, 1, 1, 0)]
    assert await reckoned(service, "still-here-3") == [("2025-01-01", 1, 1, 0, 0)]


async def test_a_move_that_is_told_late_was_not_known_and_is_reckoned_in_its_month(service: Service[Settings]) -> None:
    home = Household()
    await tell(service, home.moved("2025-01"), at=day(7))
    assert await reckoned(service, "still-here-3", MAY, MAY) == []
    assert await reckoned(service, "still-here-3", MAY, JULY) == [("2025-01-01", 0, 1, 0, 1)]


async def test_who_was_complete_then_is_not_unmade_by_what_fell_through_later(service: Service[Settings]) -> None:
    home = Household(home=True)
    job, flat = home.offer("job"), home.offer("home")
    await tell(service, home.registered(), at=day(1))
    await tell(service, made(job), made(flat), placed(job), placed(flat), at=day(3))
    fell = PlacementFellThrough.model_validate({**flat, "side": "owner", "reason": "other"})
    await tell(service, fell, at=day(6))
    complete = [("2025-01-01", 1)]
    assert await reckoned(service, "households-complete", MAY, MAY) == complete
    assert await reckoned(service, "households-complete", MAY, JULY) == complete  # per May it had not fallen
    assert await reckoned(service, "households-complete", JULY, MAY) == complete  # in May nobody knew
    assert await reckoned(service, "households-complete", JULY, JULY) == []


async def test_what_a_household_looked_for_is_what_it_had_said_by_then(service: Service[Settings]) -> None:
    home = Household()
    await tell(service, home.registered(), placed(home.offer("job")), at=day(2))
    home.pupils = 1
    await tell(service, home.registered(InterestChanged), at=day(6))
    assert await reckoned(service, "households-complete", MAY, MAY) == [("2025-01-01", 1)]
    assert await reckoned(service, "households-complete") == []


async def test_a_wait_is_of_the_steps_that_were_taken_and_stood_then(service: Service[Settings]) -> None:
    home = Household()
    first, second = home.offer("job"), home.offer("job")
    await tell(service, home.registered(), at=day(1, 1))
    await tell(service, made(first), made(second), at=day(1, 11))
    await tell(service, placed(first), at=day(2, 10))
    fell = PlacementFellThrough.model_validate({**first, "side": "owner", "reason": "other"})
    await tell(service, fell, placed(second), at=day(6, 10))
    assert await reckoned(service, "days-to-introduction", date(2025, 1, 10), TODAY) == []
    assert await reckoned(service, "days-to-introduction", date(2025, 1, 11), TODAY) == [("2025-01-01", 10, 1)]
    assert await reckoned(service, "days-to-both-yes", MAY, MAY) == [("2025-01-01", 30, 1)]
    assert await reckoned(service, "days-to-both-yes") == [("2025-05-01", 150, 1)]


async def test_of_two_months_that_are_told_for_a_move_the_first_stands_when_both_are_known(
    service: Service[Settings],
) -> None:
    home = Household()
    job = home.offer("job")
    await tell(service, home.registered(), made(job), placed(job), at=day(1, 2))
    await tell(service, home.moved("2025-06"), at=day(6, 10))
    await tell(service, home.moved("2025-03"), at=day(8, 10))
    assert [row[0] for row in await reckoned(service, "days-to-move", JULY, JULY)] == ["2025-05-01"]
    assert [row[0] for row in await reckoned(service, "days-to-move")] == ["2025-01-01"]


async def test_a_need_was_there_before_anybody_knew_what_became_of_it(service: Service[Settings]) -> None:
    told = {"municipality": "2580", "occupation": "svetsare", "skill": "mig", "people": 11}
    await tell(service, TrainingNeedFound.model_validate({"round_id": uuid4(), **told}), at=day(3))
    assert await reckoned(service, "training-needs", date(2025, 3, 1), TODAY) == []
    assert await reckoned(service, "training-needs", MAY, MAY) == [("2025-01-01", 1, 0, 1)]


async def test_an_adapted_place_is_as_many_as_its_owner_had_said_and_empty_until_the_day_asked(
    service: Service[Settings],
) -> None:
    place = uuid4()
    first = adapted(place, 2, "quiet-workplace")
    await tell(service, first, at=day(5, 1))
    more = EmploymentChanged.model_validate(first.model_dump() | {"places": 5})
    await tell(service, more, at=day(6, 1))
    await tell(service, OpportunityClosed(opportunity_id=place, partner_id="kommunen", reason="other"), at=day(6, 10))
    assert await reckoned(service, "adapted-places", MAY, MAY) == [("2025-05-01", 2)]
    assert await reckoned(service, "adapted-places") == [("2025-05-01", 5)]
    assert await reckoned(service, "adapted-days-empty", date(2025, 5, 11), TODAY) == [("2025-05-01", 21)]
    assert await reckoned(service, "adapted-days-empty") == [("2025-05-01", 200)]


async def shown(client: httpx.AsyncClient, address: str) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.replace("\xa0", " ").split())


@pytest.fixture
async def answered(service: Service[Settings]) -> None:
    """Twenty who moved in in January, of whom ten stayed; that ten more did was told in July."""
    homes = [Household() for _ in range(30)]
    await tell(service, *(home.moved("2025-01") for home in homes[:20]), at=day(1))
    await tell(service, *(home.here(3) for home in homes[:10]), at=day(5))
    await tell(service, *(home.moved("2025-01") for home in homes[20:]), at=day(7))


@pytest.mark.usefixtures("answered")
async def test_the_page_says_what_was_known_and_what_is_known_otherwise_now(client: httpx.AsyncClient) -> None:
    now = await shown(client, "/indikatorer/still-here-3")
    assert "33,3 %" in now
    assert "Ändrat sedan dess" not in now
    then = await shown(client, "/indikatorer/still-here-3?per=2025-05-31&kand=2025-05-31")
    assert "50 %" in then
    assert "januari–april 2025: då känt 50 %, känt nu 33,3 %." in then
    before = await shown(client, "/indikatorer/still-here-3?per=2025-03-31")
    assert "Inget helt tertial kan visas än" in before


@pytest.mark.usefixtures("answered")
async def test_days_within_a_month_show_its_end_so_that_nobody_can_follow_one_household(
    client: httpx.AsyncClient,
) -> None:
    page = await shown(client, "/indikatorer/still-here-3?per=2025-07-15&kand=2025-07-20")
    assert "Läget 30 juni 2025, så som det var känt 30 juni 2025." in page
    assert "50 %" in page


async def test_complete_households_are_shown_in_fives_whenever_they_are_asked_about(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    async def complete(number: int, at: datetime) -> None:
        for _ in range(number):
            home = Household()
            await tell(service, home.registered(), placed(home.offer("job")), at=at)

    await complete(6, day(2))
    await complete(3, datetime(2025, 6, 2, tzinfo=UTC))
    page = await shown(client, "/indikatorer/households-complete")
    assert re.findall(r'<td class="num">(.*?)</td>', page) == [
        "5",
        '<span class="vh">färre än fem</span><span aria-hidden="true">..</span>',
    ]


@pytest.mark.usefixtures("answered")
async def test_two_days_of_what_is_reckoned_stand_beside_each_other(client: httpx.AsyncClient) -> None:
    page = await shown(client, "/jamfor?a=2025-04&b=2025-08")
    assert "Räknat ur flera händelser" in page
    assert "/indikatorer/still-here-3" in page


async def test_every_reckoned_indicator_answers_for_every_day(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, Household().registered(), at=day(1))
    for indicator in CATALOGUE.indicator:
        if indicator.reckoned:
            for per in (date(1999, 1, 1), MAY, TODAY + timedelta(days=900)):
                address = f"/indikatorer/{indicator.id}?per={per}&kand={per}"
                assert (await client.get(address)).status_code == 200, address


async def test_an_assignments_figures_and_the_officers_text_tell_what_was_reckoned_as_of_its_day(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    file = CLONE / "deploy" / "inflytt" / "programmes" / "uppsala.toml"
    sent: dict[str, Any] = json.loads(json.dumps(followup.read(file)[1], default=str))
    sent["links"] += [{"subject": "uppsala-5.2", "indicator": "households-complete"}]
    token = {"Authorization": "Bearer " + "t" * 32}
    assert (await client.post("/api/programmes", json=sent, headers=token)).status_code == 200
    for at, number in ((day(2), 10), (day(6), 10)):
        for _ in range(number):
            home = Household()
            told = (home.registered(), placed(home.offer("job")))
            await tell(service, *told, at=at, municipality="0380")
    page = "/mal/uppsala-5/uppdrag/2"
    assert "<strong>10</strong> hushåll, maj–augusti 2025" in await shown(client, f"{page}?per=2025-08-31")
    assert "<strong>10</strong> hushåll, januari–april 2025" in await shown(client, f"{page}?per=2025-05-31")
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub="hagg", roles=frozenset({"officer"}), municipality="0380")
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))
    csrf = (await client.get("/arbete")).text.split('name="csrf" value="')[1].split('"')[0]
    dates = {"per": "2025-05-31", "report_by": "2026-12-10", "review_by": "2026-12-20", "publish_by": "2026-12-30"}
    assert (await client.post("/arbete/uppsala", data={"csrf": csrf, **dates})).status_code == 303
    text = await shown(client, "/arbete/uppsala/2025-05-31/uppsala-5.2")
    assert "Hushåll med allt på plats: 10, januari–april 2025." in text
