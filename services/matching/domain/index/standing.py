"""The proposals that stand, kept up as things happen: what a change makes of them, and of no others.

The rule is that of `proposals`: at least the bar, among the five best of the seeker and among the five best of the place.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from matching.domain.index import Index, ordered
from matching.domain.index.everybody import Best
from matching.domain.index.one import Met, meet
from matching.domain.index.ranked import DEPTH, Ranked, Side
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.proposals import BAR, TOP, Differences, Pair


class Standing:
    """An index and the proposals that stand. `decided`: pairs that somebody has decided about, for good."""

    def __init__(self, index: Index, decided: Iterable[Pair] = ()) -> None:
        self.index = index
        self._seekers, self._places = Side(index.seekers, True), Side(index.places, False)
        self._decided: dict[UUID, set[UUID]] = {}
        self._newly: list[Pair] = []  # decided in this batch
        for pair in decided:
            self._note_decided(pair)
        self._rank_all(self._seekers, self._places, index.best(DEPTH))
        self._rank_all(self._places, self._seekers, index.best_seekers(DEPTH))
        self.settle()

    @property
    def pairs(self) -> frozenset[Pair]:
        """All that stand, as of the last time it was settled."""
        return frozenset(Pair(id, other) for id, others in self._seekers.stands.items() for other in others)

    def put_seeker(self, seeker: Seeker) -> None:
        """New, or changed."""
        self.drop_seeker(seeker.id)
        self.index.put_seeker(seeker)
        self._enter(self._seekers, self._places, seeker.id)

    def put_place(self, place: Place) -> None:
        """New, or changed."""
        self.drop_place(place.id)
        self.index.put_place(place)
        self._enter(self._places, self._seekers, place.id)

    def drop_seeker(self, id: UUID) -> None:
        self._leave(self._seekers, self._places, id)
        self.index.drop_seeker(id)

    def drop_place(self, id: UUID) -> None:
        self._leave(self._places, self._seekers, id)
        self.index.drop_place(id)

    def decide(self, pair: Pair) -> None:
        """Somebody decided about the pair: it ranks no more, and the next ones move up."""
        if pair.place not in self._decided.get(pair.seeker, ()):
            self._newly.append(pair)
        self._note_decided(pair)
        for side, one, other in ((self._seekers, pair.seeker, pair.place), (self._places, pair.place, pair.seeker)):
            known = side.ranked.get(one)
            for entry in [entry for entry in known.best if entry[1] == other] if known else ():
                side.remove(one, entry)

    def settle(self) -> Differences:
        """What has to be said, since the last time, for the proposals to be those that stand."""
        both = ((self._seekers, self._places), (self._places, self._seekers))
        for side, others in both:
            for id in sorted(side.changed):
                known = side.ranked.get(id)
                if known and not known.whole and len(known.best) < TOP:
                    self._rank(side, others, id, self._meet(side, others, id))
        stood, stands = set[Pair](), set[Pair]()
        for side, others in both:
            for id in sorted(side.changed):
                old, new = side.stands.get(id, frozenset()), _mutual(side, others, id)
                stood |= {_pair(side, id, other) for other in old - new}
                stands |= {_pair(side, id, other) for other in new - old}
                _stand(side, others, id, new)
        self._seekers.changed.clear()
        self._places.changed.clear()
        return Differences(retract=frozenset(stood), propose=frozenset(stands))

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that happens within stands, or nothing of it, also of what was settled within. One may hold others."""
        assert not self._seekers.changed | self._places.changed, "what came before is settled first"
        sides = self._seekers, self._places
        outer, newly = [side.before for side in sides], self._newly
        self._newly = []
        for side in sides:
            side.before = {}
        try:
            with self.index.batch():
                yield
        except BaseException:
            self._undo()
            for side, before in zip(sides, outer, strict=True):
                side.before = before
            self._newly = newly
            raise
        for side, before in zip(sides, outer, strict=True):
            side.before = None if before is None else {**(side.before or {}), **before}
        self._newly = newly + self._newly if outer[0] is not None else []

    def _undo(self) -> None:
        for pair in self._newly:
            self._decided[pair.seeker].discard(pair.place)
            self._decided[pair.place].discard(pair.seeker)
        for side in (self._seekers, self._places):
            before, side.before = side.before or {}, None
            side.restore(before)
            side.changed.clear()

    def of_seeker(self, id: UUID) -> frozenset[Pair]:
        """The pairs of this seeker that stand, as of the last time it was settled."""
        return frozenset(Pair(id, other) for other in self._seekers.stands.get(id, frozenset()))

    def of_place(self, id: UUID) -> frozenset[Pair]:
        """The pairs of this place that stand, as of the last time it was settled."""
        return frozenset(Pair(other, id) for other in self._places.stands.get(id, frozenset()))

    def _note_decided(self, pair: Pair) -> None:
        self._decided.setdefault(pair.seeker, set()).add(pair.place)
        self._decided.setdefault(pair.place, set()).add(pair.seeker)

    def _meet(self, side: Side, others: Side, id: UUID) -> Met:
        return meet(self.index.encoding, side.columns, side.columns.row_of[id], others.columns, side.is_seeker)

    def _rank(self, side: Side, others: Side, id: UUID, met: Met) -> None:
        """The one's best, found anew."""
        able = met.points >= BAR
        decided = self._decided.get(id, set())
        found = ordered(others.columns, Met(met.rows[able], met.points[able]), DEPTH + len(decided))
        best = [(-one.points, one.id) for one in found if one.id not in decided]
        side.ranked[id] = Ranked(best[:DEPTH], whole=len(best) < DEPTH)
        side.note(id)

    def _rank_all(self, side: Side, others: Side, best: Best) -> None:
        ids = [record.id if record else None for record in others.columns.records]
        for row, found, points in zip(best.rows.tolist(), best.others.tolist(), best.points.tolist(), strict=True):
            id = side.columns.records[row].id
            able = [(-score, ids[other]) for other, score in zip(found, points, strict=True) if score >= BAR]
            decided = self._decided.get(id, set())
            side.ranked[id] = Ranked([entry for entry in able if entry[1] not in decided], whole=len(able) < DEPTH)
            side.note(id)
            side.changed.add(id)

    def _enter(self, side: Side, others: Side, id: UUID) -> None:
        side.touch(id)
        met, decided = self._meet(side, others, id), self._decided.get(id, set())
        self._rank(side, others, id, met)
        for other, points in others.near(met):
            if other not in decided:
                others.add(other, (-points, id))

    def _leave(self, side: Side, others: Side, id: UUID) -> None:
        if id not in side.ranked:
            return
        for other, points in others.near(self._meet(side, others, id)):
            others.remove(other, (-points, id))
        side.touch(id)
        del side.ranked[id]


def _mutual(side: Side, others: Side, id: UUID) -> frozenset[UUID]:
    """Those that are among the one's best and have it among theirs."""
    known = side.ranked.get(id)
    best = known.best[:TOP] if known else ()
    return frozenset(other for points, other in best if others.ranked[other].tops((points, id)))


def _stand(side: Side, others: Side, id: UUID, new: frozenset[UUID]) -> None:
    for other in side.stands.get(id, frozenset()) ^ new:
        known = others.stands.get(other, frozenset())
        others.stand(other, known | {id} if other in new else known - {id})
    side.stand(id, new)


def _pair(side: Side, id: UUID, other: UUID) -> Pair:
    return Pair(id, other) if side.is_seeker else Pair(other, id)
