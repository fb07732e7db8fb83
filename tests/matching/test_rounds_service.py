"""Rounds in the service, on a real PostgreSQL: solved beside the loop, published whole or not at all, taken back."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from contracts import Event
from contracts.interests import HomeNeeds, InterestWithdrawn, OfferAccepted
from contracts.matches import MatchProposed, MatchRetracted, MatchReviewed, OfferMade, OfferWithdrawn, PlacementMade
from contracts.opportunities import OpportunityClosed, OwnerAnswered
from contracts.rounds import RoundAllocated, RoundUndone, ScarcityFound, TrainingNeedFound
from matching.rounds import solving
from matchingsample import VIDE, adult, dwelling, household, vacancy


@pytest.fixture
async def solver(platform: Any) -> AsyncIterator[None]:
    """The loop runs as it does in a process."""
    service = platform.service
    service.stopping.clear()
    running = asyncio.create_task(solving.run(service))
    yield
    service.stopping.set()
    await asyncio.wait_for(running, 10)
    service.stopping.clear()


def family(rooms: int = 2) -> Any:
    return household(adult(None), home=HomeNeeds(rooms_min=rooms))


def of(kind: type[Event], said: list[Event]) -> list[Any]:
    return [event for event in said if isinstance(event, kind)]


async def press(browser: Any, path: str, **told: Any) -> Any:
    page = await browser.get(path.rsplit("/", 1)[0] if path.count("/") > 2 else path)
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return await browser.post(path, data={"csrf": found[1], **told})


async def asked(browser: Any, *kinds: str) -> str:
    answer = await press(browser, "/rundor", kinds=list(kinds))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def solved(browser: Any, where: str) -> str:
    """The round's page, once it is solved or refused."""
    for _ in range(300):
        shown = (await browser.get(where)).text
        if not re.search(r'data-state="(asked|solving)"', shown):
            return str(shown)
        await asyncio.sleep(0.1)
    raise AssertionError(shown)


@pytest.mark.usefixtures("solver")
async def test_nothing_goes_out_until_a_named_person_publishes_and_then_whole_packages_do(
    platform: Any, web: Any
) -> None:
    browser, families = web(VIDE), [family() for _ in range(3)]
    await platform.tell(*families, dwelling("pool", 2), dwelling("owner_decides", 5))
    await platform.said()
    where = await asked(browser, "home")
    shown = await solved(browser, where)
    assert "2 av 3" in shown
    assert of(OfferMade, await platform.said()) == []
    assert (await press(browser, f"{where}/publish")).status_code == 303
    said = await platform.said()
    offers = of(OfferMade, said)
    assert len(offers) == 2
    assert len({offer.interest_id for offer in offers}) == 2
    (told,) = of(RoundAllocated, said)
    assert (told.households, told.served) == (3, 2)
    assert (await press(browser, f"{where}/publish")).status_code == 409


@pytest.mark.usefixtures("solver")
async def test_a_round_touches_pools_only(platform: Any, web: Any) -> None:
    browser = web(VIDE)
    await platform.tell(household(), vacancy(), family(), dwelling("owner_decides"), dwelling("queue_bound"))
    await platform.said()
    assert "Gick inte att lösa" in await solved(browser, await asked(browser, "job", "home"))


@pytest.mark.usefixtures("solver")
async def test_what_has_changed_since_it_was_solved_is_left_out_and_told(platform: Any, web: Any) -> None:
    browser, stays, goes = web(VIDE), family(), family()
    closes = dwelling("pool", 1)
    await platform.tell(stays, goes, dwelling("pool", 1), closes)
    await platform.said()
    where = await asked(browser, "home")
    assert "2 av 2" in await solved(browser, where)
    await platform.tell(InterestWithdrawn(interest_id=goes.interest_id, reason="not_moving"))
    await press(browser, f"{where}/publish")
    offers = of(OfferMade, await platform.said())
    assert [offer.interest_id for offer in offers] == [stays.interest_id]
    shown = (await browser.get(where)).text
    assert "Utan erbjudande, för att något hade ändrats" in shown


@pytest.mark.usefixtures("solver")
async def test_an_undo_withdraws_what_nobody_answered_and_leaves_a_trace(platform: Any, web: Any) -> None:
    browser = web(VIDE)
    await platform.tell(family(), family(), dwelling("pool", 2))
    await platform.said()
    where = await asked(browser, "home")
    await solved(browser, where)
    await press(browser, f"{where}/publish")
    answered, silent = of(OfferMade, await platform.said())
    await platform.tell(
        OfferAccepted(interest_id=answered.interest_id, offer_id=answered.offer_id, person_id=answered.people[0])
    )
    assert (await press(browser, f"{where}/undo")).status_code == 303
    said = await platform.said()
    assert [(e.offer_id, e.reason) for e in of(OfferWithdrawn, said)] == [(silent.offer_id, "round_undone")]
    (undone,) = of(RoundUndone, said)
    assert (undone.withdrawn, undone.stand) == (1, 1)
    shown = (await browser.get(where)).text
    assert "vide tog tillbaka rundan" in shown
    assert (await press(browser, f"{where}/undo")).status_code == 409


