"""Where a municipality stands in one indicator, as everybody may see it: rows, trend, targets, pace and forecasts."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from reporting.domain.disclosure import month_by_month, parts_shown, shown
from reporting.domain.figures import Cell
from reporting.domain.forecast import Forecast, Pace, increases, last_increase, mean_increase, pace, run_rate
from reporting.domain.indicators import Indicator, Point, Revision, Tendency, trend
from reporting.domain.targets import (
    Judgement,
    LevelAt,
    Outcome,
    ShareWithin,
    Target,
    Told,
    judged,
    target_in_force,
)

OF_MANY = ("permille", "days")  # what they rest on is not small: that is seen to before


class Row(Told):
    """One period; None is a number from one to four, or one that would give such a number away."""

    start: date
    until: date
    value: int | None
    source: str
    parts: tuple[tuple[str, str, int | None], ...] = ()  # dimension, part, value


class Held(Told):
    """A goal: its version in force, all its versions, and how it stands; no judgement where it would tell a hidden number."""

    target: Target
    versions: tuple[Target, ...]
    judgement: Judgement | None


class Standing(Told):
    municipality: str
    rows: tuple[Row, ...]
    tendency: Tendency
    held: tuple[Held, ...]
    forecasts: tuple[Forecast, ...]
    pace: Pace | None

    @property
    def latest(self) -> Row | None:
        return self.rows[-1] if self.rows else None


def monthly(indicator: Indicator, cells: Iterable[Cell], today: date) -> list[Point]:
    """What we counted, by municipality and month that is over: what is still growing is not shown to everybody."""
    found: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell.figure == indicator.figure and indicator.kind in ("", cell.kind):
            key = (cell.municipality, cell.month)
            found[key] = found.get(key, 0) + cell.count
    points = []
    for municipality in sorted({there for there, _ in found}):
        start = date.fromisoformat(f"{min(month for there, month in found if there == municipality)}-01")
        while (until := start.replace(day=monthrange(start.year, start.month)[1])) < today:
            count = found.get((municipality, f"{start:%Y-%m}"), 0)  # a month with nothing between others is 0
            told = {"municipality": municipality, "start": start, "until": until, "value": count}
            points.append(Point.model_validate({**told, "source": indicator.source.sv}))
            start = until + timedelta(days=1)
    return points


def together(known: Iterable[Point], measured: Iterable[Point]) -> list[Point]:
    """The file's values and the measured; what a partner has measured of the same period and part stands instead."""
    found = {(p.municipality, p.start, p.until, p.breakdown): p for p in (*known, *measured)}
    return sorted(found.values(), key=lambda p: (p.municipality, p.until, p.start, p.breakdown))


def seen(revisions: Iterable[Revision], indicator: Indicator) -> list[Revision]:
    """The revisions of wholes that everybody may see: neither number of them is small."""
    return [
        revision
        for revision in revisions
        if not revision.breakdown
        and (indicator.unit in OF_MANY or None not in (shown(revision.before), shown(revision.value)))
    ]


def standing(indicator: Indicator, municipality: str, points: Iterable[Point], per: date, known: date) -> Standing:
    """One municipality's; `points` are of the indicator, of any municipality, in order of time; targets as known then."""
    own = [point for point in points if point.municipality == municipality and point.until <= per]
    rows = _rows(indicator, own)
    open_rows = [row for row in rows if row.value is not None]
    years = {row.until.year: row.value or 0 for row in open_rows if whole_year(row)}
    versions = indicator.versions(municipality).values()
    in_force = [(found, of) for of in versions if (found := target_in_force(of, per, known))]
    held = tuple(
        Held(target=target, versions=tuple(of), judgement=_judged(target, [r for r in rows if whole_year(r)]))
        for target, of in in_force
    )
    level = next((target.goal for target, _ in in_force if isinstance(target.goal, LevelAt)), None)
    written = [w.forecast for w in indicator.written if w.municipality == municipality]
    return Standing(
        municipality=municipality,
        rows=tuple(rows),
        tendency=trend(list(years.values()) if years else [row.value or 0 for row in open_rows]),
        held=held,
        forecasts=(*_ours(indicator, open_rows, years, level), *written),
        pace=pace(years, level.level, level.year) if _ahead(years, level) and level else None,
    )


def _rows(indicator: Indicator, own: list[Point]) -> list[Row]:
    wholes = {(p.start, p.until): p for p in own if not p.breakdown}
    hides = indicator.unit not in OF_MANY
    counts = {when: point.value for when, point in wholes.items()}
    values: dict[tuple[date, date], int | None] = dict(counts)
    if hides:  # the sum of our own months stands on the first page, by the same fives
        in_fives = indicator.figure or (indicator.reckoned and indicator.unit == "households")
        told = month_by_month(counts.values()) if in_fives else map(shown, counts.values())
        values = dict(zip(counts, told, strict=True))
    return [
        Row(start=when[0], until=when[1], value=values[when], source=point.source, parts=_parts(own, when, hides))
        for when, point in wholes.items()
    ]


def _parts(own: list[Point], when: tuple[date, date], hides: bool) -> tuple[tuple[str, str, int | None], ...]:
    """Parts by one division; cross tables are not for everybody."""
    groups: dict[str, dict[str, int]] = {}
    for point in own:
        if (point.start, point.until) == when and len(point.breakdown) == 1:
            ((dimension, part),) = point.breakdown
            groups.setdefault(dimension, {})[part] = point.value
    return tuple(
        (dimension, part, value)
        for dimension, group in groups.items()
        for part, value in (parts_shown(group) if hides else group).items()
    )


def _judged(target: Target, rows: list[Row]) -> Judgement | None:
    goal = target.goal
    if not rows:
        return judged(goal, None)
    last, part = rows[-1], None
    if isinstance(goal, ShareWithin):
        found = [value for dimension, name, value in last.parts if (dimension, name) == (goal.dimension, goal.part)]
        part = found[0] if found else None
        if found and part is None:
            return None
    if last.value is None:
        return None
    return judged(goal, Outcome(value=last.value, year=last.until.year, part=part))


def _ours(indicator: Indicator, rows: list[Row], years: dict[int, int], level: LevelAt | None) -> tuple[Forecast, ...]:
    if (
        indicator.figure is None
        and not indicator.reckoned
        and indicator.unit != "permille"
        and not indicator.stock
        and rows
        and (months := _first_months(rows[-1]))
    ):
        return (run_rate(rows[-1].value or 0, months, rows[-1].until.year),)
    if level is not None and _ahead(years, level):
        return (last_increase(years, level.year), mean_increase(years, level.year))
    return ()


def _ahead(years: dict[int, int], level: LevelAt | None) -> bool:
    return level is not None and bool(years) and max(years) in increases(years) and _left(years, level)


def _left(years: dict[int, int], level: LevelAt) -> bool:
    return max(years) < level.year and years[max(years)] < level.level


def whole_year(row: Row) -> bool:
    return (row.start, row.until) == (date(row.until.year, 1, 1), date(row.until.year, 12, 31))


def _first_months(row: Row) -> int:
    """How many whole months of a year that isn't over the row covers from its first day; 0 when it is something else."""
    ends_a_month = (row.until + timedelta(days=1)).day == 1
    begins_a_year = row.start == date(row.until.year, 1, 1)
    return row.until.month if ends_a_month and begins_a_year and row.until.month < 12 else 0
