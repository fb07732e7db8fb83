"""What hangs on goals and assignments: activities with their history, and the indicators that they are held against."""

import json
from typing import Any

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from chassis.web.sessions import User, seal
from contracts.followup import ActivityGiven, IndicatorLinked
from helpers import said
from inflytt import followup
from inflytt.servers.runs import CLONE

FILE = CLONE / "deploy" / "inflytt" / "programmes" / "uppsala.toml"
TOKEN = {"Authorization": "Bearer " + "t" * 32}
FAIR = {"id": "uppsala-5.2-massa", "assignment": "uppsala-5.2", "number": 1, "text": "En mässa om jobb."}


def told(**more: Any) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(json.dumps(followup.read(FILE)[1], default=str))
    for kind, rows in more.items():
        sent[kind] = sent.get(kind, []) + rows
    return sent


def assessed(as_of: str, text: str, status: str = "enligt-plan") -> dict[str, Any]:
    return {
        "subject": FAIR["id"],
        "as_of": as_of,
        "status": status,
        "word": "Läget",
        "by": "uppsala-kommun",
        "text": text,
    }


async def load(client: httpx.AsyncClient, sent: dict[str, Any]) -> httpx.Response:
    return await client.post("/api/programmes", json=sent, headers=TOKEN)


async def shown(client: httpx.AsyncClient, address: str) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.replace("\xa0", " ").split())


async def test_an_activity_is_said_and_every_report_of_it_stays(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    first = told(activities=[FAIR], assessments=[assessed("2022-05-31", "Planeras.")])
    assert (await load(client, first)).json()["recorded"]["activities"] == 1
    assert [e.assignment_id for e in await said(service) if isinstance(e, ActivityGiven)] == ["uppsala-5.2"]
    again = told(
        activities=[FAIR],
        assessments=[assessed("2022-05-31", "Försenad.", "forsenat"), assessed("2022-08-31", "Genomförd.")],
    )
    assert (await load(client, again)).json()["recorded"] == {"assessments": 2}
    page = await shown(client, "/mal/uppsala-5/uppdrag/2?per=2022-08-31")
    assert all(words in page for words in ("En mässa om jobb.", "Planeras.", "Försenad.", "Genomförd."))
    assert page.count("Rättad senare, ersatt") == 1
    assert "start framgår inte – slut framgår inte" in page


async def test_where_the_source_names_no_activities_that_is_said(client: httpx.AsyncClient) -> None:
    await load(client, told())
    page = await shown(client, "/mal/uppsala-5/uppdrag/4?per=2022-08-31")
    assert "Källan anger inga aktiviteter för sig." in page
    assert "Ingen indikator är knuten till uppdraget." in page


async def test_the_goal_shows_its_indicators_with_targets_and_the_assignment_its_own_with_a_named_forecast(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await load(client, told())
    linked = [e for e in await said(service) if isinstance(e, IndicatorLinked)]
    assert len(linked) == 6
    goal = await shown(client, "/mal/uppsala-5?per=2022-08-31")
    assert "2 000 till 3 000 om året" in goal
    assert "Utfall saknas i källan" in goal
    assert "/indikatorer/dwellings-completed" in goal
    first = await shown(client, "/mal/uppsala-5/uppdrag/1?per=2022-08-31")
    assert "<strong>34</strong> personer, till och med 31 juli 2022" in first
    assert "Vår framskrivning, i samma takt som hittills: 58,3 för hela 2022." in first
    assert "Textens egen prognos: ”Prognosen är att något färre individer" in first
    assert 'class="sketch"' in first
    before = await shown(client, "/mal/uppsala-5/uppdrag/1?per=2022-06-30")
    assert "<strong>65</strong> personer, 2021" in before


@pytest.mark.parametrize(
    ("more", "pointer", "detail"),
    [
        (
            {"links": [{"subject": "uppsala-5.2", "indicator": "lycka"}]},
            "/links/6/indicator",
            "no indicator is called lycka",
        ),
        (
            {"links": [{"subject": "uppsala-5.2", "indicator": "population", "targets": ["hundred-thousand"]}]},
            "/links/6/targets",
            "population has no target hundred-thousand in 0380",
        ),
        ({"links": [{"subject": "uppsala-6", "indicator": "population"}]}, "/links/6/subject", "uppsala-6 is nowhere"),
        ({"activities": [FAIR | {"assignment": "uppsala-5.9"}]}, "/activities/0/assignment", "uppsala-5.9 is nowhere"),
        ({"activities": [FAIR, FAIR | {"id": "x"}]}, "/activities/0/number", "number 1 stands twice"),
        (
            {"activities": [FAIR | {"start": "2022-05-02", "end": "2022-05-01"}]},
            "/activities/0",
            "ends before it starts",
        ),
    ],
)
async def test_what_points_at_nothing_is_refused_and_named(
    client: httpx.AsyncClient, more: dict[str, Any], pointer: str, detail: str
) -> None:
    answer = await load(client, told(**more))
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert (error["pointer"], detail in error["detail"]) == (pointer, True), error


@pytest.mark.parametrize("well_made", [True, False])
async def test_a_file_that_brings_figures_kept_in_a_report_is_refused_and_told_why(
    service: Service[Settings], client: httpx.AsyncClient, well_made: bool
) -> None:
    standing = {"municipality": "0380", "rows": [], "held": [], "forecasts": [], "pace": None}
    nothing = {"trend": "too_few", "positive": 0, "changes": 0}
    of = {"subject": "uppsala-5", "indicator": "population", "as_of": "2022-08-31"}
    kept = of | {"standing": standing | {"tendency": nothing}} if well_made else of
    answer = await load(client, told(kept=[kept]))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/kept"
    assert "figures are kept when a period is published, never loaded" in error["detail"]
    assert await said(service) == []


async def test_the_officers_text_starts_with_what_the_figures_say_and_where_from(client: httpx.AsyncClient) -> None:
    await load(client, told())
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub="hagg", roles=frozenset({"officer"}), municipality="0380")
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))
    page = await client.get("/arbete")
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    dates = {"per": "2022-12-31", "report_by": "2026-12-10", "review_by": "2026-12-20", "publish_by": "2026-12-30"}
    assert (await client.post("/arbete/uppsala", data={"csrf": csrf, **dates})).status_code == 303
    page = await shown(client, "/arbete/uppsala/2022-12-31/uppsala-5.1")
    text = page[page.index("<textarea") : page.index("</textarea>")]
    assert "Arbetsmarknadsanställningar: 34, till och med 31 juli 2022, mot 65, 2021." in text
    assert "Vår framskrivning, i samma takt som hittills: 58,3 för hela 2022." in text
    assert "Offentligt skyddade anställningar: utfall saknas i källan." in text
    assert "Textens egen prognos: ”Prognosen är att något färre" in text
    assert "Arbetsmarknadsanställningar; per 2022-12-31, som det var känt" in page
