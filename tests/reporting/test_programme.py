"""Goals and assignments: Uppsala's own text as the case, what is written beside what is counted, as of a day, as known."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn

from chassis.service import Service
from chassis.settings import Settings
from contracts import Event
from contracts.followup import AssessmentReported, AssignmentGiven, GoalSet, ResponsibilityChanged
from helpers import fresh, said
from inflytt import followup
from inflytt.errors import Stop
from inflytt.local import TOLD
from inflytt.servers import Databases
from inflytt.servers.runs import CLONE
from reporting.app import service as declared
from reporting.domain import verdict
from reporting.domain.faults import faults
from reporting.domain.programme import Programme, Version, known_at, parts
from reporting.domain.verdict import Difference, Reported

FILE = CLONE / "deploy" / "inflytt" / "programmes" / "uppsala.toml"
TOKEN = {"Authorization": "Bearer " + "t" * 32}
AUGUST = date(2022, 8, 31)
THEN, LATER = datetime(2022, 9, 20, tzinfo=UTC), datetime(2023, 5, 2, tzinfo=UTC)


def told(**more: Any) -> dict[str, Any]:
    """Uppsala's file as it is sent, with more of some kinds."""
    sent: dict[str, Any] = json.loads(json.dumps(followup.read(FILE)[1], default=str))
    for kind, rows in more.items():
        sent[kind] += rows
    return sent


def assessed(number: int, as_of: str, **more: Any) -> dict[str, Any]:
    usual = {"status": "enligt-plan", "word": "Enligt plan", "by": "uppsala-kommun", "text": "Arbetet fortsätter."}
    return {"subject": f"uppsala-5.{number}", "as_of": as_of, **usual, **more}


def uppsala(**more: Any) -> Programme:
    return Programme.model_validate(told(**more))


def reports(programme: Programme, recorded_at: datetime = THEN) -> list[Reported]:
    return [Reported(assessment, recorded_at) for assessment in programme.assessments]


def counted(programme: Programme, per: date = AUGUST) -> verdict.RollUp:
    now = verdict.standing(reports(programme), per, LATER)
    return verdict.roll_up(programme.assignments_of("uppsala-5", per), programme.scale("uppdrag"), now)


def names(programme: Programme, assignment: str, on: date) -> list[str]:
    return [bearer.unit.name for bearer in verdict.responsible(programme, assignment, on)]


async def load(client: httpx.AsyncClient, sent: dict[str, Any]) -> httpx.Response:
    return await client.post("/api/programmes", json=sent, headers=TOKEN)


async def shown(client: httpx.AsyncClient, address: str) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.replace("\xa0", " ").split())


def test_the_summary_says_five_to_plan_while_four_are_and_one_is_not() -> None:
    programme = uppsala()
    written = verdict.summary(programme, "uppsala-5", AUGUST)
    found = counted(programme)
    assert written is not None
    assert written.text.startswith("De fem uppdragen inom inriktningsmålet pågår enligt plan.")
    assert (found.on_plan, found.all_to_plan, [a.number for a in found.off_plan]) == (4, False, [5])
    assert verdict.disagrees(written, found) == [Difference("enligt-plan", 5, 4), Difference("forsenat", 0, 1)]


def test_a_summary_that_says_what_the_assignments_say_disagrees_in_nothing() -> None:
    programme = uppsala(assessments=[assessed(5, "2022-12-31")])
    written = verdict.summary(programme, "uppsala-5", date(2022, 12, 31))
    assert written is not None
    assert verdict.disagrees(written, counted(programme, date(2022, 12, 31))) == []


def test_the_sources_word_is_kept_though_the_legend_says_otherwise() -> None:
    programme = uppsala()
    fifth = next(a for a in programme.assessments if a.subject == "uppsala-5.5")
    level = programme.scale("uppdrag").level(fifth.status)
    assert (fifth.word, level.colour) == ("Inte helt enligt plan", "Gul")
    assert level.meaning == "Uppdraget är försenat/inte påbörjat"


def test_two_levels_are_green_and_differ_by_key_word_and_icon() -> None:
    green = [level for level in uppsala().scale("uppdrag").levels if level.colour == "Grön"]
    assert [level.key for level in green] == ["slutfort", "enligt-plan"]
    assert len({level.word for level in green}) == len({level.icon for level in green}) == 2


