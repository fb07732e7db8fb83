"""Which pairs are worth a coordinator's look.

The rule: a pair stands as a proposal when its score is at least 400, it is among the five best of the seeker's pairs of
that kind, and among the five best of the place's pairs; equal scores go by id. A pair is in the ranking while it is free:
the seeker looks and has not been placed, the place is open with places left, and nobody has decided about the pair. A
decided pair is over for good, whatever comes of it, and the next candidate moves up at once. `index.standing` keeps it up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID, uuid5

from contracts.fields import Band

BAR = 400
TOP = 5


class Pair(NamedTuple):
    """A seeker (adult or household) and a place."""

    seeker: UUID
    place: UUID

    @property
    def match_id(self) -> UUID:
        """The same for the same two, so that nobody is proposed twice under two numbers."""
        return uuid5(self.seeker, str(self.place))


@dataclass(frozen=True)
class Scored:
    """A free pair and its score."""

    pair: Pair
    score: int


def standing_proposals(scored: Iterable[Scored]) -> frozenset[Pair]:
    """The rule, by brute force, over all free pairs."""
    able = [s for s in scored if s.score >= BAR]
    return _best(able, lambda pair: pair.seeker) & _best(able, lambda pair: pair.place)


def _best(scored: Iterable[Scored], of: Callable[[Pair], UUID]) -> frozenset[Pair]:
    ranked = defaultdict(list)
    for one in sorted(scored, key=lambda s: (-s.score, s.pair)):
        ranked[of(one.pair)].append(one.pair)
    return frozenset(pair for pairs in ranked.values() for pair in pairs[:TOP])


@dataclass(frozen=True)
class Differences:
    """What must be said for the proposals to be those that stand."""

    retract: frozenset[Pair]
    propose: frozenset[Pair]


def band(score: int) -> Band:
    """The open part of a score, for statistics."""
    return "800-1000" if score >= 800 else "600-799" if score >= 600 else "400-599"
