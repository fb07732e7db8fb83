"""How a programme stands as of a day: who is responsible, what was last said, and how the sum differs from the words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from reporting.domain.programme import (
    WILDCARDS,
    Assessment,
    Assignment,
    OwnAssessment,
    Programme,
    Scale,
    Summary,
    Unit,
    Version,
    within,
)


class Bearer(NamedTuple):
    """Who answers for an assignment; `via` is the wildcard that it came by, or None when it is named."""

    unit: Unit
    via: str | None


def wildcards(programme: Programme, assignment: str, on: date) -> list[str]:
    """The wildcards that hold for an assignment that day, boards first."""
    held = {r.unit for r in programme.responsibilities if r.assignment == assignment and within(on, r.since, r.until)}
    return [name for name in WILDCARDS if name in held]


def responsible(programme: Programme, assignment: str, on: date) -> list[Bearer]:
    """The boards and companies that were there and answered for an assignment that day, in the programme's order."""
    held = {r.unit for r in programme.responsibilities if r.assignment == assignment and within(on, r.since, r.until)}
    kinds = {WILDCARDS[name]: name for name in wildcards(programme, assignment, on)}
    return [
        Bearer(unit, None if unit.id in held else kinds[unit.kind])
        for unit in programme.units_on(on)
        if unit.id in held or unit.kind in kinds
    ]


def answering(programme: Programme, on: date) -> list[tuple[str, str]]:
    """Every assignment with each board and company that answered for it that day, in the programme's order."""
    return [(one, bearer.unit.id) for one in programme.subjects(on) for bearer in responsible(programme, one, on)]


@dataclass(frozen=True)
class Reported:
    """An assessment, and when we learnt of it; `replaced` when a later one is of the same day.

    `unit` is the board or company whose own it is; '' is the municipality's.
    """

    assessment: Assessment
    recorded_at: datetime
    replaced: bool = False
    unit: str = ""


def reports(versions: Iterable[Version]) -> list[Reported]:
    """Every assessment that was ever recorded, oldest day first, those of the same day in the order they were recorded."""
    return [Reported(Assessment.model_validate(v.body), v.recorded_at, old) for v, old in _of(versions, "assessments")]


def own_reports(versions: Iterable[Version]) -> list[Reported]:
    """Every assessment that boards and companies ever made of their own, ordered as the municipality's are."""
    found = [(OwnAssessment.model_validate(v.body), v, old) for v, old in _of(versions, "own_assessments")]
    return [Reported(own, v.recorded_at, old, own.unit) for own, v, old in found]


def _of(versions: Iterable[Version], kind: str) -> list[tuple[Version, bool]]:
    """A kind's versions, and whether a later one took its place; oldest day first."""
    told = [v for v in versions if v.kind == kind]
    last = {v.id: max(w.recorded_at for w in told if w.id == v.id) for v in told}
    return sorted(
        ((v, v.recorded_at < last[v.id]) for v in told), key=lambda one: (one[0].body["as_of"], one[0].recorded_at)
    )


def standing(told: Iterable[Reported], per: date, known: datetime) -> dict[str, Reported]:
    """What stands of each goal and assignment: the latest assessment as of `per` or before, recorded by `known`."""
    return {r.assessment.subject: r for r in _by(told, per, known)}


def own_standing(told: Iterable[Reported], per: date, known: datetime) -> dict[tuple[str, str], Reported]:
    """What stands of each board's and company's own, by assignment and unit."""
    return {(r.assessment.subject, r.unit): r for r in _by(told, per, known)}


def _by(told: Iterable[Reported], per: date, known: datetime) -> list[Reported]:
    ordered = sorted(told, key=lambda r: (r.assessment.as_of, r.recorded_at))
    return [r for r in ordered if r.assessment.as_of <= per and r.recorded_at <= known]


def summary(programme: Programme, goal: str, per: date) -> Summary | None:
    """What was last written of all a goal's assignments at once, by that day."""
    written = [s for s in programme.summaries if s.goal == goal and s.as_of <= per]
    return max(written, key=lambda s: s.as_of, default=None)


@dataclass(frozen=True)
class RollUp:
    """A goal's assignments counted: how many at each status of the scale, and those of whom nothing is said."""

    counts: Mapping[str, int]  # every key of the scale, in its order
    off_plan: tuple[Assignment, ...]
    silent: tuple[Assignment, ...]
    stated: Mapping[str, int]  # by the year in which the assignment itself says it will be ready

    @property
    def assignments(self) -> int:
        return sum(self.counts.values()) + len(self.silent)

    @property
    def on_plan(self) -> int:
        return self.assignments - len(self.off_plan) - len(self.silent)

    @property
    def all_to_plan(self) -> bool:
        return bool(self.assignments) and not self.off_plan and not self.silent


def roll_up(assignments: Sequence[Assignment], scale: Scale, now: Mapping[str, Reported]) -> RollUp:
    """The assignments counted by what stands of each. Deduces nothing: who says no year is counted in none."""
    said = {a.id: now[a.id].assessment for a in assignments if a.id in now}
    levels = {level.key: level for level in sorted(scale.levels, key=lambda level: level.order)}
    tally = Counter(a.status for a in said.values())
    return RollUp(
        counts={key: tally[key] for key in levels},
        off_plan=tuple(a for a in assignments if a.id in said and not levels[said[a.id].status].to_plan),
        silent=tuple(a for a in assignments if a.id not in said),
        stated=dict(sorted(Counter(a.expected[:4] for a in said.values() if a.expected).items())),
    )


class Difference(NamedTuple):
    """At one status, so many according to the text, so many when they are counted."""

    status: str
    written: int
    counted: int


def disagrees(written: Summary, counted: RollUp) -> list[Difference]:
    """At which statuses the written summary and the count differ, in the scale's order; nothing when they agree."""
    both = [Difference(key, written.claims.get(key, 0), n) for key, n in counted.counts.items()]
    return [d for d in both if d.written != d.counted]


class Slip(NamedTuple):
    """The expected completion moved: as of a day, from, to, and months later (negative when earlier)."""

    as_of: date
    before: str
    after: str
    months: int


def slips(told: Iterable[Reported], subject: str) -> list[Slip]:
    """How the expected completion of one assignment has moved, oldest first. A year alone means its last month."""
    said = [r.assessment for r in told if r.assessment.subject == subject and not r.replaced and r.assessment.expected]
    return [
        Slip(later.as_of, earlier.expected, later.expected, _months(later.expected) - _months(earlier.expected))
        for earlier, later in pairwise(said)
        if earlier.expected and later.expected and earlier.expected != later.expected
    ]


def _months(expected: str) -> int:
    year, _, month = expected.partition("-")
    return int(year) * 12 + int(month or 12)
