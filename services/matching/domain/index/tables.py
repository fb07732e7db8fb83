"""What gates and lines make of each pair of keys, worked out once: a kind's rules as tables of integers."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.domain.index.side import Row, roomy
from matching.domain.kinds.shape import Gate, Kind, Line, Overlap, Place, Seeker, Unsaid

CLOSED = -1001  # no points make up for a gate
ANCHOR = "anchor"
EVERYONE, UNSAID = "*", "?"  # two words beside those of the vocabulary


class Table:
    """A gate or a line: points of each seeker's key (rows) with each place's key (columns)."""

    def __init__(self, rule: Gate | Line) -> None:
        self.code, self.is_gate = rule.code, isinstance(rule, Gate)
        self._worth = _worth(rule)
        self._of = (rule.seeker, rule.place)
        self._numbers: tuple[dict[Hashable, int], dict[Hashable, int]] = ({}, {})
        self._points = np.zeros((64, 64), np.int16)

    @property
    def points(self) -> NDArray[np.int16]:
        seekers, places = self._numbers
        return self._points[: len(seekers), : len(places)]

    def of_seeker(self, seeker: Seeker) -> int:
        """The number of the seeker's key."""
        return self._number(0, self._of[0](seeker))

    def of_place(self, place: Place) -> int:
        return self._number(1, self._of[1](place))

    def _number(self, side: int, key: Hashable) -> int:
        numbers = self._numbers[side]
        if key not in numbers:
            numbers[key] = len(numbers)
            self._fill(side, key, numbers[key])
        return numbers[key]

    def _fill(self, side: int, key: Hashable, number: int) -> None:
        self._points = roomy(roomy(self._points, len(self._numbers[1])).T, len(self._numbers[0])).T
        worth = self._worth
        if side == 0:
            self._points[number, : len(self._numbers[1])] = [worth(key, other) for other in self._numbers[1]]
        else:
            self._points[: len(self._numbers[0]), number] = [worth(other, key) for other in self._numbers[0]]


def _worth(rule: Gate | Line) -> Callable[[Any, Any], int]:
    if isinstance(rule, Gate):
        return lambda one, other: 0 if rule.passes(one, other) else CLOSED
    return lambda one, other: rule.worth(one, other)[0]


class Encoding:
    """How a kind's seekers and places become rows. Points of a pair = its tables' + the products of common words."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.tables = [*map(Table, kind.gates), *map(Table, kind.lines)]
        self.gates = range(len(kind.gates))
        self._words: dict[tuple[Hashable, str], int] = {}

    @property
    def words(self) -> int:
        return len(self._words)

    def seeker(self, seeker: Seeker) -> Row:
        anchor = self.kind.anchor
        reached = {self._word(ANCHOR, word): sum(anchor.points(near)) for word, near in anchor.reaches(seeker).items()}
        terms = self._terms(reached, Unsaid.SEEKER, seeker)
        return Row([table.of_seeker(seeker) for table in self.tables], terms, reached)

    def place(self, place: Place) -> Row:
        word = self._word(ANCHOR, self.kind.anchor.word(place))
        terms = self._terms({word: 1}, Unsaid.OWNER, place)
        return Row([table.of_place(place) for table in self.tables], terms, [word])

    def _terms(self, anchors: Mapping[int, int], side: Unsaid, one: Seeker | Place) -> dict[int, int]:
        """Who asks adds up what its lines ask for a word; who knows a word knows it once."""
        terms = dict(anchors)
        for overlap in self.kind.overlaps:
            words = overlap.said(one)
            if overlap.asks is side:
                for word, share in _asked(overlap, words):
                    number = self._word(overlap.known_in, word)
                    terms[number] = terms.get(number, 0) + share
            else:
                terms.update({self._word(overlap.known_in, word): 1 for word in (EVERYONE, *(words or (UNSAID,)))})
        return terms

    def _word(self, of: Hashable, word: str) -> int:
        return self._words.setdefault((of, word), len(self._words))


def _asked(overlap: Overlap, words: tuple[str, ...]) -> list[tuple[str, int]]:
    """Each asked word's share; of whoever says no words half of all; of everybody half, when nothing is asked."""
    half = overlap.points // 2
    return [(UNSAID, half), *overlap.shares(words).items()] if words else [(EVERYONE, half)]