def test_all_boards_and_companies_are_those_that_were_there_that_day() -> None:
    new = {"id": "utb", "kind": "board", "order": 9, "name": "Ny nämnd", "since": "2023-01-01"}
    old = {"id": "gamla", "kind": "company", "order": 9, "name": "Gamla bolaget", "until": "2022-08-31"}
    programme = uppsala(units=[new, old])
    four = ["Kommunstyrelsen", "Arbetsmarknadsnämnden", "Socialnämnden", "Uppsalahem AB"]
    assert names(programme, "uppsala-5.1", AUGUST) == four
    assert names(programme, "uppsala-5.1", date(2022, 8, 30)) == [*four, "Gamla bolaget"]
    assert set(names(programme, "uppsala-5.1", date(2023, 1, 1))) == {*four, "Ny nämnd"}
    assert "Ny nämnd" not in names(programme, "uppsala-5.2", date(2023, 1, 1))


def test_a_responsibility_holds_from_its_first_day_to_the_day_before_its_last() -> None:
    given = [{"assignment": "uppsala-5.5", "unit": "scn", "since": "2023-01-01", "until": "2024-01-01"}]
    programme = uppsala(responsibilities=given)
    days = {day: names(programme, "uppsala-5.5", day) for day in (AUGUST, date(2023, 1, 1), date(2024, 1, 1))}
    assert [len(units) for units in days.values()] == [1, 2, 1]


def test_four_ready_2023_and_one_2024_is_kept_without_inventing_which() -> None:
    programme = uppsala()
    written = verdict.summary(programme, "uppsala-5", AUGUST)
    assert written is not None
    assert written.ready == {"2023": 4, "2024": 1}
    assert [a.expected for a in programme.assessments] == [None] * 6
    assert counted(programme).stated == {}


def test_an_assignment_added_in_2021_was_not_there_the_year_before() -> None:
    programme = uppsala()
    assert [a.number for a in programme.assignments_of("uppsala-5", date(2020, 12, 31))] == [1, 2, 3, 4]
    assert [a.added for a in programme.assignments_of("uppsala-5", AUGUST)] == [None, None, None, None, 2021]


def test_what_stands_is_the_latest_as_of_the_day_among_what_was_known() -> None:
    first, second = uppsala(), uppsala(assessments=[assessed(1, "2023-04-30", word="Klart", status="slutfort")])
    both = reports(first) + [r for r in reports(second, LATER) if r.assessment.as_of > AUGUST]
    word = {
        (per, known): verdict.standing(both, per, known)["uppsala-5.1"].assessment.word
        for per in (AUGUST, date(2023, 5, 1))
        for known in (THEN, LATER)
    }
    assert list(word.values()) == ["Enligt plan", "Enligt plan", "Enligt plan", "Klart"]


def test_before_the_first_assessment_nothing_stands_and_nothing_is_guessed() -> None:
    found = counted(uppsala(), date(2021, 6, 1))
    assert (found.on_plan, len(found.silent), found.all_to_plan) == (0, 5, False)


def test_expected_completion_slips_in_months() -> None:
    moves = [("2022-12-31", "2023"), ("2023-04-30", "2024-03"), ("2023-08-31", "2024-03"), ("2023-12-31", "2024-01")]
    programme = uppsala(assessments=[assessed(1, day, expected=expected) for day, expected in moves])
    found = verdict.slips(reports(programme), "uppsala-5.1")
    assert [(s.before, s.after, s.months) for s in found] == [("2023", "2024-03", 3), ("2024-03", "2024-01", -2)]


def test_the_parts_of_a_programme_make_the_same_programme_again() -> None:
    programme = uppsala()
    versions = [Version(kind, name, part.model_dump(mode="json"), THEN) for kind, name, part in parts(programme)]
    assert known_at(versions) == programme
    assert known_at([]) is None


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("assessments", assessed(9, "2022-12-31"), "subject"),
        ("assessments", assessed(1, "2022-12-31", status="gron"), "status"),
        ("assessments", assessed(1, "2022-08-31"), "subject"),
        ("responsibilities", {"assignment": "uppsala-5.1", "unit": "kultur"}, "unit"),
        ("summaries", {"goal": "uppsala-5", "as_of": "2023-01-01", "text": "x", "claims": {"gron": 5}}, "claims"),
    ],
)
def test_a_part_that_points_at_nothing_is_named(kind: str, row: dict[str, Any], field: str) -> None:
    found = faults(uppsala(**{kind: [row]}))
    assert (kind, field) in {(fault.at[0], fault.at[2]) for fault in found}


def test_a_municipality_that_does_not_use_the_platform_is_refused() -> None:
    elsewhere = Programme.model_validate(told() | {"municipality": "0180"})
    assert [fault.at for fault in faults(elsewhere)] == [("municipality",)]


