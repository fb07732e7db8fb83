"""A table as CSV, as Swedish spreadsheets open it: semicolons, UTF-8 with its mark, decimal commas, `..` for hidden."""

import csv
import io

from reporting.domain.document import HIDDEN, Table, Value


def plain(table: Table) -> bytes:
    """The codes of the columns, then the rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.code for column in table.columns])
    writer.writerows([_written(value) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _written(value: Value) -> str:
    if value is None:
        return HIDDEN
    if isinstance(value, float):
        return str(value).replace(".", ",")
    # a spreadsheet would run a text that begins like a formula
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else str(value)
