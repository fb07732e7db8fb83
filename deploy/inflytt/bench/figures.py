"""What a benchmark says: figures beside their floors and goals, as a table or as one JSON object."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """`goal`: the least ratio where there is a floor, else the most that `value` may be; None where there is none."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    goal: float | None
    met: bool


def beside(name: str, unit: str, rounds: Sequence[tuple[float, float]], goal: float) -> Figure:
    """Of rounds of (ours, floor) the medians, and the median of their ratios."""
    ratio = median(ours / floor for ours, floor in rounds)
    value, floor = (median(column) for column in zip(*rounds, strict=True))
    return Figure(name, round(value), unit, round(floor), round(ratio, 3), goal, ratio >= goal)


def at_most_ms(name: str, taken: Sequence[float], p50: float, p99: float) -> list[Figure]:
    """The median and the 99th percentile of so many milliseconds, each with its goal."""
    hundredths = quantiles(taken, n=100)
    return [at_most(f"{name}_p50", "ms", hundredths[49], p50), at_most(f"{name}_p99", "ms", hundredths[98], p99)]


def at_most(name: str, unit: str, value: float, goal: float) -> Figure:
    return Figure(name, round(value, 2), unit, None, None, goal, value <= goal)


def counted(name: str, unit: str, value: float) -> Figure:
    """What is only told."""
    return Figure(name, round(value, 2), unit, None, None, None, True)


def tell(figures: Sequence[Figure], as_json: bool) -> None:
    if as_json:
        missed = [figure.name for figure in figures if not figure.met]
        print(json.dumps({"figures": [asdict(figure) for figure in figures], "missed": missed}, indent=2))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("figure", "value", "", "floor", "ratio", "goal", ""):
        table.add_column(column, justify="left" if column in ("figure", "") else "right")
    for f in figures:
        sign, met = ("≥" if f.ratio else "≤"), "[green]met[/]" if f.met else "[red]missed[/]"
        goal, met = (f"{sign} {f.goal:g}", met) if f.goal is not None else ("–", "")
        table.add_row(f.name, f"{f.value:g}", f.unit, _text(f.floor), _text(f.ratio), goal, met)
    Console().print(table)


def _text(number: float | None) -> str:
    return "–" if number is None else f"{number:g}"
