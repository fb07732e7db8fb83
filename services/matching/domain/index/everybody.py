"""The best places of every seeker at once: all pairs that share an anchoring word, a block for each word."""

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
    """Of each live seeker (`seekers`, rows) the rows of its best places and their points, the best first; -1 = no more."""

    seekers: Ints
    places: Ints
    points: Ints


@dataclass(frozen=True)
class Order:
    """Points and a place in one number: more points first, then the lower id."""

    rows: Ints  # of live places, by id
    bits: int

    @classmethod
    def of(cls, places: Columns) -> "Order":
        rows = np.fromiter(places.live, np.int64, len(places.live))
        ordered = np.empty_like(rows)
        ordered[places.ranks(rows)] = rows
        return cls(ordered[::-1].copy(), max(1, len(rows).bit_length()))

    def numbers(self, size: int) -> Ints:
        """Of each row its place in the order, the last id 0."""
        found = np.zeros(size, np.int64)
        found[self.rows] = np.arange(len(self.rows))
        return found.astype(self.dtype)

    @property
    def dtype(self) -> type[np.signedinteger]:
        return np.int32 if self.bits <= 20 else np.int64


def best(encoding: Encoding, seekers: Columns, places: Columns, most: int) -> Best:
    """The same as scoring every pair, for all live seekers."""
    order = Order.of(places)
    rows = np.fromiter(seekers.live, np.int64, len(seekers.live))
    blocks = [(np.frombuffer((who & seekers.live).to_array(), np.uint32).astype(np.int64), where)
              for who, where in _blocks(seekers, places)]  # fmt: skip
    found = _Found(len(seekers.records), blocks, most, order.dtype)
    numbers = order.numbers(len(places.records))
    for who, where in blocks:
        for part, ranked in _ranked(encoding, seekers, places, who, where, numbers, order, most):
            found.add(part, ranked)
    return _told(rows, found.best(rows, most), order)


def _blocks(seekers: Columns, places: Columns) -> Iterable[tuple[BitMap, Ints]]:
    for word, where in sorted(places.anchored.items()):
        live = where & places.live
        if live and word in seekers.anchored:
            yield seekers.anchored[word], np.frombuffer(live.to_array(), np.uint32).astype(np.int64)


def _ranked(encoding: Encoding, seekers: Columns, places: Columns, who: Ints, where: Ints, numbers: Ints, order: Order,
            most: int) -> Iterable[tuple[Ints, Ints]]:  # fmt: skip
    """Seekers of a block and, of each, the ordered numbers of its best places."""
    who, where = _without_closed(encoding, seekers, places, who, where)
    if not len(who) or not len(where):
        return
    words, weights = _local(encoding, places, where)
    step = max(1, BLOCK // len(where))
    for start in range(0, len(who), step):
        part = who[start : start + step]
        points = _common(seekers, part, words, weights)
        for number, table in enumerate(encoding.tables):
            _add(points, table.points, seekers.keys[number, part], places.keys[number, where], table.is_gate)
        ranked = points.astype(order.dtype)
        ranked <<= order.bits
        ranked += numbers[where]
        if len(where) > most:
            ranked = np.partition(ranked, len(where) - most, axis=1)[:, -most:]
        yield part, ranked


def _without_closed(encoding: Encoding, seekers: Columns, places: Columns, who: Ints, where: Ints) -> tuple[Ints, Ints]:
    """Those that at least one on the other side passes, gate by gate."""
    for gate in encoding.gates:
        points = encoding.tables[gate].points
        of_seekers, of_places = seekers.keys[gate, who], places.keys[gate, where]
        ones, others = _distinct(of_seekers, points.shape[0]), _distinct(of_places, points.shape[1])
        passes = points[np.ix_(ones, others)] >= 0
        if not passes.all():
            open_to = np.zeros(points.shape[0], bool)
            open_to[ones] = passes.any(axis=1)
            who = who[open_to[of_seekers]]
            open_for = np.zeros(points.shape[1], bool)
            open_for[others] = passes.any(axis=0)
            where = where[open_for[of_places]]
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


def _local(encoding: Encoding, places: Columns, where: Ints) -> tuple[Ints, Ints]:
    """The block's own words (-1 for all others), and each one's weight with each place."""
    starts, words, weights = places.terms.take(where)
    distinct = _distinct(words, encoding.words)
    local = np.full(encoding.words, -1, np.int32)
    local[distinct] = np.arange(len(distinct))
    dense = np.zeros((len(distinct), len(where)), np.int16)
    dense[local[words], np.repeat(np.arange(len(where)), np.diff(starts))] = weights
    return local, dense


def _common(seekers: Columns, who: Ints, local: Ints, weights: Ints) -> Ints:
    """Of each pair the sum of the products of common words."""
    starts, words, own = seekers.terms.take(who)
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
    places = np.full(ranked.shape, NOBODY, np.int32)
    places[someone] = order.rows[ranked[someone] & ((1 << order.bits) - 1)]
    return Best(rows, places, np.where(someone, ranked >> order.bits, NOBODY).astype(np.int16))
