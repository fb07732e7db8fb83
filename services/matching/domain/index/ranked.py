"""The few best of one seeker or place, and of one whole side, as far down as is known."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from matching.domain.index.one import Met
from matching.domain.index.side import Columns
from matching.domain.proposals import BAR, TOP

DEPTH = 2 * TOP  # so many are known of each, so that one may go without looking for the next
NEVER = 1001


@dataclass
class Ranked:
    """Of one seeker or place the best others, as (-points, id); `whole` when there are no more that reach the bar."""

    best: list[tuple[int, UUID]] = field(default_factory=list)
    whole: bool = True

    def least(self) -> int:
        """The points from which on another could be among them."""
        if self.whole:
            return BAR
        return -self.best[-1][0] if self.best else NEVER

    def add(self, entry: tuple[int, UUID]) -> bool:
        """Where it belongs, if that is known. Whether those at the top are others now."""
        if not self.whole and (not self.best or entry > self.best[-1]):
            return False
        where = bisect_left(self.best, entry)
        self.best.insert(where, entry)
        if len(self.best) >= DEPTH:
            del self.best[DEPTH:]
            self.whole = False
        return where < TOP

    def remove(self, entry: tuple[int, UUID]) -> bool:
        """If it is among them. Whether those at the top are others now."""
        where = bisect_left(self.best, entry)
        if where == len(self.best) or self.best[where] != entry:
            return False
        del self.best[where]
        return where < TOP

    def tops(self, entry: tuple[int, UUID]) -> bool:
        """Whether it is at the top."""
        where = bisect_left(self.best, entry, hi=min(TOP, len(self.best)))
        return where < min(TOP, len(self.best)) and self.best[where] == entry


Before = dict[UUID, tuple[Ranked | None, frozenset[UUID]]]


class Side:
    """One side's columns, everybody's best on the other, and with whom they stand as proposals."""

    def __init__(self, columns: Columns, is_seeker: bool) -> None:
        self.columns, self.is_seeker = columns, is_seeker
        self.ranked: dict[UUID, Ranked] = {}
        self.stands: dict[UUID, frozenset[UUID]] = {}
        self.changed: set[UUID] = set()
        self.before: Before | None = None  # in a batch: as it was

    def add(self, id: UUID, entry: tuple[int, UUID]) -> None:
        """Another is met by this one."""
        self.keep(id)
        if self.ranked[id].add(entry):
            self.changed.add(id)
        self.note(id)

    def remove(self, id: UUID, entry: tuple[int, UUID]) -> None:
        """Another is met no more."""
        self.keep(id)
        if self.ranked[id].remove(entry):
            self.changed.add(id)
        self.note(id)

    def touch(self, id: UUID) -> None:
        """It comes or goes itself."""
        self.keep(id)
        self.changed.add(id)

    def keep(self, id: UUID) -> None:
        """In a batch: remembers it as it was."""
        if self.before is not None and id not in self.before:
            known = self.ranked.get(id)
            copied = Ranked(known.best.copy(), known.whole) if known else None
            self.before[id] = (copied, self.stands.get(id, frozenset()))

    def stand(self, id: UUID, others: frozenset[UUID]) -> None:
        self.keep(id)
        if others:
            self.stands[id] = others
        else:
            self.stands.pop(id, None)

    def note(self, id: UUID) -> None:
        """Tells the columns from which points on another could be among the one's best."""
        self.columns.least[self.columns.row_of[id]] = self.ranked[id].least()

    def near(self, met: Met) -> Iterator[tuple[UUID, int]]:
        """Of those that were met: who could have the one among their best, and the points."""
        rows, points = met
        could = points >= self.columns.least[rows]
        for row, score in zip(rows[could].tolist(), points[could].tolist(), strict=True):
            yield self.columns.records[row].id, score

    def restore(self, before: Before) -> None:
        for id, (ranked, stands) in before.items():
            self.ranked.pop(id, None)
            self.stand(id, stands)
            if ranked is not None:
                self.ranked[id] = ranked
                self.note(id)
