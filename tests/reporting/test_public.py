"""What everybody sees, and what officers compare: closed months, live numbers, two days, an indicator as of a day."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from chassis.web.sessions import User, seal
from contracts import Event
from contracts.fields import Kind
from contracts.interests import ConfirmationRequested, InterestRegistered, MovedIn
from contracts.matches import MatchProposed, MatchRetracted, OfferMade, PlacementMade
from contracts.measurements import MeasurementReported
from contracts.opportunities import POSTED, VacancyPosted
from helpers import tell
from reportingsample import happened

NOW = datetime(2027, 2, 10, 9, tzinfo=UTC)
NOVEMBER, DECEMBER = datetime(2026, 11, 5, 9, tzinfo=UTC), datetime(2026, 12, 5, 9, tzinfo=UTC)
LATE = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)  # February in Sweden
ROAD = (ConfirmationRequested, InterestRegistered, VacancyPosted, MatchProposed, OfferMade, PlacementMade, MovedIn)


@pytest.fixture(autouse=True)
def february(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 10 February 2027."""
    (tmp_path / "clock").write_text(str((NOW - datetime.now(UTC)).total_seconds()))
    monkeypatch.setenv("INFLYTT_CLOCK", str(tmp_path / "clock"))


@pytest.fixture
def officer(client: httpx.AsyncClient) -> httpx.AsyncClient:
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub="u1", roles=frozenset({"officer"}), municipality=None)
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))
    return client


def households(first: int, last: int, stations: int) -> list[Event]:
    """Households of these numbers, each so many events along the road."""
    return [happened(kind, n) for n in range(first, last) for kind in ROAD[:stations]]


async def told(service: Service[Any]) -> None:
    """November: 23 households, of which 12 were placed; December: 4 more, 3 moved in; one in February."""
    await tell(service, *households(0, 12, 6), *households(12, 23, 2), at=NOVEMBER)
    await tell(service, *households(23, 27, 2), *[happened(MovedIn, n) for n in range(3)], at=DECEMBER)
    await tell(service, *households(30, 31, 2), at=LATE)


