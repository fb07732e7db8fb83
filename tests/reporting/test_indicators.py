"""Measurements on a real PostgreSQL: kept as told, read as known on a day; and the pages of the indicators."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from chassis.service import Service
from chassis.settings import Settings
from contracts.measurements import MeasurementReported
from helpers import tell
from reporting.store import measurements

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def measured(
    value: int, *parts: tuple[str, str], indicator: str = "new-workplaces", **more: Any
) -> MeasurementReported:
    told = {"indicator_id": indicator, "partner_id": "matarna", "value": value, "unit": "workplaces", "source": "SCB"}
    told |= {"period_from": "2024-01-01", "period_to": "2024-12-31", "measured_at": "2025-12-01"}
    breakdown = [{"dimension": dimension, "value": part} for dimension, part in parts]
    return MeasurementReported.model_validate({**told, "breakdown": breakdown, **more})


async def page_of(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\xa0", " ")


async def test_a_period_told_anew_is_a_revision_and_what_was_known_before_is_kept(service: Service[Settings]) -> None:
    await tell(service, measured(2100), at=MARCH, municipality="0380")
    await tell(service, measured(1900), measured(1900), at=MARCH + timedelta(days=10), municipality="0380")
    async with service.database.transaction() as tx:
        known = {
            day: [p.value for p in await measurements.series(tx, "0380", "new-workplaces", date(2026, *day))]
            for day in ((2, 28), (3, 1), (3, 10), (3, 11))
        }
        revised = await measurements.revisions(tx, "0380", "new-workplaces")
        elsewhere = await measurements.series(tx, "2580", "new-workplaces", date(2026, 12, 31))
    assert known == {(2, 28): [], (3, 1): [2100], (3, 10): [2100], (3, 11): [1900]}
    assert [(r.before, r.value) for r in revised] == [(2100, 1900)]
    assert elsewhere == []


async def test_a_measurement_that_is_heard_again_is_kept_once_with_its_place_in_the_log(
    service: Service[Settings],
) -> None:
    heard = await tell(service, measured(2100, ("sector", "private"), ("area", "uppsala-x")), at=MARCH)
    async with service.database.transaction() as tx:
        await measurements.keep(tx, heard)
        rows = await tx.fetch("select * from measurements")
    (row,) = rows
    assert row["breakdown"] == "area=uppsala-x,sector=private"
    assert (row["topic"], row["offset"], row["event_id"]) == (
        "measurements",
        heard[0].offset,
        heard[0].envelope and heard[0].envelope.id,
    )


async def test_the_population_page_tells_the_pace_the_forecasts_and_the_decisions(client: httpx.AsyncClient) -> None:
    text = await page_of(client, "/indikatorer/population")
    assert "Målet kräver 1 153 fler varje år. Det senaste året blev det 377: det behövs 3,06 gånger så många." in text
    assert "varje år som det senaste: 86 030 år 2040. Mellan 84 158 och 87 236." in text
    assert "100 000 vid slutet av 2050" in text
    assert "20 756 kvar" in text
    assert "4 av 4 uppåt" in text
    assert text.count('role="img"') == 2
    assert "3.06 times as many" in await page_of(client, "/indikatorer/population?lang=en")


async def test_where_no_outcome_is_told_the_page_says_so_and_draws_no_bar(client: httpx.AsyncClient) -> None:
    text = await page_of(client, "/indikatorer/dwellings-completed")
    assert "Utfall saknas i källan" in text
    assert 'class="bandf"' in text
    assert '<rect fill="var(--ink)"' not in text


async def test_our_projection_and_the_texts_own_words_stand_on_pages_of_their_own(client: httpx.AsyncClient) -> None:
    ours = await page_of(client, "/indikatorer/labour-market-employments")
    theirs = await page_of(client, "/indikatorer/sheltered-employments")
    assert "Vår framskrivning, i samma takt som hittills: 58,3 för hela 2022. Minst 34." in ours
    assert "något färre" not in ours
    assert "Textens egen prognos: ”Prognosen är att något färre" in theirs
    assert "58,3" not in theirs


async def test_a_small_part_is_two_dots_and_the_next_smallest_too(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    parts = [measured(3, ("sector", "private")), measured(2097, ("sector", "public"))]
    await tell(service, measured(2100), *parts, at=MARCH, municipality="0380")
    text = await page_of(client, "/indikatorer/new-workplaces")
    assert text.count("färre än fem</span>") == 2
    assert "2 097" not in text
    assert "Visas inte: för få" in text


async def test_all_indicators_are_listed_with_where_they_stand(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, measured(2100), at=MARCH, municipality="0380")
    text = await page_of(client, "/indikatorer")
    assert text.count('href="/indikatorer/') >= 19
    assert "Nått" in text
    assert "Within the target" not in await page_of(client, "/indikatorer?lang=en")
    assert (await client.get("/indikatorer/happiness")).status_code == 404


async def test_a_net_loss_hangs_below_the_axis_and_a_share_is_told_in_per_cent(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    share = measured(702, indicator="work-or-studies-after-measure", unit="permille")
    await tell(service, measured(-300), share, at=MARCH, municipality="2580")
    assert ' height="-' not in await page_of(client, "/indikatorer/new-workplaces")
    assert "70,2 %" in await page_of(client, "/indikatorer/work-or-studies-after-measure")