async def test_what_is_loaded_is_said_once_and_loading_again_changes_nothing(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    first = (await load(client, told())).json()
    assert (first["recorded"]["assessments"], first["recorded"]["assignments"]) == (6, 5)
    kinds: list[type[Event]] = [GoalSet, AssignmentGiven, ResponsibilityChanged, AssessmentReported]
    events = await said(service)
    assert [sum(isinstance(event, kind) for event in events) for kind in kinds] == [1, 5, 10, 6]
    assert (await load(client, told())).json() == {"programme": "uppsala", "recorded": {}}
    assert await said(service) == []


async def test_a_corrected_assessment_is_a_new_version_and_the_old_one_stays(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await load(client, told())
    corrected = told()
    fifth = next(a for a in corrected["assessments"] if a["subject"] == "uppsala-5.5")
    fifth["text"] = "Arbetet har påbörjats."
    assert (await load(client, corrected)).json()["recorded"] == {"assessments": 1}
    page = await shown(client, "/mal/uppsala-5/uppdrag/5?per=2022-08-31")
    assert "Arbetet har påbörjats." in page
    assert "Arbetet är ännu ej påbörjat" in page
    assert page.count("Rättad senare, ersatt") == 1


async def test_nothing_that_was_recorded_can_be_changed_or_deleted(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await load(client, told())
    for statement in ("update programme_parts set version = 9", "delete from programme_parts"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            async with service.database.transaction() as tx:
                await tx.execute(statement)


async def test_a_programme_with_one_fault_is_not_loaded_at_all(client: httpx.AsyncClient) -> None:
    for wrong in ({"status": "gron"}, {"as_of": "i augusti"}, {"colour": "green"}):
        sent = told()
        sent["assessments"][3] |= wrong
        answer = await load(client, sent)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/assessments/3/{next(iter(wrong))}"
    assert "Inga mål är inlästa." in await shown(client, "/mal")
    assert (await client.post("/api/programmes", json=told())).status_code == 401


async def test_a_level_that_assessments_stand_on_cannot_be_taken_back(client: httpx.AsyncClient) -> None:
    await load(client, told())
    fewer, other = told(), told()
    fewer["scales"][0]["levels"].pop()
    other["goals"][0]["assignment_scale"] = "inriktningsmal"
    other |= {"assessments": [], "summaries": [], "links": []}
    for sent, pointer in ((fewer, "/scales/0/levels"), (other, "/goals/0/assignment_scale")):
        answer = await load(client, sent)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_what_a_later_file_leaves_out_stands_and_may_not_be_contradicted(client: httpx.AsyncClient) -> None:
    await load(client, told())
    less = told() | {"responsibilities": [], "assessments": [], "summaries": [], "links": []}
    less["assignments"] = [less["assignments"][0] | {"id": "uppsala-5.new", "number": 2}]
    answer = await load(client, less)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/assignments")
    less["assignments"][0]["number"] = 6
    assert (await load(client, less)).json()["recorded"] == {"assignments": 1}
    assert "Fyra av sex" in await shown(client, "/mal/uppsala-5?per=2022-08-31")


async def test_another_programme_cannot_take_a_goal_that_is_somebodys(client: httpx.AsyncClient) -> None:
    await load(client, told())
    answer = await load(client, told() | {"id": "other"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/goals/0/id")


async def test_the_goal_page_shows_both_verdicts_side_by_side_and_corrects_neither(client: httpx.AsyncClient) -> None:
    await load(client, told())
    page = await shown(client, "/mal/uppsala-5?per=2022-08-31")
    assert "De fem uppdragen inom inriktningsmålet pågår enligt plan." in page
    assert "Fyra av fem pågår enligt plan. Ett: ”Inte helt enligt plan”." in page
    assert "Beskeden skiljer sig åt." in page
    assert "2023: 4 uppdrag, 2024: 1 uppdrag" in page
    assert "Vilka framgår inte av källan" in page
    assert "Tillkom 2021" in page
    assert "i hög grad uppfyllt i slutet av 2022" in page
    english = await shown(client, "/mal/uppsala-5?per=2022-08-31&lang=en")
    assert "The two differ." in english
    assert "Four of five are going to plan." in english


async def test_the_goal_page_as_of_another_day_shows_what_stood_then(client: httpx.AsyncClient) -> None:
    await load(client, told(assessments=[assessed(5, "2023-04-30")]))
    assert "Alla fem pågår enligt plan." in await shown(client, "/mal/uppsala-5?per=2023-05-01")
    assert "Fyra av fem" in await shown(client, "/mal/uppsala-5?per=2022-08-31")
    assert "Om fem finns ingen bedömning." in await shown(client, "/mal/uppsala-5?per=2021-08-31")
    assert (await client.get("/mal/uppsala-5?per=2022-08-31&known=2020-01-01")).status_code == 404
    assert (await client.get("/mal/uppsala-5?per=augusti")).status_code == 422
    assert (await client.get("/mal/lulea-1")).status_code == 404


async def test_the_assignment_page_shows_who_answers_what_is_said_and_what_is_to_come(
    client: httpx.AsyncClient,
) -> None:
    await load(client, told())
    fourth = await shown(client, "/mal/uppsala-5/uppdrag/4?per=2022-08-31")
    assert "27 september 2022" in fourth
    assert "Socialnämndens sammanträde" in fourth
    assert "Ingen paragraf anges." in fourth
    first = await shown(client, "/mal/uppsala-5/uppdrag/1?per=2022-08-31")
    assert "Till och med juli 2022 har 34 individer" in first
    assert "via ”alla bolag”" in first
    assert "Framgår inte" in first
    assert "”Inte helt enligt plan”" in await shown(client, "/mal/uppsala-5/uppdrag/5?per=2022-08-31")
    assert (await client.get("/mal/uppsala-5/uppdrag/6")).status_code == 404
    assert (await client.get("/mal/uppsala-5/uppdrag/5?per=2020-08-31")).status_code == 404


async def test_the_matrix_sums_each_board_and_says_who_is_there_by_a_wildcard(client: httpx.AsyncClient) -> None:
    await load(client, told())
    page = await shown(client, "/mal/uppsala-5/matris?per=2022-08-31")
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    assert [part.split("<")[0] for part in foot.split("<td>")[1:]] == ["4", "3", "2", "3", "1", "1"]
    assert page.count("via alla nämnder</span>") == 4
    assert page.count("via alla bolag</span>") == 2


def test_a_file_with_a_fault_is_told_by_its_line(tmp_path: Path) -> None:
    text = FILE.read_text()
    line = followup.line_of(text, ["assessments", "3", "status"])
    assert text.splitlines()[line - 1] == 'status = "enligt-plan"'
    assert 'subject = "uppsala-5.3"' in text.splitlines()[line - 4 : line]
    assert "municipality" in text.splitlines()[followup.line_of(text, ["municipality"]) - 1]
    broken = tmp_path / "broken.toml"
    broken.write_text("id = \n")
    with pytest.raises(Stop, match="line 1"):
        followup.read(broken)
    with pytest.raises(Stop, match="cannot be read"):
        followup.read(tmp_path / "nowhere.toml")


async def test_the_command_finds_the_platform_and_says_what_was_recorded_or_which_line_is_wrong(
    postgres: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issuer = {"issuer_url": "http://issuer.test", "oidc_client_id": "reporting", "oidc_client_secret": "s" * 32}
    service = await fresh(declared, postgres, allowed_hosts="127.0.0.1", **issuer)
    async with serving(service) as address:
        state = tmp_path / "state.json"
        state.write_text(json.dumps(platform_at(address, tmp_path)))
        wrong = tmp_path / "wrong.toml"
        wrong.write_text(FILE.read_text().replace('"enligt-plan"\nword', '"gron"\nword', 1))
        with pytest.raises(Stop, match=r"Nothing was loaded.*\n  line \d+, assessments.1.status: gron is not on"):
            await asyncio.to_thread(followup.main, ["load", str(wrong), "--state", str(state)])
        for says in ("recorded 1 programme, 2 scales, 4 units, 1 goals, 5 assignments", "nothing was changed"):
            assert await asyncio.to_thread(followup.main, ["load", str(FILE), "--state", str(state)]) == 0
            assert says in capsys.readouterr().out
    await service.database.close()


@asynccontextmanager
async def serving(service: Service[Settings]) -> AsyncIterator[str]:
    """The service's door on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(service.web(), port=0, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


def platform_at(address: str, folder: Path) -> dict[str, Any]:
    """What `run/state.json` would say of a platform that has reporting there."""
    nowhere: dict[str, Any] = dict.fromkeys(TOLD, "")
    found = {"run": str(folder), "clock": str(folder / "clock"), "pids": {}, "urls": {"reporting": address}}
    return nowhere | found | {"service_token": "t" * 32}
