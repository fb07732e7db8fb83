"""A period of follow-up: who may do what, and a published report that can be built again to the same bytes."""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import openpyxl
import pypdf
import pytest

from chassis.due import Due
from chassis.service import Service
from chassis.settings import Settings
from chassis.web.formats import PLACE
from contracts.followup import (
    AssessmentReported,
    FollowUpDue,
    PeriodOpened,
    ReportArchived,
    ReportPublished,
    ReportReady,
    ReportReviewed,
)
from contracts.measurements import MeasurementReported
from helpers import said, tell
from periods import (
    DATES,
    GOAL,
    PROGRAMME,
    SCALES,
    SUBJECTS,
    TOKEN,
    UPPSALA,
    UPPSALA_JSON,
    opened,
    reviewed_all,
    send,
    signed_in,
)
from reporting.domain import cycle
from reporting.domain.cycle import Draft, NotNow, Period
from reporting.reminding import said_when_due

NOW = datetime(2026, 8, 20, tzinfo=UTC)
PERIOD = Period("p", date(2026, 8, 31), date(2026, 9, 10), date(2026, 9, 20), date(2026, 9, 30), "hagg", NOW)
TEXT = Draft("a", 0, "on-plan", "Det går bra.", None, "hagg")


def refused(work: Any, *told: Any) -> str:
    with pytest.raises(NotNow) as found:
        work(*told)
    return found.value.code


def test_a_text_is_reviewed_by_somebody_who_neither_wrote_it_nor_called_it_ready() -> None:
    ready = cycle.ready(PERIOD, cycle.written(PERIOD, None, TEXT), "alm")
    assert refused(cycle.reviewed, PERIOD, ready, "hagg") == "own_text"
    assert refused(cycle.reviewed, PERIOD, ready, "alm") == "own_text"
    assert cycle.reviewed(PERIOD, ready, "ronn").state == "reviewed"


def test_a_changed_text_has_to_be_called_ready_and_reviewed_again() -> None:
    done = cycle.reviewed(PERIOD, cycle.ready(PERIOD, cycle.written(PERIOD, None, TEXT), "hagg"), "ronn")
    assert cycle.written(PERIOD, done, replace(TEXT, version=done.version, text="Nytt.")).state == "reported"


def test_nobody_writes_over_what_they_have_not_seen() -> None:
    first = cycle.written(PERIOD, None, TEXT)
    assert refused(cycle.written, PERIOD, first, TEXT) == "written_by_another"


def test_a_text_that_is_sent_back_says_why_and_is_its_writers_again() -> None:
    ready = cycle.ready(PERIOD, cycle.written(PERIOD, None, TEXT), "hagg")
    assert refused(cycle.returned, PERIOD, ready, "ronn", " ") == "reason_missing"
    back = cycle.returned(PERIOD, ready, "ronn", "Vilka bolag?")
    assert (back.state, back.returned) == ("reported", "Vilka bolag?")


def test_a_period_is_published_when_all_of_it_is_reviewed_and_archived_after_that() -> None:
    done = cycle.reviewed(PERIOD, cycle.ready(PERIOD, cycle.written(PERIOD, None, TEXT), "hagg"), "ronn")
    assert refused(cycle.publishable, PERIOD, ["a", "b"], {"a": done}, PERIOD.per) == "not_all_reviewed"
    assert refused(cycle.publishable, PERIOD, ["a"], {"a": done}, date(2026, 8, 30)) == "not_over"
    cycle.publishable(PERIOD, ["a"], {"a": done}, PERIOD.per)
    assert refused(cycle.archivable, PERIOD) == "not_published"
    published = replace(PERIOD, known=NOW)
    assert refused(cycle.written, published, done, replace(TEXT, version=done.version)) == "published"
    cycle.archivable(published)


async def test_a_period_goes_from_opened_to_archived_and_its_report_is_built_again_to_the_same_bytes(
    service: Service[Settings], programme: httpx.AsyncClient
) -> None:
    await said(service)
    at = await opened(programme)
    early = await send(programme, f"{at}/publish", at)
    assert early.status_code == 409
    assert "Allt är inte granskat än" in early.text
    await reviewed_all(programme, at)
    assert (await send(programme, f"{at}/publish", at)).status_code == 303
    shown = (await programme.get(at)).text
    assert shown.count("Samma byte") == 2
    assert (await send(programme, f"{at}/archive", at)).status_code == 303
    told = [type(event) for event in await said(service)]
    n = len(SUBJECTS)
    assert told[0] is PeriodOpened
    assert [told.count(kind) for kind in (ReportReady, ReportReviewed, AssessmentReported)] == [n, n, n]
    assert (told.count(ReportPublished), told[-1]) == (1, ReportArchived)
    signed_in(programme, "nobody", role="none")
    report = f"/rapporter/{PROGRAMME}/2026-08-31/{GOAL}.pdf"
    first = await programme.get(report)
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(first.content)).pages]
    assert "Klart i augusti." in pages[-1]
    assert "Arbetsmarknadsanställningar: 34" in " ".join("".join(pages).replace("\xa0", " ").split())
    again = {
        "indicator_id": "labour-market-employments",
        "partner_id": "p",
        "value": 70,
        "unit": "people",
        "source": "x",
    }
    days = {"period_from": "2022-01-01", "period_to": "2022-07-31", "measured_at": "2022-08-01"}
    await tell(service, MeasurementReported.model_validate(again | days), at=NOW, municipality="0380")
    later = UPPSALA_JSON | {"assessments": [dict(UPPSALA_JSON["assessments"][0], as_of="2026-08-30", text="Tillägg.")]}
    assert (await programme.post("/api/programmes", json=later, headers=TOKEN)).json()["recorded"]
    again = await programme.get(report, headers={"Accept-Language": "en"})
    assert again.content == first.content
    assert "Klart i augusti." in (await programme.get(f"/mal/{GOAL}?per=2026-08-31")).text


