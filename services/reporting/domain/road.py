"""The road from interest to still here: how many households have come at least so far, and how far the month before."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from reporting.domain.comparison import Beside
from reporting.domain.disclosure import in_fives, together
from reporting.domain.figures import Station

STATIONS = (
    "registered", "confirmed", "proposed", "introduced", "placed", "moved_in", "still_here_3", "still_here_12",
)  # fmt: skip
AFTERWARDS = ("still_here_3", "still_here_12")  # nobody may have been asked yet: nothing known is not nought


@dataclass(frozen=True)
class Step:
    """One station: all households there, and those of each municipality."""

    name: str
    all: Beside
    parts: dict[str, Beside]

    @property
    def count(self) -> int | None:
        return self.all.after


def road(before: Iterable[Station], after: Iterable[Station], everybody: bool = True) -> list[Step]:
    """The stations in order; in fives for everybody, and as they are for those who may see that."""
    earlier = {station.municipality: station for station in before}
    later = {station.municipality: station for station in after}
    places = sorted(earlier.keys() | later.keys())
    steps = []
    for name in STATIONS:
        pairs = {place: (_at(earlier.get(place), name), _at(later.get(place), name)) for place in places}
        if name in AFTERWARDS and not any(number for pair in pairs.values() for number in pair):
            continue
        told = {p: (in_fives(a), in_fives(b)) if everybody else (a, b) for p, (a, b) in pairs.items()}
        sums = [together(pair[n] for pair in told.values()) for n in (0, 1)]
        parts = {place: Beside(name, "", a, b, everybody) for place, (a, b) in told.items()}
        steps.append(Step(name, Beside(name, "", sums[0], sums[1], everybody), parts))
    return steps


def _at(station: Station | None, name: str) -> int:
    return getattr(station, name, 0) or 0


def kept(steps: list[Step]) -> list[float | None]:
    """Of each station, which share of the one before came so far; None for the first and where it is hidden."""
    counts = [None, *(step.count for step in steps)]
    return [now / before if now is not None and before else None for before, now in itertools.pairwise(counts)]
