"""Two results held against each other before one is published, and a published one taken back so that it can be seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching.domain.rounds.solve import Allocation, RoundResult

Got = Mapping[str, tuple[Allocation, ...]]  # per household that is served, what it gets, by part


@dataclass(frozen=True, order=True)
class Moved:
    """A household that two results treat otherwise; no allocation on a side where it gets nothing. `points`: how much more
    the scores of what it gets are worth."""

    household: str
    before: tuple[Allocation, ...]
    after: tuple[Allocation, ...]
    points: int


@dataclass(frozen=True)
class Versus:
    """What another result would change. Households come in and drop out whole; of those served either way some get better
    packages, some worse, some other ones as good. `places`: how many more of each are given, fewer below zero."""

    come_in: tuple[Moved, ...]
    drop_out: tuple[Moved, ...]
    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]
    other: tuple[Moved, ...]
    places: tuple[tuple[str, int], ...]
    points: int


@dataclass(frozen=True, order=True)
class TakenBack:
    """One allocation that holds no longer: the trace of an undo. `undone`: the fingerprint of the result it was given by."""

    allocation: Allocation
    undone: str
    by: str
    reason: str
    at: str


@dataclass(frozen=True)
class Undone:
    """What is left of a result, what was taken back, and households that can't be undone because they have accepted."""

    stands: tuple[Allocation, ...]
    taken_back: tuple[TakenBack, ...]
    kept: tuple[str, ...]


class CannotUndo(ValueError):
    """An undo without a name or a reason, or of a household that got nothing."""


def versus(before: RoundResult, after: RoundResult) -> Versus:
    """What publishing `after` instead of `before` would change, by household and by place."""
    had, gets = _got(before.allocations), _got(after.allocations)
    moved = [_moved(h, had.get(h, ()), gets.get(h, ())) for h in sorted(had.keys() | gets.keys())]
    moved = [one for one in moved if one.before != one.after]
    both = [one for one in moved if one.before and one.after]
    return Versus(
        come_in=tuple(one for one in moved if not one.before),
        drop_out=tuple(one for one in moved if not one.after),
        better=tuple(one for one in both if one.points > 0),
        worse=tuple(one for one in both if one.points < 0),
        other=tuple(one for one in both if one.points == 0),
        places=_places(before, after),
        points=after.value - before.value,
    )


def undo(
    published: RoundResult,
    by: str,
    reason: str,
    at: str,
    households: Iterable[str] | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Undone:
    """What these households (None: all) were given is taken back, whole packages; who has accepted keeps theirs.

    Nothing is forgotten: each allocation stands or is taken back, by whom and why. `at`: as given.
    Raises CannotUndo without a name or a reason, and for a household that the result gives nothing.
    """
    if not by.strip() or not reason.strip():
        raise CannotUndo("who takes an allocation back, and why, is written down")
    got = _got(published.allocations)
    asked = set(got if households is None else households)
    if unknown := sorted(asked - got.keys()):
        raise CannotUndo(f"household {unknown[0]} was given nothing by this round")
    leaving = asked - accepted
    return Undone(
        stands=tuple(a for a in published.allocations if a.household not in leaving),
        taken_back=tuple(
            TakenBack(a, published.fingerprint, by, reason, at) for a in published.allocations if a.household in leaving
        ),
        kept=tuple(sorted(asked & accepted)),
    )


def _got(allocations: Iterable[Allocation]) -> Got:
    got = defaultdict[str, list[Allocation]](list)
    for allocation in sorted(allocations):
        got[allocation.household].append(allocation)
    return {household: tuple(given) for household, given in got.items()}


def _moved(household: str, before: tuple[Allocation, ...], after: tuple[Allocation, ...]) -> Moved:
    return Moved(household, before, after, sum(a.score for a in after) - sum(a.score for a in before))


def _places(before: RoundResult, after: RoundResult) -> tuple[tuple[str, int], ...]:
    change = defaultdict[str, int](int)
    for result, sign in ((before, -1), (after, 1)):
        for allocation in result.allocations:
            change[allocation.place] += sign
    return tuple(sorted((place, more) for place, more in change.items() if more))
