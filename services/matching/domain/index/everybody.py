"""The best of everybody at once, for all seekers or all places: all pairs that share an anchoring word, block by block."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap
from scipy.sparse import csr_matrix

from matching.domain.index.side import Columns, Ints
from matching.domain.index.tables import Encoding

BLOCK = 1 << 19  # pairs that are worked on at a time: they stay in the cache
NOBODY = -1


class Best(NamedTuple):
    """Of each live row of one side the rows of its best on the other side and their points, best first; -1 = no more."""

    rows: Ints
    others: Ints
    points: Ints


@dataclass(frozen=True)
class Order:
    """Points and a place in one number: more points first, then the lower id."""

    rows: Ints  # that live, the last id first
    bits: int

    @classmethod
    def of(cls, side: Columns) -> "Order":
        rows = live(side)
        ordered = np.empty_like(rows)
        ordered[side.ranks(rows)] = rows
        return cls(ordered[::-1].copy(), max(1, len(rows).bit_length()))

    def numbers(self, size: int) -> Ints:
        """Of each row its place in the order, the last id 0."""
        found = np.zeros(size, np.int64)
        found[self.rows] = np.arange(len(self.rows))
        return found.astype(self.dtype)

    @property
    def dtype(self) -> type[np.signedinteger]:
        return np.int32 if self.bits <= 20 else np.int64


@dataclass(frozen=True)
class Facing:
    """Two sides, and what the keys of one (rows) make of the keys of the other (columns). The first `gates` are gates."""

    ones: Columns
    others: Columns
    tables: list[Ints]
    gates: int
    words: int


def facing(encoding: Encoding, seekers: Columns, places: Columns, turned: bool = False) -> Facing:
    """Seekers who look at places, or the other way about."""
    gates, words = len(encoding.gates), encoding.words
    tables = [table.points for table in encoding.tables]
    if turned:
        return Facing(places, seekers, [table.T for table in tables], gates, words)
    return Facing(seekers, places, tables, gates, words)


def best(sides: Facing, most: int) -> Best:
    """The same as scoring every pair."""
    order, rows = Order.of(sides.others), live(sides.ones)
    blocks = list(_blocks(sides.ones, sides.others))
    found = _Found(len(sides.ones.records), blocks, most, order.dtype)
    numbers = order.numbers(len(sides.others.records))
    for who, where in blocks:
        for part, points, near in _scored(sides, who, where):
            found.add(part, _ranked(points, numbers[near], order, most))
    return _told(rows, found.best(rows, most), order)


def live(side: Columns) -> Ints:
    return _rows(side.live)


def _rows(bits: BitMap) -> Ints:
    return np.frombuffer(bits.to_array(), np.uint32).astype(np.int64)


def _blocks(ones: Columns, others: Columns) -> Iterable[tuple[Ints, Ints]]:
    for word, where in sorted(others.anchored.items()):
        there, who = where & others.live, ones.anchored.get(word, BitMap()) & ones.live
        if there and who:
            yield _rows(who), _rows(there)


def _scored(sides: Facing, who: Ints, where: Ints) -> Iterable[tuple[Ints, Ints, Ints]]:
    """Parts of a block: rows, their points with each of the others (less than 0: a gate is closed), and the others."""
    who, where = _without_closed(sides, who, where)
    if not len(who) or not len(where):
        return
    words, weights = _local(sides, where)
    step = max(1, BLOCK // len(where))
    for start in range(0, len(who), step):
        part = who[start : start + step]
        points = _common(sides.ones, part, words, weights)
        for number, table in enumerate(sides.tables):
            is_gate = number < sides.gates
            _add(points, table, sides.ones.keys[number, part], sides.others.keys[number, where], is_gate)
        yield part, points, where


def _ranked(points: Ints, numbers: Ints, order: Order, most: int) -> Ints:
    """Points and order in one number, of the best only."""
    ranked = points.astype(order.dtype)
    ranked <<= order.bits
    ranked += numbers
    return np.partition(ranked, len(numbers) - most, axis=1)[:, -most:] if len(numbers) > most else ranked


def _without_closed(sides: Facing, who: Ints, where: Ints) -> tuple[Ints, Ints]:
    """Those that at least one on the other side passes, gate by gate."""
    for gate, points in enumerate(sides.tables[: sides.gates]):
        of_ones, of_others = sides.ones.keys[gate, who], sides.others.keys[gate, where]
        ones, others = _distinct(of_ones, points.shape[0]), _distinct(of_others, points.shape[1])
        passes = points[np.ix_(ones, others)] >= 0
        if not passes.all():
            open_to = np.zeros(points.shape[0], bool)
            open_to[ones] = passes.any(axis=1)
            who = who[open_to[of_ones]]
            open_for = np.zeros(points.shape[1], bool)
            open_for[others] = passes.any(axis=0)
            where = where[open_for[of_others]]
    return who, where


def _distinct(keys: Ints, size: int) -> Ints:
    there = np.zeros(size, bool)
    there[keys] = True
    return np.flatnonzero(there)


def _add(points: Ints, table: Ints, ones: Ints, others: Ints, is_gate: bool) -> None:
    """Adds what a table says of each pair."""
    distinct = _distinct(ones, table.shape[0])
    wide = table[distinct][:, others]
    if is_gate and (wide >= 0).all():
        return
    place = np.zeros(table.shape[0], np.int64)
    place[distinct] = np.arange(len(distinct))
    points += wide[place[ones]] if len(distinct) > 1 else wide


def _local(sides: Facing, where: Ints) -> tuple[Ints, Ints]:
    """The block's own words (-1 for all others), and each one's weight with each of the others."""
    starts, words, weights = sides.others.terms.take(where)
    distinct = _distinct(words, sides.words)
    local = np.full(sides.words, -1, np.int32)
    local[distinct] = np.arange(len(distinct))
    dense = np.zeros((len(distinct), len(where)), np.int16)
    dense[local[words], np.repeat(np.arange(len(where)), np.diff(starts))] = weights
    return local, dense


def _common(ones: Columns, who: Ints, local: Ints, weights: Ints) -> Ints:
    """Of each pair the sum of the products of common words."""
    starts, words, own = ones.terms.take(who)
    words = local[words]
    shared = words >= 0
    ends = np.concatenate(([0], np.cumsum(shared)))[starts]
    sparse = csr_matrix((own[shared], words[shared], ends), shape=(len(who), len(weights)))
    product: Ints = sparse @ weights
    return product


class _Found:
    """Room for what each block finds of each seeker, one after the other."""

    def __init__(self, rows: int, blocks: list[tuple[Ints, Ints]], most: int, dtype: type[np.signedinteger]) -> None:
        room = np.zeros(rows, np.int64)
        for who, where in blocks:
            room[who] += min(most, len(where))
        self._start = np.concatenate(([0], np.cumsum(room)))
        self._fill = self._start[:-1].copy()
        self._ranked = np.full(self._start[-1] + 1, NOBODY, dtype)  # one more, so that there is something to clip to

    def add(self, who: Ints, ranked: Ints) -> None:
        width = ranked.shape[1]
        self._ranked[self._fill[who][:, None] + np.arange(width)] = ranked
        self._fill[who] += width

    def best(self, rows: Ints, most: int) -> Ints:
        """The best of each of these rows, sorted."""
        counts = self._fill[rows] - self._start[rows]
        told = np.full((len(rows), most), NOBODY, self._ranked.dtype)
        order = np.argsort(counts, kind="stable")
        for start in range(0, len(rows), 4096):
            part = order[start : start + 4096]
            width = max(most, int(counts[part[-1]]))
            where = self._start[rows[part]][:, None] + np.arange(width)
            inside = np.arange(width) < counts[part][:, None]
            wide = np.where(inside, self._ranked.take(where, mode="clip"), NOBODY)
            wide = np.partition(wide, width - most, axis=1)[:, -most:] if width > most else wide
            told[part] = np.sort(wide, axis=1)[:, ::-1]
        return told


def _told(rows: Ints, ranked: Ints, order: Order) -> Best:
    someone = ranked >= 0
    others = np.full(ranked.shape, NOBODY, np.int32)
    others[someone] = order.rows[ranked[someone] & ((1 << order.bits) - 1)]
    return Best(rows, others, np.where(someone, ranked >> order.bits, NOBODY).astype(np.int16))
