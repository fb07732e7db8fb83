"""ESCO's files: tables with a header, commas and quotes; which file it is, its columns tell."""

import csv
import io
import re
from collections.abc import Iterator
from uuid import UUID

from inflytt.errors import Stop
from inflytt.vocabulary.documents import FETCH, Document

BASE = "http://data.europa.eu/esco/"
KINDS = {
    "occupations": ("conceptUri", "iscoGroup", "preferredLabel"),
    "requirements": ("occupationUri", "relationType", "skillUri"),
    "broader": ("conceptType", "conceptUri", "broaderUri"),
}
NOT_NEEDED = {
    "conceptUri",
    "originalSkillUri",
    "conceptSchemeUri",
    "Level 0 URI",
}  # the other tables that come in ESCO's archives
UUID_SHAPE = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
URI = re.compile(rf"(?:occupation|skill)/{UUID_SHAPE}|skill/[A-Z][0-9.]*|isced-f/\d+|isco/C\d+")
ANY = re.compile(r".*", re.DOTALL)
SHAPES = {
    "iscoGroup": re.compile(r"\d{4}"),
    "relationType": re.compile("essential|optional"),
    "preferredLabel": re.compile(r".{1,200}"),
}
Rows = tuple[tuple[str, ...], ...]

csv.field_size_limit(10_000_000)


def read(document: Document) -> tuple[str, Rows]:
    """Which of `KINDS` a table is, and these columns of it; URIs without `BASE`. Raises Stop with the line of what is wrong."""
    lines = _lines(document)
    _, header = next(lines)
    kind = next((kind for kind, columns in KINDS.items() if set(columns) <= set(header)), "")
    if not kind and NOT_NEEDED & set(header):
        return "not needed", ()
    if not kind:
        raise Stop(
            f"{document.name} is no file of JobTech's or ESCO's: no JSON, no archive, and no table with ESCO's columns "
            f"and commas between (its first line is {','.join(header)[:60]!r}): take it out of what is imported"
        )
    rows = tuple(_row(document.name, line, kind, dict(zip(header, row, strict=True))) for line, row in lines)
    if not rows:
        raise Stop(f"{document.name} has a header and no rows: {FETCH}")
    if kind == "broader" and rows[0][0] in ("ISCOGroup", "Occupation"):
        return "not needed", ()
    return kind, rows


def _lines(document: Document) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it ends on, the header first."""
    reader = csv.reader(io.StringIO(document.text(), newline=""), strict=True)
    width = 0
    try:
        for row in reader:
            width = width or len(row)
            if len(row) != width:
                raise Stop(
                    f"{document.name}, line {reader.line_num}: {len(row)} columns of {width}, truncated?: {FETCH}"
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise Stop(f"{document.name}, line {reader.line_num}: {error}, truncated?: {FETCH}") from None


def _row(name: str, line: int, kind: str, cells: dict[str, str]) -> tuple[str, ...]:
    row = []
    for column in KINDS[kind]:
        cell = cells[column].removeprefix(BASE) if column.endswith("Uri") else cells[column]
        shape = URI if column.endswith("Uri") else SHAPES.get(column, ANY)
        if not shape.fullmatch(cell):
            raise Stop(f"{name}, line {line}: {cells[column][:60]!r} can't be a {column}, truncated?: {FETCH}")
        row.append(cell)
    return tuple(row)


def uuid(uri: str) -> UUID:
    """The id in an occupation's URI, as `read` gives it."""
    return UUID(uri.partition("/")[2])
