"""A document as Word: real headings, real tables with a head row, the language set, so that a screen reader finds its way."""

import io
import zipfile
from datetime import datetime, time
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from reporting.domain.document import HIDDEN, Document, Table

LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}


def word(document: Document) -> bytes:
    """A .docx file."""
    file = docx.Document()
    about = file.core_properties
    about.title, about.author, about.language = document.title, document.source, LANGUAGES[document.language]
    about.created = about.modified = datetime.combine(document.as_of, time())
    about.last_modified_by, about.comments = "", ""
    _spoken(file, LANGUAGES[document.language])
    file.add_heading(document.title, 0)
    file.add_paragraph(document.lead)
    for section in document.sections:
        file.add_heading(section.heading, section.level)
        for paragraph in section.paragraphs:
            for part in paragraph.split("\n\n"):
                file.add_paragraph(part)
        for what, state in section.terms:
            line = file.add_paragraph()
            line.add_run(f"{what}: ").bold = True
            line.add_run(state)
        for table in section.tables:
            _table(file, table)
    return _same_bytes(file)


def _table(file: Any, table: Table) -> None:
    file.add_paragraph(table.title, "Caption")
    grid = file.add_table(rows=1, cols=len(table.columns), style="Light Grid Accent 1")
    for cell, column in zip(grid.rows[0].cells, table.columns, strict=True):
        cell.text = column.text
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(head)
    for row in table.rows:
        for cell, value in zip(grid.add_row().cells, row, strict=True):
            cell.text = HIDDEN if value is None else str(value)
    file.add_paragraph(f"{table.source}, {table.as_of.isoformat()}. {' '.join(table.notes)}".strip())


def _spoken(file: Any, language: str) -> None:
    fonts = file.styles["Normal"].element.get_or_add_rPr()
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), language)
    fonts.append(lang)


def _same_bytes(file: Any) -> bytes:
    """python-docx dates each part of the archive by the clock."""
    written, again = io.BytesIO(), io.BytesIO()
    file.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as fixed:
        for part in sorted(parts.namelist()):
            fixed.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), parts.read(part), zipfile.ZIP_DEFLATED)
    return again.getvalue()