async def test_a_report_is_nobodys_before_it_is_published(programme: httpx.AsyncClient) -> None:
    await opened(programme)
    assert (await programme.get(f"/rapporter/{PROGRAMME}/2026-08-31/{GOAL}.pdf")).status_code == 404


async def test_what_somebody_else_saved_meanwhile_is_not_written_over_and_my_text_stays(
    programme: httpx.AsyncClient,
) -> None:
    at, subject = await opened(programme), SUBJECTS[1]
    status = SCALES[UPPSALA["goals"][0]["assignment_scale"]][1]
    for text, answered in (("Först.", 303), ("Samtidigt.", 422)):
        answer = await send(programme, f"{at}/{subject}", do="save", version="0", status=status, text=text)
        assert answer.status_code == answered
    assert "Någon annan har sparat under tiden" in answer.text
    assert "Samtidigt.</textarea>" in answer.text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"do": "save", "text": "Text.", "status": "nowhere"}, "Välj en status."),
        ({"do": "save", "text": " "}, "Skriv hur det går."),
        ({"do": "save", "text": "Text.", "expected": "snart"}, "Skriv ett år eller år och månad"),
        ({"do": "ready"}, "Spara en text först."),
        ({"do": "review"}, "Spara en text först."),
    ],
)
async def test_what_is_missing_is_said(programme: httpx.AsyncClient, told: dict[str, str], words: str) -> None:
    at = await opened(programme)
    status = SCALES[UPPSALA["goals"][0]["assignment_scale"]][0]
    answer = await send(programme, f"{at}/{SUBJECTS[1]}", **{"status": status, **told})
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("wrong", [{"publish_by": "2026-09-01"}, {"report_by": "2026-08-01"}])
async def test_deadlines_out_of_order_and_a_period_opened_twice_are_refused(
    programme: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    await opened(programme)
    answer = await send(programme, f"/arbete/{PROGRAMME}", "/arbete", **DATES | wrong)
    assert (answer.status_code, "måste komma i ordning" in answer.text) == (422, True)
    answer = await send(programme, f"/arbete/{PROGRAMME}", "/arbete", **DATES)
    assert (answer.status_code, "redan öppnad" in answer.text) == (422, True)


async def test_officers_of_another_municipality_and_others_do_not_get_in(programme: httpx.AsyncClient) -> None:
    at = await opened(programme)
    signed_in(programme, "lind", municipality="2580")
    assert (await programme.get(at)).status_code == 404
    assert "Inget program är inläst än" in (await programme.get("/arbete")).text
    signed_in(programme, "vide", role="coordinator")
    assert (await programme.get(at)).status_code == 403


async def test_a_week_before_a_deadline_what_is_missing_is_said_and_nothing_when_nothing_is(
    service: Service[Settings], programme: httpx.AsyncClient
) -> None:
    at = await opened(programme)
    async with service.database.transaction() as tx:
        rows = await tx.fetch("select kind, key, at, payload from due order by at")
    assert [row["at"].astimezone(PLACE).date().isoformat() for row in rows] == [
        "2026-09-03",
        "2026-09-13",
        "2026-09-23",
    ]
    assert await said_when(service, rows[0]) == [(date(2026, 9, 10), "report", len(SUBJECTS))]
    await reviewed_all(programme, at)
    assert await said_when(service, rows[1]) == []
    assert await said_when(service, rows[2]) == [(date(2026, 9, 30), "publish", len(SUBJECTS))]


async def said_when(service: Service[Settings], row: Any) -> list[tuple[date, str, int]]:
    async with service.database.transaction() as tx:
        told = await said_when_due(Due(row["kind"], row["key"], row["at"], {}), tx)
    return [(event.by, event.step, event.missing) for event in told if isinstance(event, FollowUpDue)]


async def test_a_goals_assignments_and_closed_months_can_be_fetched(programme: httpx.AsyncClient) -> None:
    book = await programme.get(f"/mal/{GOAL}/uppdrag.xlsx?per=2022-08-31")
    sheets = openpyxl.load_workbook(io.BytesIO(book.content))
    assert sheets.sheetnames == ["uppdrag", "besked", "ansvar", "siffror", "Koder", "Om"]
    assert [row[2].value for row in list(sheets["uppdrag"])[1:]].count("Inte helt enligt plan") == 1
    assert [row[6].value for row in list(sheets["siffror"])[1:]] == [65, 34]
    assert (await programme.get("/data/hushall.csv")).text.startswith("\ufeffmunicipality;month;registered")
    assert (await programme.get("/data/hushall.pdf")).status_code == 422
