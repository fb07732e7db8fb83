"""Where the road is drawn: a river that narrows at each station, lying on a desk and standing on a phone."""

from dataclasses import dataclass
from itertools import pairwise

from reporting.domain.road import Step, kept

THICK = 1.5  # half of the thinnest river that is seen, in the drawing's units


@dataclass(frozen=True)
class Stop:
    """A station at `at` along the river, which is `half` wide to either side of it; None is hidden."""

    step: Step
    at: float
    half: float | None
    share: float | None


@dataclass(frozen=True)
class River:
    """A drawing of `width` × `height`; the river's middle lies at `middle`, across."""

    width: int
    height: int
    middle: float
    stops: tuple[Stop, ...]
    path: str  # of the area; '' where there is nothing to draw

    @property
    def ends(self) -> tuple[float, float]:
        return self.stops[0].at, self.stops[-1].at


def rivers(steps: list[Step]) -> dict[str, River]:
    """The `wide` and the `tall` drawing of the same stations."""
    gap, row = 1000 / len(steps), 74
    wide = _stops(steps, [60 + gap * (n + 0.5) for n in range(len(steps))], 86)
    tall = _stops(steps, [44.0 + row * n for n in range(len(steps))], 62)
    return {
        "wide": River(1120, 322, 158, wide, _area(wide, 158, min(60, gap / 2), False)),
        "tall": River(360, row * len(steps) + 16, 76, tall, _area(tall, 76, 30, True)),
    }


def _stops(steps: list[Step], places: list[float], most: float) -> tuple[Stop, ...]:
    whole = max((step.count or 0 for step in steps), default=0)
    told = zip(steps, places, kept(steps), strict=True)
    return tuple(Stop(step, round(at, 1), _half(step.count, whole, most), share) for step, at, share in told)


def _half(count: int | None, whole: int, most: float) -> float | None:
    if count is None:
        return None
    return round(max(most * count / whole, THICK), 1) if count else 0.0


def _area(stops: tuple[Stop, ...], middle: float, flat: float, upright: bool) -> str:
    """Down one side of the known stations and back along the other; `flat` before the first and after the last."""
    known = [(stop.at, stop.half) for stop in stops if stop.half is not None]
    if not any(half for _, half in known):
        return ""
    points = [(known[0][0] - flat, known[0][1]), *known, (known[-1][0] + flat, known[-1][1])]
    there = [(at, middle - half) for at, half in points]
    back = [(at, middle + half) for at, half in reversed(points)]
    return (
        f"M{_point(*there[0], upright)}{_curves(there, upright)}L{_point(*back[0], upright)}{_curves(back, upright)}Z"
    )


def _curves(points: list[tuple[float, float]], upright: bool) -> str:
    drawn = []
    for (at, across), (to, over) in pairwise(points):
        half = (at + to) / 2
        drawn.append(f"C{_point(half, across, upright)} {_point(half, over, upright)} {_point(to, over, upright)}")
    return "".join(drawn)


def _point(at: float, across: float, upright: bool) -> str:
    x, y = (across, at) if upright else (at, across)
    return f"{x:.1f} {y:.1f}"