async def page_of(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    return answer.text.replace("\xa0", " ")


def drawn(text: str) -> list[str]:
    """The numbers at the stations of the wide drawing."""
    picture = text[text.index('aria-labelledby="road-wide"') :].split("</svg>")[0]
    return re.findall(r'class="xl"[^>]*>([^<]*)<', picture)


async def test_the_first_page_is_of_the_last_closed_month_and_says_so(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await told(service)
    text = await page_of(client, "/")
    assert "Läget 31 januari 2027, så som det var känt då." in text
    assert "Minst 25 hushåll har anmält sig. Färre än fem har flyttat in." in text
    assert drawn(text) == ["25", "25", "10", "10", "10", ".."]
    assert "The situation on 31 January 2027, as it was known then." in await page_of(client, "/?lang=en")


async def test_an_earlier_closed_month_can_be_chosen_and_has_the_one_before_beside_it(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await told(service)
    text = await page_of(client, "/?per=2026-11")
    assert "Läget 30 november 2026, så som det var känt 31 januari 2027." in text
    assert drawn(text) == ["20", "20", "10", "10", "10", "0"]
    assert re.findall(r"<option value=\"([^\"]+)\"", text) == ["2027-01", "2026-12", "2026-11"]
    row = text[text.index('<th scope="col" class="num">31 oktober 2026') :].split("</tr>")[1]
    assert [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)] == ["0", "20", "+20"]


@pytest.mark.parametrize(("per", "status"), [("2027-02", 404), ("2027", 404), ("x", 422), ("2026-13", 422)])
async def test_a_period_that_is_not_closed_or_no_period_is_refused_with_words(
    client: httpx.AsyncClient, per: str, status: int
) -> None:
    text = await page_of(client, f"/?per={per}", status)
    assert ("Den senaste är 2027-01." if status == 404 else "till exempel 2026-10") in text
    await page_of(client, f"/jamfor?b={per}", status)


async def test_page_file_and_indicator_tell_the_same_and_their_months_sum(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await told(service)
    rows = [line.split(";")[:4] for line in (await client.get("/data/hushall.csv")).text.split("\r\n")[1:-1]]
    assert rows == [
        ["2580", "2026-11", "20", "20"],
        ["2580", "2026-12", "5", "5"],
        ["2580", "2027-01", "..", ".."],
    ]
    text = await page_of(client, "/indikatorer/interests")
    table = text[text.index('<caption id="table-2580">') :].split("</table>")[0]
    assert re.findall(
        r'<td class="num">(?:<span class="vh">[^<]*</span><span aria-hidden="true">)?([^<]*)<', table
    ) == [
        "20",
        "5",
        "..",
    ]


@pytest.mark.parametrize("kind", POSTED)
async def test_everybody_sees_places_of_every_kind_in_fives(
    kind: Kind, service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, *(happened(POSTED[kind], n) for n in range(7)), at=NOVEMBER)
    heading = {
        "job": "Jobb", "home": "Hem", "school": "Förskola och skola", "education": "Utbildning",
        "network": "Kontakter och föreningar", "employment": "Anställning med stöd",
    }[kind]  # fmt: skip
    text = await page_of(client, "/")
    assert f'<th scope="col" class="num">{heading}</th>' in text
    assert f'aria-label="{heading}: Utlagda 5, Introducerade 0, Båda sa ja 0"' in text


async def test_what_is_taken_back_later_still_stood_on_the_earlier_day(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, *households(0, 5, 4), at=NOVEMBER)
    await tell(service, happened(MatchRetracted, 0), at=DECEMBER)
    assert drawn(await page_of(client, "/?per=2026-11"))[2] == "5"
    assert drawn(await page_of(client, "/?per=2026-12"))[2] == ".."


async def test_the_live_view_says_that_it_is_live_and_opens_every_number(
    service: Service[Settings], officer: httpx.AsyncClient
) -> None:
    await told(service)
    text = await page_of(officer, "/uppfoljning")
    assert "Läget just nu" in text
    assert "Den senaste händelsen som räknas: måndag 1 februari kl. 00.30." in text
    assert drawn(text) == ["28", "28", "12", "12", "12", "3"]
    assert 'href="/uppfoljning/siffra/proposed"' in text


async def test_everybody_compares_closed_periods_and_officers_any_two_days(
    service: Service[Settings], officer: httpx.AsyncClient
) -> None:
    await told(service)
    public = await page_of(officer, "/jamfor?a=2026-11&b=2026-12")
    assert "Läget 30 november 2026 bredvid läget 31 december 2026." in public
    assert "Anmälda hushåll: +5, från 20 till 25." in public
    assert "/uppfoljning/siffra/" not in public
    exactly = await page_of(officer, "/uppfoljning/jamfor?a=2026-11-30&b=2027-02-01")
    assert "Anmälda hushåll: +5, från 23 till 28." in exactly
    assert "/uppfoljning/siffra/registered?per=2027-02-01&amp;kand=2027-02-10" in exactly
    assert "Flyttade in: +3, från 0 till 3." in exactly
    known = await page_of(officer, "/uppfoljning/jamfor?a=2026-11-30&b=2027-02-01&kand=2026-12-31")
    assert "så som det är känt 31 december 2026." in known
    assert "från 23 till 28" not in known
    await page_of(officer, "/uppfoljning/jamfor?kand=nyss", 422)
    await page_of(officer, "/uppfoljning/jamfor?a=2027-01-01&b=2026-01-01", 422)
    await page_of(officer, "/jamfor?a=2026-12&b=2026-11", 422)
    assert "Registered households: +5" in await page_of(officer, "/jamfor?a=2026-11&b=2026-12&lang=en")


async def test_what_partners_measured_stands_beside_too(client: httpx.AsyncClient) -> None:
    text = await page_of(client, "/jamfor?a=2021&b=2022")
    row = text[text.index('href="/indikatorer/population"') :].split("</tr>")[0]
    assert re.findall(r'class="num">([^<]+)<', row) == ["78 867", "79 244"]


def measured(value: int) -> MeasurementReported:
    told = {"indicator_id": "new-workplaces", "partner_id": "matarna", "value": value, "unit": "workplaces"}
    told |= {"period_from": "2024-01-01", "period_to": "2024-12-31", "measured_at": "2025-12-01", "source": "SCB"}
    return MeasurementReported.model_validate(told | {"breakdown": []})


async def test_an_indicator_is_asked_as_of_a_day_as_known_at_another_with_what_changed_since(
    service: Service[Settings], officer: httpx.AsyncClient, tmp_path: Path
) -> None:
    await tell(service, measured(2100), at=NOVEMBER, municipality="0380")
    await tell(service, measured(1900), at=DECEMBER, municipality="0380")
    then = await page_of(officer, "/indikatorer/new-workplaces?kand=2026-11-30")
    assert "så som det var känt 30 november 2026" in then
    assert "2024: då känt 2 100, känt nu 1 900." in then
    assert "Ändrat sedan dess" not in await page_of(officer, "/indikatorer/new-workplaces")
    assert "Utfall saknas i källan" in await page_of(officer, "/indikatorer/new-workplaces?per=2023-12-31")
    await page_of(officer, "/indikatorer/new-workplaces?per=igår", 422)


async def test_a_counted_indicator_is_of_closed_months_and_opens_to_its_events(
    service: Service[Settings], officer: httpx.AsyncClient
) -> None:
    await told(service)
    await tell(service, *households(31, 40, 2), at=LATE)
    text = await page_of(officer, "/indikatorer/interests?per=2026-12-15&kand=2026-12-31")
    assert "Läget 30 november 2026, så som det var känt 31 december 2026." in text
    assert "/uppfoljning/siffra/registered?per=2026-11-30&amp;kand=2026-12-31" in text
    officer.cookies.clear()
    assert "/uppfoljning/siffra/" not in await page_of(officer, "/indikatorer/interests")


def inhabitants(year: int, value: int) -> MeasurementReported:
    told = {"indicator_id": "population", "partner_id": "matarna", "value": value, "unit": "people", "breakdown": []}
    told |= {"period_from": f"{year}-01-01", "period_to": f"{year}-12-31", "measured_at": f"{year + 1}-02-01"}
    return MeasurementReported.model_validate(told | {"source": "SCB, folkmängd"})


async def test_the_road_on_the_first_page_goes_on_from_the_last_year_that_a_partner_has_told(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, inhabitants(2023, 79_900), at=NOVEMBER)
    text = await page_of(client, "/")
    assert "Luleå behöver växa 1,8 gånger så snabbt." in text
    assert "Det kräver 1 182 fler varje år. 2023 blev det 656." in text
    assert "källa: SCB, folkmängd" in text
    assert "Målet enligt Kommunfullmäktige, hösten 2021" in text
    before = await page_of(client, "/?per=2022")
    assert "Luleå behöver växa 3,06 gånger så snabbt." in before


async def test_a_year_that_shrank_is_told_without_times(service: Service[Settings], client: httpx.AsyncClient) -> None:
    await tell(service, inhabitants(2023, 79_000), at=NOVEMBER)
    text = await page_of(client, "/")
    assert "Luleå är 79 000 och vill bli 100 000." in text
    assert re.search(r"2023 ändrades folkmängden med [-−]244\.", text), re.findall("ändrades[^.]*", text)
    assert "gånger så snabbt" not in text


async def test_where_nobody_has_decided_how_many_to_be_the_first_page_begins_with_how_it_goes(
    client: httpx.AsyncClient,
) -> None:
    text = await page_of(client, "/?per=2017")
    assert "<h1>Så går det</h1>" in text
