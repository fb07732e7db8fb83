"""All seekers and places of one kind in memory: who fits whom now, in the order of points and ids."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import numpy as np

from matching.domain.index.everybody import Best, best, facing
from matching.domain.index.one import Met, held_back, held_by_only, meet
from matching.domain.index.side import Columns
from matching.domain.index.tables import Encoding
from matching.domain.kinds.shape import Kind, Place, Seeker

TOP = 50
ROOM_FOR_THE_BURIED = 4  # one buried row for so many live ones, before they are left out
FEW = 1024  # buried rows that are never worth it


class Candidate(NamedTuple):
    """Whom the other side would get, and the points of the pair."""

    id: UUID
    points: int


class Index:
    """What changes is appended and the old row buried, so that a batch that fails leaves nothing behind."""

    def __init__(self, kind: Kind, seekers: Iterable[Seeker] = (), places: Iterable[Place] = ()) -> None:
        self.kind, self.encoding = kind, Encoding(kind)
        self.seekers = Columns(len(self.encoding.tables), self.encoding.seeker)
        self.places = Columns(len(self.encoding.tables), self.encoding.place)
        self._done: list[tuple[Columns, int | None]] | None = None  # of a batch: (side, buried row); None = appended
        with self.batch():
            for seeker in seekers:
                self.put_seeker(seeker)
            for place in places:
                self.put_place(place)

    def put_seeker(self, seeker: Seeker) -> None:
        """New, or changed."""
        self._put(self.seekers, seeker)

    def put_place(self, place: Place) -> None:
        """New, or changed."""
        self._put(self.places, place)

    def drop_seeker(self, id: UUID) -> bool:
        """Withdrawn, placed or erased. Whether there was one."""
        return self._drop(self.seekers, id)

    def drop_place(self, id: UUID) -> bool:
        """Closed, or full. Whether there was one."""
        return self._drop(self.places, id)

    def seeker(self, id: UUID) -> Seeker:
        """As last put. KeyError for one that is not here."""
        seeker: Seeker = self.seekers.records[self.seekers.row_of[id]]
        return seeker

    def place(self, id: UUID) -> Place:
        """As last put. KeyError for one that is not here."""
        place: Place = self.places.records[self.places.row_of[id]]
        return place

    def places_for(self, seeker: UUID, most: int | None = TOP) -> list[Candidate]:
        """The best of all that pass, the best first. KeyError for a seeker that is not here."""
        return ordered(
            self.places, meet(self.encoding, self.seekers, self.seekers.row_of[seeker], self.places, True), most
        )

    def seekers_for(self, place: UUID, most: int | None = TOP) -> list[Candidate]:
        """The best of all that pass, the best first. KeyError for a place that is not here."""
        return ordered(
            self.seekers, meet(self.encoding, self.places, self.places.row_of[place], self.seekers, False), most
        )

    def held_back(self, seeker: UUID) -> Mapping[str, int]:
        """How many of the places that this seeker could have each gate keeps away."""
        return held_back(self.encoding, self.seekers, self.seekers.row_of[seeker], self.places, True)

    def held_by_only(self, seeker: UUID, gates: Collection[str]) -> list[Place]:
        """The places that this seeker could have, if these gates were open: no other keeps them away."""
        row = self.seekers.row_of[seeker]
        rows = held_by_only(self.encoding, self.seekers, row, self.places, True, gates)
        return [self.places.records[row] for row in rows]

    def best(self, most: int = TOP) -> Best:
        """`places_for` of everybody at once, in rows of `seekers` and `places`."""
        return best(facing(self.encoding, self.seekers, self.places), most)

    def best_seekers(self, most: int = TOP) -> Best:
        """`seekers_for` of every place at once, in rows of `places` and `seekers`."""
        return best(facing(self.encoding, self.seekers, self.places, turned=True), most)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All changes within stand, or none of them. A change on its own is a batch of its own; one may hold others."""
        outer, done = self._done, list[tuple[Columns, int | None]]()
        self._done = done
        try:
            yield
        except BaseException:
            self._undo(done)
            raise
        finally:
            self._done = outer
        if outer is None:
            self._forget(done)
        else:
            outer.extend(done)

    def _put(self, side: Columns, record: Seeker | Place) -> None:
        if record.kind != self.kind.name:
            raise ValueError(f"a {record.kind} does not belong among the {self.kind.name}s")
        self._drop(side, record.id)
        side.append(record)
        self._note(side, None)

    def _drop(self, side: Columns, id: UUID) -> bool:
        if id not in side.row_of:
            return False
        self._note(side, side.bury(id))
        return True

    def _note(self, side: Columns, buried: int | None) -> None:
        if self._done is None:
            self._forget([(side, buried)])
        else:
            self._done.append((side, buried))

    def _undo(self, done: list[tuple[Columns, int | None]]) -> None:
        for side, buried in reversed(done):
            if buried is None:
                side.unappend()
            else:
                side.unbury(buried)

    def _forget(self, done: list[tuple[Columns, int | None]]) -> None:
        """What was buried is gone; rows are left out when many are empty. What is found stays the same."""
        for side, buried in done:
            if buried is not None:
                side.records[buried] = None
        for side in (self.seekers, self.places):
            if len(side.records) - len(side) > max(FEW, len(side) // ROOM_FOR_THE_BURIED):
                side.compact()


def ordered(side: Columns, met: Met, most: int | None) -> list[Candidate]:
    """The best of those that were met, all of them when `most` is None."""
    rows, points = met
    if most is not None and len(rows) > most:
        bar = np.partition(points, len(points) - most)[len(points) - most]
        rows, points = rows[points >= bar], points[points >= bar]
    found = [Candidate(side.records[row].id, score) for row, score in zip(rows.tolist(), points.tolist(), strict=True)]
    return sorted(found, key=lambda one: (-one.points, one.id))[:most]
