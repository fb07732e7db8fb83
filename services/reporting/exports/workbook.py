"""Tables as a workbook: a sheet each, one of codes, one that says what it is and where it comes from."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time

import xlsxwriter

from reporting.domain.document import HIDDEN, Table


def workbook(title: str, tables: Sequence[Table]) -> bytes:
    """An .xlsx file. Numbers are numbers, `..` is text, formulas are never written."""
    file = io.BytesIO()
    made = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, made)
    when = max(table.as_of for table in tables)
    book.set_properties({"title": title, "created": datetime.combine(when, time(), UTC)})
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for table in tables:
        sheet = book.add_worksheet(table.id[:31])
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.text, bold)
            sheet.set_column(at, at, 12 if column.number else 28)
        for down, row in enumerate(table.rows, 1):
            for at, value in enumerate(row):
                sheet.write(down, at, HIDDEN if value is None else value)
        sheet.freeze_panes(1, len(table.by))
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    codes = book.add_worksheet("Koder")
    told = [(t.id, c.text, c.code) for t in tables for c in t.columns]
    told += [(t.id, name, code) for t in tables for code, name in t.names.items()]
    for down, line in enumerate([("Blad", "Text", "Kod"), *told]):
        codes.write_row(down, 0, line, None if down else bold)
    about = book.add_worksheet("Om")
    about.set_column(0, 0, 90, wrap)
    lines = [title, *(line for t in tables for line in (t.title, f"{t.source}, {t.as_of.isoformat()}", *t.notes))]
    for down, words in enumerate(dict.fromkeys(lines)):
        about.write_string(down, 0, words, None if down else bold)
    book.close()
    return file.getvalue()
