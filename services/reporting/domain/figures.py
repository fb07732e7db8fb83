"""The figures: their names, in the order of the road, and how counted cells become totals and tables."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

OF_HOUSEHOLDS = ("registered", "confirmed", "withdrawn", "moved_in", "still_here_3", "still_here_12", "left")
OF_PLACES = (
    "opportunities", "proposed", "approved", "introduced", "accepted", "declined", "owner_yes", "owner_refused",
    "placed", "fell_through", "lapsed",
)  # fmt: skip
OF_ROUNDS = ("rounds", "needs")
OF_MACHINES = ("mails", "refused")
FIGURES = (*OF_HOUSEHOLDS, *OF_PLACES, *OF_ROUNDS, *OF_MACHINES)


@dataclass(frozen=True)
class Cell:
    """How many of one figure in one month (`YYYY-MM`, Swedish time); `kind` is '' where the figure has none."""

    figure: str
    municipality: str
    kind: str
    month: str
    count: int


@dataclass(frozen=True)
class Wait:
    """Median `days` from a confirmed interest to its first introduction; municipality '' is all of them."""

    municipality: str
    households: int
    days: float


@dataclass(frozen=True)
class Ended:
    """How many introductions ended without a placement in one way."""

    outcome: str  # fell_through, withdrawn, too_late, lapsed
    side: str
    reason: str
    kind: str
    count: int


@dataclass(frozen=True)
class Round:
    """What was shared out at once, `of_bound` of what any allocation could give; `undone_at` when it was taken back."""

    municipality: str
    allocated_at: datetime
    undone_at: datetime | None
    households: int
    served: int
    points: int
    bound: int
    fairness_price: int

    @property
    def of_bound(self) -> float:
        """0 to 1; a bound of nothing is reached."""
        return self.points / self.bound if self.bound else 1.0


@dataclass(frozen=True)
class Need:
    """So many (`helped`: people for a skill, households for places) whom one more skill, or `more` places, would help."""

    municipality: str
    kind: str
    sort: str  # an occupation, a number of rooms, a stage
    skill: str  # '' for places
    area: str  # '' is anywhere
    month: str  # '' is any month
    more: int | None  # None for a skill
    helped: int


@dataclass(frozen=True)
class Station:
    """How many households of a municipality have come at least so far."""

    municipality: str
    registered: int
    confirmed: int
    proposed: int
    introduced: int
    placed: int
    moved_in: int
    still_here_3: int = 0
    still_here_12: int = 0


def ended(figure: str, code: str, kind: str, count: int) -> Ended:
    """An ending by the code of its figure: `side/reason`, `withdrawn/reason`, `too_late`, or who was silent."""
    if figure == "lapsed":
        return Ended("lapsed", code, "", kind, count)
    side, _, reason = code.partition("/")
    if side in ("withdrawn", "too_late"):
        return Ended(side, "", reason, kind, count)
    return Ended("fell_through", side, reason, kind, count)


def totals(cells: Iterable[Cell]) -> dict[str, int]:
    """Every figure's sum, in the order of the road; what has not happened is 0."""
    found: Counter[str] = Counter()
    for cell in cells:
        found[cell.figure] += cell.count
    return {figure: found[figure] for figure in FIGURES}


def table(
    cells: Iterable[Cell], figures: Iterable[str], by: Callable[[Cell], tuple[str, ...]]
) -> dict[tuple[str, ...], dict[str, int]]:
    """Rows by what `by` says of a cell, in order, each with every one of `figures`; rows with nothing are not there."""
    wanted = tuple(figures)
    rows: dict[tuple[str, ...], dict[str, int]] = {}
    for cell in cells:
        if cell.figure in wanted:
            row = rows.setdefault(by(cell), dict.fromkeys(wanted, 0))
            row[cell.figure] += cell.count
    return dict(sorted(rows.items()))
