"""What leaves reporting as a file, before it is a file: a table with its symbols, and a document of headed sections."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product

Value = int | float | str | None  # None: too small to be shown, written `..`

HIDDEN = ".."


@dataclass(frozen=True)
class Column:
    """`code` is what programs read, `text` what people read. A `number` is set to the right and counted with."""

    code: str
    text: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of as many values as there are columns; what is not a number comes first."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    source: str
    as_of: date
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of codes that stand in the rows

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.id}: every row has a value in each of its {len(self.columns)} columns")
        if [column.number for column in self.columns] != sorted(column.number for column in self.columns):
            raise ValueError(f"{self.id}: what is counted stands after what it is counted by")

    @property
    def by(self) -> tuple[Column, ...]:
        """What is counted by."""
        return tuple(column for column in self.columns if not column.number)

    @property
    def counted(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.number)


@dataclass(frozen=True)
class Section:
    """Paragraphs, a list of what and its state, pictures (SVG and what it says) and tables, under one heading."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[tuple[str, str], ...] = ()
    level: int = 1  # of the heading: 2 belongs to the section before it


@dataclass(frozen=True)
class Document:
    """A report as it is handed to a board: made of what was known at `as_of`, so that it can be made again."""

    title: str
    lead: str
    language: str  # sv or en
    as_of: date
    source: str
    sections: tuple[Section, ...]


def cube(table: Table) -> tuple[list[tuple[str, list[str]]], list[Value]]:
    """Dimensions with their categories, what is counted last, and every cell in row-major order; 0 where no row is.

    Raises ValueError when two rows count the same.
    """
    dimensions = [(column.code, _distinct(row[n] for row in table.rows)) for n, column in enumerate(table.by)]
    dimensions.append(("measure", [column.code for column in table.counted]))
    width = len(table.by)
    cells: dict[tuple[str, ...], Value] = {}
    for row in table.rows:
        for column, value in zip(table.counted, row[width:], strict=True):
            key = (*map(str, row[:width]), column.code)
            if key in cells:
                raise ValueError(f"{table.id} counts {key} twice")
            cells[key] = value
    return dimensions, [cells.get(key, 0) for key in product(*(categories for _, categories in dimensions))]


def _distinct(values: Iterable[Value]) -> list[str]:
    return list(dict.fromkeys(map(str, values)))
