"""What is written of a goal's assignments and what they add up to stand side by side in the board's files; neither is corrected."""

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import openpyxl
import pypdf
import pytest

from periods import GOAL, UPPSALA_JSON
from reporting.domain import verdict
from reporting.domain.document import Document
from reporting.domain.programme import Programme, Version, parts
from reporting.exports.pdf import pdf
from reporting.exports.word import word
from reporting.publishing import SWEDISH
from reporting.reports import goal_report

AUGUST, THEN = date(2022, 8, 31), datetime(2022, 9, 1, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def report(per: date = AUGUST, **changed: Any) -> Document:
    programme = Programme.model_validate(UPPSALA_JSON | changed)
    versions = [Version(kind, id, part.model_dump(mode="json"), THEN) for kind, id, part in parts(programme)]
    return goal_report(SWEDISH, programme, programme.goals[0], verdict.reports(versions), [], per, THEN)


def in_pdf(document: Document) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf(document))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def in_word(document: Document) -> str:
    body = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(word(document))).read("word/document.xml"))
    paragraphs = ("".join(text.text or "" for text in one.iter(f"{W}t")) for one in body.iter(f"{W}p"))
    return " ".join(" ".join(paragraphs).split())


@pytest.mark.parametrize("read", [in_pdf, in_word])
def test_the_report_shows_that_the_text_says_five_to_plan_while_four_are_and_one_is_not_quite(read: Any) -> None:
    text = re.sub(r"-\s", "", read(report()))
    assert "De fem uppdragen inom inriktningsmålet pågår enligt plan." in text
    assert "Pågår/väntar enligt plan: 4, Försenat/inte påbörjat: 1" in text
    assert "Läge Enligt texten När de räknas" in text
    assert "Pågår/väntar enligt plan 5 4" in text
    assert "Försenat/inte påbörjat 0 1" in text
    assert "5. Etisk standard: ”Inte helt enligt plan”" in text
    assert "Vi visar båda och ändrar ingen." in text


def test_what_was_written_of_another_day_is_shown_with_its_day() -> None:
    terms = report(per=date(2023, 4, 30)).sections[1].terms
    assert [what for what, _ in terms][:2] == ["Skrivet per 2022-08-31", "Räknat ur bedömningarna per 2023-04-30"]


def test_where_both_say_the_same_there_is_nothing_to_set_beside() -> None:
    agreeing = [UPPSALA_JSON["summaries"][0] | {"claims": {"enligt-plan": 4, "forsenat": 1}}]
    assert report(summaries=agreeing).sections[1].tables == ()


async def test_the_workbook_has_both(programme: httpx.AsyncClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO((await programme.get(f"/mal/{GOAL}/uppdrag.xlsx?per=2022-08-31")).content))
    rows = [[cell.value for cell in row] for row in book["besked"]]
    assert rows[0] == ["Läge", "Enligt texten", "När de räknas"]
    assert ["Pågår/väntar enligt plan", 5, 4] in rows
    assert ["Försenat/inte påbörjat", 0, 1] in rows
    assert "Vi visar båda och ändrar ingen." in [row[0].value for row in book["Om"]]
