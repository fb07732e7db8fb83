"""What a period of an indicator is made of, and every word behind it: for those who may see the events."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from chassis.web.sessions import User, seal
from contracts.matches import OfferMade
from contracts.measurements import MeasurementReported
from contracts.opportunities import OpportunityClosed
from helpers import tell
from livessample import TODAY, Household, adapted, day, made, placed
from reporting.store import lives


def signed_in(client: httpx.AsyncClient, municipality: str | None) -> None:
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub="u1", roles=frozenset({"officer"}), municipality=municipality)
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))


async def shown(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, (path, answer.status_code)
    return answer.text.replace("\xa0", " ")


async def lived(service: Service[Any]) -> list[Household]:
    """Seven households that got all they wanted and moved in; four said that they stay, one that it left."""
    homes = [Household() for _ in range(7)]
    await tell(service, *(home.registered() for home in homes), at=day(1))
    offers = [home.offer("job") for home in homes]
    await tell(service, *map(made, offers), at=day(2))
    await tell(service, *map(placed, offers), at=day(3, 11))
    await tell(service, *(home.moved("2025-03") for home in homes), at=day(3, 20))
    await tell(service, *(home.here(3) for home in homes[:4]), homes[4].left("2025-05", 2), at=day(6))
    place = uuid4()
    await tell(service, adapted(place, 2, "quiet-workplace"), at=day(4, 20))
    filled = Household().offer("employment", place=place)
    await tell(service, OfferMade.model_validate(made(filled)), placed(filled), at=day(4, 30))
    await tell(service, OpportunityClosed(opportunity_id=place, partner_id="kommunen", reason="other"), at=day(5, 10))
    return homes


@pytest.mark.parametrize("indicator", sorted(lives.MADE_OF))
async def test_a_periods_number_is_the_sum_of_what_it_is_made_of(service: Service[Settings], indicator: str) -> None:
    await lived(service)
    async with service.database.transaction() as tx:
        for one in await lives.reckoned(tx, indicator, TODAY, TODAY):
            parts = await lives.made_of(tx, indicator, TODAY, TODAY, one.municipality, one.start, 100)
            if indicator == "adapted-days-empty":
                assert one.value == round(sum(part.value or 0 for part in parts))
            elif indicator.startswith("still-here"):
                assert (one.rests_on, one.value) == (len(parts), sum(part.value == 1 for part in parts))
            else:
                assert len(parts) == (one.rests_on or one.value)


async def test_an_officer_opens_a_reckoned_number_to_its_households_and_each_to_its_words(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    homes = await lived(service)
    signed_in(client, "2580")
    page = await shown(client, "/indikatorer/households-complete")
    (link,) = re.findall(r'href="(/uppfoljning/indikator/households-complete\?[^"]+)"', page)
    rows = await shown(client, link.replace("&amp;", "&"))
    assert {home.id for home in homes if str(home.id) in rows} == {home.id for home in homes}
    (words,) = re.findall(rf'href="(/uppfoljning/ord/{homes[4].id}[^"]*)"', rows)
    told = await shown(client, words)
    assert "Flyttade in" in told
    assert "Kvar efter 3 månader" in told
    assert "interests/" in told  # its place in the log
    before = await shown(client, f"/uppfoljning/ord/{homes[4].id}?kand=2025-04-30")
    assert "Kvar efter 3 månader" not in before


async def test_how_each_household_answered_stands_beside_it(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await lived(service)
    signed_in(client, None)
    text = await shown(client, "/uppfoljning/indikator/still-here-3?kommun=2580&start=2025-05-01")
    answers = [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r'<td class="num">(.*?)</td>', text)]
    assert sorted(answers) == ["bor kvar"] * 4 + ["har flyttat"] + ["inget svar"] * 2


async def test_what_partners_told_opens_to_each_telling_as_known_on_a_day(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    for month, value in ((2, 2100), (6, 1900)):
        told = {"indicator_id": "new-workplaces", "partner_id": "matarna", "value": value, "unit": "workplaces"}
        told |= {"period_from": "2024-01-01", "period_to": "2024-12-31", "measured_at": "2025-02-01", "source": "SCB"}
        await tell(service, MeasurementReported.model_validate(told), at=day(month), municipality="0380")
    signed_in(client, "0380")
    assert "uppfoljning/indikator/new-workplaces" in await shown(client, "/indikatorer/new-workplaces")
    address = "/uppfoljning/indikator/new-workplaces?kommun=0380&start=2024-01-01"
    both = await shown(client, address)
    assert "2 100" in both
    assert "1 900" in both
    assert "measurements/" in both
    assert "1 900" not in await shown(client, f"{address}&kand=2025-05-31")
    nothing = await shown(client, "/uppfoljning/indikator/new-workplaces?kommun=0380&start=2019-01-01")
    assert "Ingen händelse är känd om perioden." in nothing


async def test_the_events_are_for_officers_of_the_municipality_alone(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    homes = await lived(service)
    address = "/uppfoljning/indikator/still-here-3?kommun=2580&start=2025-05-01"
    assert "/uppfoljning/indikator" not in await shown(client, "/indikatorer/households-complete")
    assert (await client.get(address)).status_code == 303  # to sign in
    signed_in(client, "0380")
    for path in (address, f"/uppfoljning/ord/{homes[0].id}", f"/uppfoljning/ord/{uuid4()}"):
        await shown(client, path, 404)
    await shown(client, "/uppfoljning/indikator/registered?kommun=0380&start=2025-05-01", 404)
    await shown(client, "/uppfoljning/indikator/still-here-3?kommun=0380&start=nyss", 422)
