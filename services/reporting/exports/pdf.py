"""A document as tagged PDF (PDF/UA-1), set by Typst: the text is data, never markup."""

import json
from dataclasses import asdict
from pathlib import Path

import typst

from reporting.domain.document import HIDDEN, Document

TEMPLATE = Path(__file__).with_name("report.typ")


def pdf(document: Document) -> bytes:
    """Raises typst.TypstError for a document that can't be made accessible: one without a title."""
    told = asdict(document) | {"as_of": document.as_of.isoformat()}
    told["sections"] = [
        asdict(section)
        | {
            "tables": [
                {
                    "title": table.title,
                    "columns": [asdict(column) for column in table.columns],
                    "rows": [[HIDDEN if value is None else str(value) for value in row] for row in table.rows],
                    "foot": f"{table.source}, {table.as_of.isoformat()}. {' '.join(table.notes)}".strip(),
                }
                for table in section.tables
            ]
        }
        for section in document.sections
    ]
    given = {"document": json.dumps(told, default=str), "year": str(document.as_of.year)}
    return bytes(typst.compile(TEMPLATE, sys_inputs=given, pdf_standards="ua-1"))
