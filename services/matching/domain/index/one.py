"""One seeker against all places, or one place against all seekers."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from matching.domain.index.side import Columns, Ints
from matching.domain.index.tables import Encoding


class Met(NamedTuple):
    """The rows of the other side that pass all gates, and the points of each."""

    rows: Ints
    points: Ints


def meet(encoding: Encoding, one: Columns, row: int, others: Columns, is_seeker: bool) -> Met:
    """Scores a row of one side against the other side."""
    worth = _worth(encoding, one, row, is_seeker)
    _, words, weights = one.terms.take(np.array([row]))
    passing = reached(words, others)
    for refused in _refused(encoding, worth, others).values():
        passing -= refused
    rows = np.frombuffer(passing.to_array(), np.uint32).astype(np.int64)
    points = _common(encoding.words, words, weights, others, rows)
    for line in range(len(encoding.gates), len(encoding.tables)):
        points += worth[line][others.keys[line, rows]]
    return Met(rows, points)


def held_back(encoding: Encoding, one: Columns, row: int, others: Columns, is_seeker: bool) -> Mapping[str, int]:
    """Of those that could meet this one: how many each gate keeps away."""
    _, words, _ = one.terms.take(np.array([row]))
    could = reached(words, others)
    refused = _refused(encoding, _worth(encoding, one, row, is_seeker), others)
    return {encoding.tables[gate].code: len(could & away) for gate, away in refused.items() if could & away}


def held_by_only(
    encoding: Encoding, one: Columns, row: int, others: Columns, is_seeker: bool, gates: Collection[str]
) -> list[int]:
    """The rows that could meet this one, and that these gates keep away and no other."""
    _, words, _ = one.terms.take(np.array([row]))
    refused = _refused(encoding, _worth(encoding, one, row, is_seeker), others)
    by_these, by_others = BitMap(), BitMap()
    for gate, away in refused.items():
        if encoding.tables[gate].code in gates:
            by_these |= away
        else:
            by_others |= away
    found: list[int] = ((reached(words, others) & by_these) - by_others).to_array().tolist()
    return found


def reached(words: Ints, others: Columns) -> BitMap:
    """The live rows that share an anchoring word."""
    found = [others.anchored[word] for word in words.tolist() if word in others.anchored]
    return BitMap.union(*found) & others.live if found else BitMap()


def _worth(encoding: Encoding, one: Columns, row: int, is_seeker: bool) -> list[Ints]:
    """What each key of the other side is worth to this row, table by table."""
    keys = one.keys[:, row].tolist()
    both = zip(encoding.tables, keys, strict=True)
    return [table.points[key] if is_seeker else table.points[:, key] for table, key in both]


def _refused(encoding: Encoding, worth: list[Ints], others: Columns) -> dict[int, BitMap]:
    """The rows that each gate keeps away."""
    found = {}
    for gate in encoding.gates:
        keyed = others.keyed[gate]
        away = [keyed[key] for key in np.flatnonzero(worth[gate][: len(keyed)] < 0).tolist()]
        if away:
            found[gate] = BitMap.union(*away)
    return found


def _common(words: int, own: Ints, weights: Ints, others: Columns, rows: Ints) -> Ints:
    """Of each row the sum of the products of common words."""
    if not len(rows):
        return np.zeros(0, np.int32)
    lookup = np.zeros(words, np.int32)
    lookup[own] = weights
    starts, theirs, their_weights = others.terms.take(rows)
    return np.add.reduceat(lookup[theirs] * their_weights, starts[:-1], dtype=np.int32)
