"""Boards and companies say themselves how it goes with what they answer for: beside the municipality, never instead of it."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import asyncpg
import docx
import httpx
import openpyxl
import pypdf
import pytest
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.due import Due
from chassis.migrate import configured, migrate
from chassis.service import Service
from chassis.settings import Settings
from contracts.followup import AssessmentReported, FollowUpDue, ReportReady, ReportReviewed
from helpers import said
from inflytt.servers import Databases
from periods import GOAL, PROGRAMME, SUBJECTS, TOKEN, UPPSALA_JSON, opened, reviewed_all, send, signed_in
from reporting.domain import cycle, verdict
from reporting.domain.cycle import Draft, Period
from reporting.domain.faults import faults, unanswered
from reporting.domain.programme import Programme, Version, known_at, parts
from reporting.reminding import said_when_due

UPPSALA = Programme.model_validate(UPPSALA_JSON)
PER = date(2026, 8, 31)
THEN, LATER = datetime(2026, 9, 5, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
PERIOD = Period(PROGRAMME, PER, PER, PER, PER, "hagg", THEN)
OWN = {
    "subject": "uppsala-5.2",
    "unit": "amn",
    "as_of": "2026-08-31",
    "status": "forsenat",
    "word": "Försenat/inte påbörjat",
    "text": "Vi har inte börjat.",
    "by": "asp",
}
PAGE = f"/mal/{GOAL}/uppdrag/2?per={PER}"
MATRIX = f"/mal/{GOAL}/matris?per={PER}"
REPORT = f"/rapporter/{PROGRAMME}/{PER}/{GOAL}"


def draft(subject: str, unit: str, state: str = "reviewed") -> Draft:
    begun = Draft(subject, 1, "enligt-plan", "Vårt.", None, "asp", unit=unit)
    return replace(begun, ready_by="asp", reviewed_by="tall") if state == "reviewed" else begun


def recorded(*programmes: tuple[Programme, datetime]) -> list[Version]:
    return [
        Version(kind, identity, part.model_dump(mode="json"), at)
        for programme, at in programmes
        for kind, identity, part in parts(programme)
    ]


def with_own(**changes: str) -> Programme:
    return Programme.model_validate(UPPSALA_JSON | {"own_assessments": [OWN | changes]})


def test_those_who_answer_that_day_may_say_themselves_how_it_goes_also_those_who_answer_by_all() -> None:
    answers = verdict.answering(UPPSALA, PER)
    assert [unit for subject, unit in answers if subject == "uppsala-5.1"] == ["ks", "amn", "scn", "uppsalahem"]
    assert [unit for subject, unit in answers if subject == "uppsala-5.4"] == ["scn", "uppsalahem"]
    assert GOAL not in {subject for subject, _ in answers}


@pytest.mark.parametrize(
    ("of", "unit", "may"),
    [(None, "", True), ("amn", "amn", True), ("amn", "", False), ("amn", "ks", False), (None, "amn", False)],
)
def test_a_boards_part_is_the_boards_to_write_and_the_municipalitys_is_theirs_who_are_of_no_board(
    of: str | None, unit: str, may: bool
) -> None:
    assert cycle.may_write(of, unit) is may


def test_only_what_is_reviewed_and_by_those_who_answer_is_published_and_nothing_waits_for_the_rest() -> None:
    own = {
        (s, u): draft(s, u, state)
        for s, u, state in (("a", "x", "reviewed"), ("b", "x", "reported"), ("c", "y", "reviewed"))
    }
    assert [one.subject for one in cycle.published_with([("a", "x"), ("b", "x"), ("b", "y")], own)] == ["a"]
    done = {subject: draft(subject, "") for subject in ("a", "b")}
    cycle.publishable(PERIOD, ["a", "b"], done, PER)
    assert cycle.progress([("a", "x"), ("b", "x"), ("b", "y")], own) == {
        "open": 1, "reported": 1, "ready": 0, "reviewed": 1,
    }  # fmt: skip


def test_a_boards_own_neither_becomes_the_municipalitys_nor_is_counted_with_it() -> None:
    versions = recorded((UPPSALA, THEN), (with_own(), LATER))
    now = verdict.standing(verdict.reports(versions), PER, LATER)
    assert (now["uppsala-5.2"].assessment.status, now["uppsala-5.2"].unit) == ("enligt-plan", "")
    own = verdict.own_standing(verdict.own_reports(versions), PER, LATER)
    assert {key: one.assessment.status for key, one in own.items()} == {("uppsala-5.2", "amn"): "forsenat"}


def test_a_boards_own_stands_as_of_a_day_as_known_at_a_moment_and_a_correction_says_so() -> None:
    told = verdict.own_reports(recorded((with_own(), THEN), (with_own(status="enligt-plan", by="tall"), LATER)))
    assert [(one.assessment.status, one.replaced) for one in told] == [("forsenat", True), ("enligt-plan", False)]
    asked = ((PER, THEN), (PER, LATER), (PER - timedelta(days=1), LATER), (PER, THEN - timedelta(days=1)))
    found = [verdict.own_standing(told, per, known).get(("uppsala-5.2", "amn")) for per, known in asked]
    assert [one.assessment.status if one else None for one in found] == ["forsenat", "enligt-plan", None, None]


def test_a_programme_without_boards_own_is_recorded_as_it_was_before_there_were_any() -> None:
    written = {identity for kind, identity, _ in parts(UPPSALA) if kind == "assessments"}
    assert "uppsala-5.1|2022-08-31|uppsala-kommun" in written
    assert "unit" not in UPPSALA.assessments[0].model_dump()
    versions = [
        v._replace(body={k: x for k, x in v.body.items() if k != "own_assessments"}) for v in recorded((UPPSALA, THEN))
    ]
    assert known_at(versions) == UPPSALA


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"unit": "nowhere"}, "unit"),
        ({"unit": "all-boards"}, "unit"),
        ({"subject": GOAL}, "subject"),
        ({"status": "nowhere"}, "status"),
    ],
)
def test_a_file_with_an_own_assessment_that_points_at_nothing_is_refused(wrong: dict[str, str], at: str) -> None:
    assert [fault.at for fault in faults(with_own(**wrong))] == [("own_assessments", 0, at)]


def test_a_file_cant_let_a_board_assess_what_it_does_not_answer_for() -> None:
    assert list(unanswered(with_own())) == []
    assert [fault.code for fault in unanswered(with_own(unit="scn"))] == ["not_responsible"]


@pytest.fixture
async def client(client: httpx.AsyncClient) -> httpx.AsyncClient:
    loaded = await client.post("/api/programmes", json=UPPSALA_JSON, headers=TOKEN)
    assert loaded.status_code == 200, loaded.text
    return client


async def wrote(
    client: httpx.AsyncClient, at: str, text: str = "Vi har inte börjat.", status: str = "forsenat"
) -> None:
    signed_in(client, "asp", unit="amn")
    answer = await send(client, at, do="save", version="0", status=status, text=text)
    assert (answer.status_code, answer.headers.get("location")) == (303, at), answer.text


async def approved(client: httpx.AsyncClient, at: str) -> None:
    assert (await send(client, at, do="ready")).status_code == 303
    signed_in(client, "tall", unit="amn")
    assert (await send(client, at, do="review")).status_code == 303


async def test_a_board_writes_its_own_another_of_it_reviews_and_it_is_published_beside_the_municipalitys(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    at = await opened(client)
    await wrote(client, f"{at}/uppsala-5.2/amn")
    assert (await send(client, f"{at}/uppsala-5.2/amn", do="ready")).status_code == 303
    own = await send(client, f"{at}/uppsala-5.2/amn", do="review")
    assert (own.status_code, "Någon annan än den som skrev" in own.text) == (422, True)
    signed_in(client, "tall", unit="amn")
    assert (await send(client, f"{at}/uppsala-5.2/amn", do="review")).status_code == 303
    await reviewed_all(client, at)
    await said(service)
    assert (await send(client, f"{at}/publish", at)).status_code == 303
    told = [event for event in await said(service) if isinstance(event, AssessmentReported)]
    assert len(told) == len(SUBJECTS) + 1
    assert [(event.subject_id, event.unit, event.status) for event in told if event.unit] == [
        ("uppsala-5.2", "amn", "forsenat")
    ]
    page = (await client.get(PAGE)).text
    assert "Vi har inte börjat." in page
    assert "Kommunen skriver ”Slutfört”." in page
    assert "Har inte lämnat någon egen bedömning" in page
    matrix = (await client.get(MATRIX)).text
    assert matrix.count("ingen egen bedömning") == len(verdict.answering(UPPSALA, PER)) - 1
    assert "annat än kommunen" in matrix


async def test_a_report_lists_boards_parts_below_the_municipalitys_and_is_built_again_to_the_same_bytes(
    client: httpx.AsyncClient,
) -> None:
    at = await opened(client)
    await wrote(client, f"{at}/uppsala-5.2/amn")
    await approved(client, f"{at}/uppsala-5.2/amn")
    await reviewed_all(client, at)
    assert (await send(client, f"{at}/publish", at)).status_code == 303
    first = {kind: (await client.get(f"{REPORT}.{kind}")).content for kind in ("pdf", "docx")}
    words = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(first["pdf"])).pages).split())
    heading = words.index("Uppdrag 2: nämndernas och bolagens egna bedömningar")
    assert words.index("2. Anställning långt ifrån arbetsmarknaden") < heading < words.index("Vi har inte börjat.")
    lines = [line.text for line in docx.Document(io.BytesIO(first["docx"])).paragraphs]
    assert "Arbetsmarknadsnämnden: Försenat/inte påbörjat, per 2026-08-31. Vi har inte börjat." in lines
    assert "Har inte lämnat någon egen bedömning: Kommunstyrelsen" in lines
    later = UPPSALA_JSON | {"own_assessments": [OWN | {"text": "Rättat."}, OWN | {"unit": "ks", "text": "Nytt."}]}
    assert (await client.post("/api/programmes", json=later, headers=TOKEN)).json()["recorded"] == {
        "own_assessments": 2
    }
    assert {kind: (await client.get(f"{REPORT}.{kind}")).content for kind in first} == first
    now = (await client.get(PAGE)).text
    assert "Rättat." in now
    assert "Rättad senare, ersatt" in now
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert "Rättat." not in (await client.get(f"{PAGE}&known={yesterday}")).text
    book = openpyxl.load_workbook(io.BytesIO((await client.get(f"/mal/{GOAL}/uppdrag.xlsx?per={PER}")).content))
    rows = [[cell.value for cell in row] for row in book["ansvar"]]
    assert [
        "Arbetsmarknadsnämnden",
        "2. Anställning långt ifrån arbetsmarknaden",
        "vid namn",
        OWN["word"],
        str(PER),
    ] in rows
    assert [row[3] for row in rows if row[0] == "Socialnämnden"] == ["har inte lämnat någon egen bedömning"] * 2


async def test_a_period_is_published_without_the_boards_and_what_is_not_reviewed_stays_behind_and_says_so(
    client: httpx.AsyncClient,
) -> None:
    at = await opened(client)
    await wrote(client, f"{at}/uppsala-5.2/amn")
    await reviewed_all(client, at)
    signed_in(client, "hagg")
    assert "En egen bedömning är påbörjad men inte granskad." in (await client.get(at)).text
    assert (await send(client, f"{at}/publish", at)).status_code == 303
    assert "Inte granskad, inte publicerad" in (await client.get(at)).text
    assert "Vi har inte börjat." not in (await client.get(PAGE)).text
    signed_in(client, "tall", unit="amn")
    assert "Vi har inte börjat." in (await client.get(f"{at}/uppsala-5.2/amn")).text


@pytest.mark.parametrize(
    ("unit", "municipality", "at", "status", "words"),
    [
        ("ks", "0380", "/uppsala-5.2/amn", 403, "Det här är en annans egen bedömning"),
        ("", "0380", "/uppsala-5.2/amn", 403, "Det här är en annans egen bedömning"),
        ("amn", "", "/uppsala-5.2/amn", 403, "Det här är en annans egen bedömning"),
        ("amn", "0380", "/uppsala-5.2", 403, "Det här är kommunens, inte nämndens"),
        ("amn", "0380", "/publish", 403, "Det här är kommunens, inte nämndens"),
        ("amn", "0380", "/archive", 403, "Det här är kommunens, inte nämndens"),
        ("amn", "0380", "/uppsala-5.4/amn", 404, "ansvarar inte för det uppdraget den dagen"),
        ("amn", "0380", f"/{GOAL}/amn", 404, "ansvarar inte för det uppdraget den dagen"),
    ],
)
async def test_nobody_writes_for_a_board_that_they_are_not_of(
    client: httpx.AsyncClient, unit: str, municipality: str, at: str, status: int, words: str
) -> None:
    period = await opened(client)
    signed_in(client, "somebody", municipality=municipality, unit=unit)
    told = {"do": "save", "status": "forsenat", "text": "Inte mitt."}
    answer = await send(client, period + at, "/arbete", **told)
    assert (answer.status_code, words in answer.text) == (status, True)


async def test_every_officer_of_the_municipality_reads_what_a_board_writes_and_sees_what_is_missing(
    client: httpx.AsyncClient,
) -> None:
    at = await opened(client)
    await wrote(client, f"{at}/uppsala-5.2/amn")
    assert "Era uppdrag står först" in (await client.get(at)).text
    assert "Publicera perioden" not in (await client.get(at)).text
    signed_in(client, "hagg")
    text = (await client.get(f"{at}/uppsala-5.2/amn")).text
    assert "Vi har inte börjat." in text
    assert "<textarea" not in text
    period = (await client.get(at)).text
    assert period.count('data-own="') == len(verdict.answering(UPPSALA, PER))
    assert period.count("Ingen egen bedömning") == len(verdict.answering(UPPSALA, PER)) - 1
    signed_in(client, "vilse", unit="finns-inte")
    assert "som inte finns i programmet" in (await client.get(at)).text


async def test_who_is_of_a_board_that_answers_for_nothing_is_told_so(client: httpx.AsyncClient) -> None:
    culture = {"id": "kun", "kind": "board", "order": 9, "name": "Kulturnämnden", "since": "2026-09-01"}
    later = UPPSALA_JSON | {"units": [*UPPSALA_JSON["units"], culture]}
    assert (await client.post("/api/programmes", json=later, headers=TOKEN)).status_code == 200
    at = await opened(client)
    signed_in(client, "ny", unit="kun")
    assert "Kulturnämnden, som inte ansvarar för något uppdrag den dagen" in (await client.get(at)).text


async def test_a_boards_text_is_said_with_its_board_and_reminded_of_only_once_it_is_begun(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    at = await opened(client)
    await said(service)
    before = await reminded(service)
    await wrote(client, f"{at}/uppsala-5.2/amn")
    assert await reminded(service) == before + 1 == len(SUBJECTS) + 1
    await approved(client, f"{at}/uppsala-5.2/amn")
    assert await reminded(service) == len(SUBJECTS)
    told = [event for event in await said(service) if isinstance(event, ReportReady | ReportReviewed)]
    assert [(type(event), event.subject_id, event.unit) for event in told] == [
        (ReportReady, "uppsala-5.2", "amn"),
        (ReportReviewed, "uppsala-5.2", "amn"),
    ]


async def reminded(service: Service[Settings]) -> int:
    async with service.database.transaction() as tx:
        told = await said_when_due(Due("followup_deadline", f"{PROGRAMME}|{PER}|review", THEN, {}), tx)
    return sum(event.missing for event in told if isinstance(event, FollowUpDue))


async def test_every_version_of_a_draft_stays(service: Service[Settings], client: httpx.AsyncClient) -> None:
    at = await opened(client)
    await wrote(client, f"{at}/uppsala-5.2/amn")
    for change in ("update drafts set text = ''", "delete from drafts"):
        with pytest.raises(asyncpg.PostgresError, match="drafts is append-only"):
            async with service.database.transaction() as tx:
                await tx.execute(change)


async def test_drafts_from_before_boards_wrote_are_the_municipalitys(postgres: Databases) -> None:
    """The database as it was the day before, brought to the newest migration."""
    database = postgres.create_database("before_boards")
    engine = create_async_engine(database.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.begin() as connection:
        await connection.run_sync(_up_to_0007)
        await connection.exec_driver_sql(
            "insert into drafts (programme, per, subject, version, status, text, written_by, at)"
            " values ('p', '2026-08-31', 'a', 1, 's', 'Text.', 'hagg', now())"
        )
    await migrate("reporting", database.url)
    async with engine.begin() as connection:
        rows = await connection.exec_driver_sql("select subject, unit, version, text from drafts")
        assert [tuple(row) for row in rows] == [("a", "", 1, "Text.")]
    await engine.dispose()


def _up_to_0007(connection: Connection) -> None:
    config = configured("reporting")
    config.attributes["connection"] = connection
    command.upgrade(config, "0007")
