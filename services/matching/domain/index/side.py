"""One side of an index: its seekers or its places in columns, with a bitmap for each word and each key of a gate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

Ints = NDArray[Any]


@dataclass(frozen=True)
class Row:
    """A record as columns: the number of its key in each table, its words with their weights, those that anchor it."""

    keys: Sequence[int]
    terms: Mapping[int, int]
    anchors: Iterable[int]


@dataclass
class Ragged:
    """Lists of (word, weight) of different length, one after the other."""

    ends: Ints = field(default_factory=lambda: np.zeros(1024, np.int64))
    words: Ints = field(default_factory=lambda: np.zeros(8192, np.int32))
    weights: Ints = field(default_factory=lambda: np.zeros(8192, np.int16))
    rows: int = 0

    def append(self, terms: Mapping[int, int]) -> None:
        start = int(self.ends[self.rows])
        end = start + len(terms)
        self.ends, self.words, self.weights = (
            roomy(column, size) for column, size in ((self.ends, self.rows + 2), (self.words, end), (self.weights, end))
        )
        self.words[start:end] = list(terms)
        self.weights[start:end] = list(terms.values())
        self.rows += 1
        self.ends[self.rows] = end

    def take(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """(starts, words, weights) of these rows: `starts` has one entry more than there are rows."""
        first, counts = self.ends[rows], self.ends[rows + 1] - self.ends[rows]
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(counts, out=starts[1:])
        where = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
        return starts, self.words[where], self.weights[where]

    def only(self, rows: Ints) -> "Ragged":
        ends, words, weights = self.take(rows)
        return Ragged(ends, words, weights, len(rows))


class Columns:
    """All rows of one side, live or buried; `append` and `bury` can be undone, the last one first."""

    def __init__(self, tables: int, encode: Callable[[Any], Row]) -> None:
        self.encode = encode
        self.records: list[Any] = []
        self.row_of: dict[UUID, int] = {}
        self.live = BitMap()
        self.keys = np.zeros((tables, 1024), np.int32)
        self.terms = Ragged()
        self.least = np.zeros(1024, np.int16)  # points from which on a pair may be among the row's best: see `standing`
        self.anchored: dict[int, BitMap] = {}
        self.keyed: list[list[BitMap]] = [[] for _ in range(tables)]

    def __len__(self) -> int:
        return len(self.row_of)

    def append(self, record: Any) -> int:
        """The record's row. There must be no live one of its id."""
        assert record.id not in self.row_of
        row, number = self.encode(record), len(self.records)
        self.records.append(record)
        self.row_of[record.id] = number
        self.keys = roomy(self.keys, number + 1)
        self.keys[:, number] = row.keys
        self.least = roomy(self.least, number + 1)
        self.terms.append(row.terms)
        for bits in self._bitmaps(row):
            bits.add(number)
        self.live.add(number)
        return number

    def unappend(self) -> None:
        record, number = self.records.pop(), len(self.records)
        for bits in self._bitmaps(self.encode(record)):
            bits.discard(number)
        self.terms.rows -= 1
        self.live.discard(number)
        del self.row_of[record.id]

    def bury(self, id: UUID) -> int:
        """The row that is no more. KeyError when nobody of this id lives."""
        number = self.row_of.pop(id)
        self.live.discard(number)
        return number

    def unbury(self, number: int) -> None:
        self.row_of[self.records[number].id] = number
        self.live.add(number)

    def compact(self) -> None:
        """Leaves the buried rows out and numbers the others anew."""
        rows = np.frombuffer(self.live.to_array(), np.uint32).astype(np.int64)
        numbers = np.full(len(self.records), -1, np.int64)
        numbers[rows] = np.arange(len(rows))
        self.records = [self.records[row] for row in rows.tolist()]
        self.row_of = {record.id: number for number, record in enumerate(self.records)}
        self.keys, self.least = self.keys[:, rows], self.least[rows]
        self.terms = self.terms.only(rows)
        self.anchored = {word: _renumbered(bits, numbers) for word, bits in self.anchored.items()}
        self.keyed = [[_renumbered(bits, numbers) for bits in keyed] for keyed in self.keyed]
        self.live = BitMap(range(len(rows)))

    def ranks(self, rows: Ints) -> Ints:
        """The place of each row in the order of ids: ties go by it."""
        ids = [self.records[row].id.int for row in rows.tolist()]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        ranks = np.empty(len(ids), np.int64)
        ranks[order] = np.arange(len(ids))
        return ranks

    def _bitmaps(self, row: Row) -> Iterable[BitMap]:
        for keyed, key in zip(self.keyed, row.keys, strict=True):
            keyed += [BitMap() for _ in range(key + 1 - len(keyed))]
            yield keyed[key]
        for word in row.anchors:
            yield self.anchored.setdefault(word, BitMap())


def _renumbered(bits: BitMap, numbers: Ints) -> BitMap:
    found = numbers[np.frombuffer(bits.to_array(), np.uint32)]
    return BitMap(found[found >= 0].astype(np.uint32))


def roomy(column: Ints, size: int) -> Ints:
    """The column with room for so many along its last axis, twice as many when it has to grow."""
    room = column.shape[-1]
    if size <= room:
        return column
    wider = np.zeros((*column.shape[:-1], max(size, 2 * room)), column.dtype)
    wider[..., :room] = column
    return wider
