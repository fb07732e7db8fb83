"""Where an indicator is drawn: a line for a stock, bars for a flow, with the goal in it; one drawing wide and one tall."""

from dataclasses import dataclass, replace
from math import floor, log10

from reporting.domain.indicators import Indicator
from reporting.domain.standing import Row, Standing
from reporting.domain.targets import Band, Ceiling, Floor, LevelAt

MOST = {"wide": 24, "tall": 8}  # periods in a drawing; the table has all


@dataclass(frozen=True)
class Chart:
    """A drawing of `width` × `height`. Values run from `bottom` up to `top`, time from `left` to `right`."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    values: tuple[float, float] = (0, 1)
    years: tuple[int, int] | None = None  # a line's; None: bars side by side
    rows: tuple[Row, ...] = ()
    level: LevelAt | None = None
    band: tuple[int, int] | None = None
    limit: int | None = None  # a floor or a ceiling

    def y(self, value: float) -> float:
        low, high = self.values
        return round(self.top + (self.bottom - self.top) * (high - value) / (high - low), 1)

    def x(self, at: float) -> float:
        """A year's place in a line, or the middle of the bar of that number."""
        if self.years:
            first, last = self.years
            return round(self.left + (self.right - self.left) * (at - first) / (last - first), 1)
        return round(self.left + (self.right - self.left) * (at + 0.5) / max(len(self.rows), 1), 1)

    @property
    def bar(self) -> float:
        return round(min(64.0, (self.right - self.left) / max(len(self.rows), 1) * 0.6), 1)

    @property
    def grid(self) -> list[int]:
        low, high = self.values
        step = _step(high - low)
        return [mark for mark in range(int(low), int(high) + 1, step) if mark >= low]

    @property
    def path(self) -> str:
        """A line through the known values."""
        points = [f"{self.x(at(row))} {self.y(row.value)}" for row in self.rows if row.value is not None]
        return "M" + " L".join(points)


def at(row: Row) -> float:
    """When a stock was counted, in years: 2022.0 is the end of 2022."""
    return row.until.year + (row.until.timetuple().tm_yday - 365) / 365


FRAMES = {
    "wide": Chart(1120, 400, 84, 1040, 40, 360),
    "tall": Chart(360, 340, 62, 340, 40, 306),
}


def charts(indicator: Indicator, found: Standing) -> dict[str, Chart]:
    """The `wide` and the `tall` drawing; none where there is neither a value nor a goal to draw."""
    goals = [held.target.goal for held in found.held]
    level = next((goal for goal in goals if isinstance(goal, LevelAt)), None)
    band = next(((goal.low, goal.high) for goal in goals if isinstance(goal, Band)), None)
    limit = next((g.low if isinstance(g, Floor) else g.high for g in goals if isinstance(g, Floor | Ceiling)), None)
    known = [row.value for row in found.rows if row.value is not None]
    if not known and band is None and limit is None:
        return {}
    marks = [*known, *(band or ()), *([limit] if limit else []), *([level.level] if level else [])]
    step = _step(max(marks) - (min(marks) if indicator.stock else 0) or 1)
    low = floor(min(marks if indicator.stock else [0, *marks]) / step) * step
    high = (floor(max(marks) / step) + (0 if max(marks) % step == 0 and level else 1)) * step
    drawn = {}
    for kind, frame in FRAMES.items():
        rows = found.rows if indicator.stock else found.rows[-MOST[kind] :]
        years = None
        if indicator.stock and known:
            ends = (rows[0].until.year, max(level.year if level else 0, rows[-1].until.year))
            years = ends if ends[0] < ends[1] else (ends[0] - 1, ends[1])
        drawn[kind] = replace(frame, values=(low, high), years=years, rows=rows, level=level, band=band, limit=limit)
    return drawn


def _step(span: float) -> int:
    """A round number of which four to ten go in `span`."""
    size = 10 ** floor(log10(max(span, 1)))
    return max(1, int(size if span / size >= 5 else size / 2 if span / size >= 2 else size / 5))