@pytest.mark.usefixtures("solver")
async def test_a_lock_is_tried_as_a_round_of_its_own_before_anything_happens(platform: Any, web: Any) -> None:
    browser, families = web(VIDE), [family() for _ in range(2)]
    await platform.tell(*families, dwelling("pool", 1))
    await platform.said()
    where = await asked(browser, "home")
    (row,) = await platform.rows("select result from rounds") if await solved(browser, where) else [{}]
    (got,) = row["result"]["allocations"]
    assert (await press(browser, f"{where}/otherwise", lock="stays_out", household=got["household"])).status_code == 422
    answer = await press(
        browser, f"{where}/otherwise", lock="stays_out", household=got["household"], reason="vill vänta"
    )
    shown = await solved(browser, answer.headers["location"])
    assert "Står utanför, enligt ett lås" in shown
    (other,) = {str(one.interest_id) for one in families} - {got["household"]}
    assert f'data-household="{other}"' in shown
    assert of(OfferMade, await platform.said()) == []


@pytest.mark.usefixtures("solver")
async def test_a_published_package_goes_the_same_way_as_any_offer(platform: Any, web: Any) -> None:
    browser = web(VIDE)
    await platform.tell(family(), dwelling("pool", 1))
    proposed = of(MatchProposed, await platform.said())
    where = await asked(browser, "home")
    await solved(browser, where)
    await press(browser, f"{where}/publish")
    said = await platform.said()
    (reviewed,), (offer,) = of(MatchReviewed, said), of(OfferMade, said)
    assert (reviewed.match_id, reviewed.reason) == (proposed[0].match_id, "whole_household")
    await platform.tell(
        OfferAccepted(interest_id=offer.interest_id, offer_id=offer.offer_id, person_id=offer.people[0]),
        OwnerAnswered(
            opportunity_id=offer.opportunity_id, partner_id=offer.partner_id, offer_id=offer.offer_id, answer="yes"
        ),
    )
    assert len(of(PlacementMade, await platform.said())) == 1


@pytest.mark.usefixtures("solver")
async def test_a_published_round_tells_what_is_missing_and_for_whom_in_groups_of_ten(platform: Any, web: Any) -> None:
    browser = web(VIDE)
    await platform.tell(*(family(rooms=3) for _ in range(14)), dwelling("pool", 2))
    unlicensed = [household(adult("underskoterska")) for _ in range(12)]
    work = vacancy("underskoterska", 12, allocation="pool", agreement="avtal-1")
    await platform.tell(
        *unlicensed, work, household(adult("svetsare")), vacancy(allocation="pool", agreement="avtal-1")
    )
    await platform.said()
    where = await asked(browser, "home", "job")
    assert "Vad som saknas" in await solved(browser, where)
    await press(browser, f"{where}/publish")
    said = await platform.said()
    (scarce,) = of(ScarcityFound, said)
    assert (scarce.kind, scarce.sort, scarce.area, scarce.more, scarce.waiting) == ("home", "3", "lulea-kronan", 10, 12)
    assert 9 <= scarce.households <= 10
    (lacking,) = of(TrainingNeedFound, said)
    assert (lacking.skill, lacking.people) == ("yrkestitel-underskoterska", 12)


@pytest.mark.usefixtures("solver")
async def test_a_home_that_closes_under_a_round_takes_its_offer_along(platform: Any, web: Any) -> None:
    browser, home = web(VIDE), dwelling("pool", 1)
    await platform.tell(family(), home)
    await platform.said()
    where = await asked(browser, "home")
    await solved(browser, where)
    await press(browser, f"{where}/publish")
    (offer,) = of(OfferMade, await platform.said())
    await platform.tell(OpportunityClosed(opportunity_id=home.opportunity_id, partner_id="lulehem", reason="expired"))
    said = await platform.said()
    assert [e.offer_id for e in of(OfferWithdrawn, said)] == [offer.offer_id]
    assert of(MatchRetracted, said) == []


async def test_a_round_whose_solver_died_is_taken_over(platform: Any, web: Any) -> None:
    browser = web(VIDE)
    await platform.tell(family(), dwelling("pool", 1))
    await platform.said()
    where = await asked(browser, "home")
    await platform.rows(
        "update rounds set state = 'solving', beat = clock_timestamp() - interval '1 minute' returning 1"
    )
    service = platform.service
    running = asyncio.create_task(solving.run(service))
    assert "1 av 1" in await solved(browser, where)
    service.stopping.set()
    await running
    service.stopping.clear()


async def test_rounds_of_another_municipality_are_nobodys(platform: Any, web: Any) -> None:
    where = await asked(web(VIDE), "home")
    elsewhere = VIDE.model_copy(update={"municipality": "0380"})
    assert (await web(elsewhere).get(where)).status_code == 404
    assert UUID(where.rsplit("/", 1)[1])
