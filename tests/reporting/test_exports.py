"""Files that others open: each is read back here by a program that is not ours."""

import csv
import io
import json
import time
import zipfile
from datetime import date
from typing import Any
from xml.etree import ElementTree

import jsonstat_validator
import openpyxl
import pypdf
import pytest

from reporting.domain.document import Column, Document, Section, Table, cube
from reporting.exports.jsonstat import jsonstat
from reporting.exports.pdf import pdf
from reporting.exports.plain import plain
from reporting.exports.word import word
from reporting.exports.workbook import workbook

COLUMNS = (
    Column("municipality", "Kommun"),
    Column("month", "Månad"),
    Column("registered", "Anmälda hushåll", True),
    Column("moved_in", "Inflyttade", True),
)
ROWS = (("2580", "2026-10", 12, None), ("2580", "2026-11", 7, 0), ("0380", "2026-11", 5, 6))
TABLE = Table(
    "siffror",
    "Hushåll per månad",
    COLUMNS,
    ROWS,
    "Inflytt",
    date(2026, 11, 30),
    (".. är färre än fem.",),
    {"2580": "Luleå"},
)
SECTION = Section("Uppdrag", ("#set text(red) *inte fet* <b>",), (("Status", "Grön. Enligt plan."),), (TABLE,))
BELOW = Section("Anställda", ("Första stycket.\n\nAndra stycket.",), level=2)
REPORT = Document("Mål 5", "Så här går det.", "sv", date(2022, 8, 31), "Uppsala kommun", (SECTION, BELOW))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_the_same_content_gives_the_same_bytes_at_another_time() -> None:
    def made() -> list[bytes]:
        return [plain(TABLE), jsonstat(TABLE), workbook("Siffror", [TABLE]), word(REPORT), pdf(REPORT)]

    first = made()
    time.sleep(2.1)  # an archive's clock ticks every other second
    assert made() == first


def test_a_csv_file_is_what_swedish_spreadsheets_expect() -> None:
    assert plain(TABLE).startswith(b"\xef\xbb\xbfmunicipality;month;registered;moved_in\r\n2580;2026-10;12;..\r\n")
    share = Table("s", "Andel", (Column("x", "X"), Column("share", "Andel", True)), (("=1+1", 70.5),), "k", date.min)
    assert list(csv.reader(io.StringIO(plain(share).decode("utf-8-sig")), delimiter=";"))[1] == ["'=1+1", "70,5"]


def test_a_json_stat_file_is_valid_and_says_what_is_hidden_and_what_is_nothing() -> None:
    told = jsonstat(TABLE)
    dataset = json.loads(told)
    assert jsonstat_validator.validate_jsonstat(dataset) is True
    assert dataset["size"] == [2, 2, 2]
    assert dataset["value"] == [12, None, 7, 0, 0, 0, 5, 6]
    assert dataset["dimension"]["municipality"]["category"]["label"] == {"2580": "Luleå", "0380": "0380"}
    assert dataset["status"] == {"1": ".."}


def test_what_is_counted_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"siffror counts .* twice"):
        cube(Table("siffror", "", COLUMNS, (ROWS[0], ROWS[0]), "", date.min))


def test_a_workbook_has_its_numbers_as_numbers_and_its_codes_beside() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook("Siffror", [TABLE])))
    assert book.sheetnames == ["siffror", "Koder", "Om"]
    assert [cell.value for cell in book["siffror"][2]] == ["2580", "2026-10", 12, ".."]
    assert [cell.value for cell in book["Koder"][2]] == ["siffror", "Kommun", "municipality"]
    assert [cell.value for cell in book["Koder"][6]] == ["siffror", "Luleå", "2580"]
    assert [row[0].value for row in book["Om"]] == [
        "Siffror",
        "Hushåll per månad",
        "Inflytt, 2026-11-30",
        ".. är färre än fem.",
    ]


def test_a_word_file_has_headings_a_head_row_and_a_language() -> None:
    parts = zipfile.ZipFile(io.BytesIO(word(REPORT)))
    body = ElementTree.fromstring(parts.read("word/document.xml"))
    styles = [style.get(f"{W}val") for style in body.iter(f"{W}pStyle")]
    assert styles[:2] == ["Title", "Heading1"]
    assert styles[-1] == "Heading2"
    paragraphs = ["".join(part.text or "" for part in one.iter(f"{W}t")) for one in body.iter(f"{W}p")]
    assert paragraphs[-2:] == ["Första stycket.", "Andra stycket."]
    assert len(list(body.iter(f"{W}tblHeader"))) == 1
    text = "".join(part.text or "" for part in body.iter(f"{W}t"))
    assert "#set text(red) *inte fet* <b>" in text
    assert "Status: Grön. Enligt plan." in text
    assert b'w:lang w:val="sv-SE"' in parts.read("word/styles.xml")


def test_a_pdf_is_tagged_speaks_its_language_and_shows_text_as_it_is() -> None:
    file = pypdf.PdfReader(io.BytesIO(pdf(REPORT)))
    root = file.root_object
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "sv"
    assert file.metadata is not None
    assert file.metadata.title == "Mål 5"
    assert file.xmp_metadata is not None
    assert b"pdfuaid:part" in file.xmp_metadata.stream.get_data()
    text = file.pages[0].extract_text()
    assert "#set text(red) *inte fet* <b>" in text
    assert "Inflyttade" in text
    tags = _tags(root["/StructTreeRoot"])  # type: ignore[index]
    assert [tag for tag in tags if tag in ("/Title", "/H1", "/H2")] == ["/Title", "/H1", "/H2"]
    assert tags[tags.index("/H2") :].count("/P") == 2


def _tags(node: Any) -> list[str]:
    """What a screen reader is told that each part is, in order."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [tag for part in node for tag in _tags(part)]
    if not isinstance(node, dict):
        return []
    return [*([str(node["/S"])] if "/S" in node else []), *_tags(node.get("/K", []))]
