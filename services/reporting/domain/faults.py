"""What in a programme contradicts the rest of it, or what was recorded of it before."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from contracts.municipalities import CONTROLLER
from reporting.domain.indicators import Catalogue
from reporting.domain.programme import KINDS, WILDCARDS, Programme
from reporting.domain.verdict import responsible


class Fault(NamedTuple):
    """A part that points at nothing: where, as (kind, index, field), and what."""

    at: tuple[str | int, ...]
    code: str
    says: str


def faults(programme: Programme) -> list[Fault]:
    """What in a programme contradicts the rest of it; each part by itself is known to be well made."""
    return [*_elsewhere(programme), *_twice(programme), *_dangling(programme)] or list(_off_scale(programme))


def _elsewhere(programme: Programme) -> Iterator[Fault]:
    if programme.municipality not in CONTROLLER:
        yield Fault(("municipality",), "unknown", f"{programme.municipality} does not use the platform")


def _twice(programme: Programme) -> Iterator[Fault]:
    for kind, keys in KINDS.items():
        told = Counter(tuple(getattr(part, key) for key in keys) for part in getattr(programme, kind))
        for index, part in enumerate(getattr(programme, kind)):
            if told[tuple(getattr(part, key) for key in keys)] > 1:
                yield Fault((kind, index, keys[0]), "told_twice", f"the same {', '.join(keys)} stands twice")
    numbers = Counter((a.goal, a.number) for a in programme.assignments)
    for index, given in enumerate(programme.assignments):
        if numbers[given.goal, given.number] > 1:
            yield Fault(("assignments", index, "number"), "told_twice", f"number {given.number} stands twice")
    done = Counter((a.assignment, a.number) for a in programme.activities)
    for index, activity in enumerate(programme.activities):
        if done[activity.assignment, activity.number] > 1:
            yield Fault(("activities", index, "number"), "told_twice", f"number {activity.number} stands twice")


def _dangling(programme: Programme) -> Iterator[Fault]:
    scales, units = {s.id for s in programme.scales}, {u.id for u in programme.units} | set(WILDCARDS)
    goals, assignments = {g.id for g in programme.goals}, {a.id for a in programme.assignments}
    known: dict[tuple[str, str], set[str]] = {
        ("goals", "scale"): scales,
        ("goals", "assignment_scale"): scales,
        ("assignments", "goal"): goals,
        ("responsibilities", "assignment"): assignments,
        ("responsibilities", "unit"): units,
        ("assessments", "subject"): goals | assignments | {a.id for a in programme.activities},
        ("own_assessments", "subject"): assignments,
        ("own_assessments", "unit"): {u.id for u in programme.units},
        ("activities", "assignment"): assignments,
        ("links", "subject"): goals | assignments,
        ("summaries", "goal"): goals,
    }
    for (kind, field), names in known.items():
        for index, part in enumerate(getattr(programme, kind)):
            if (name := getattr(part, field)) not in names:
                yield Fault((kind, index, field), "unknown", f"{name} is nowhere in this programme")


def unmeasured(programme: Programme, catalogue: Catalogue) -> Iterator[Fault]:
    """Links to an indicator that is not described, or to a target that it does not have in this municipality."""
    for index, link in enumerate(programme.links):
        if (indicator := catalogue.of(link.indicator)) is None:
            yield Fault(("links", index, "indicator"), "unknown", f"no indicator is called {link.indicator}")
            continue
        for target in set(link.targets) - indicator.versions(programme.municipality).keys():
            told = f"{link.indicator} has no target {target} in {programme.municipality}"
            yield Fault(("links", index, "targets"), "unknown", told)


def unanswered(programme: Programme) -> Iterator[Fault]:
    """Own assessments by somebody who did not answer for the assignment that day: no page would show them."""
    for index, own in enumerate(programme.own_assessments):
        if own.unit not in {bearer.unit.id for bearer in responsible(programme, own.subject, own.as_of)}:
            told = f"{own.unit} did not answer for {own.subject} on {own.as_of}"
            yield Fault(("own_assessments", index, "unit"), "not_responsible", told)


def _off_scale(programme: Programme) -> Iterator[Fault]:
    for kind in ("assessments", "own_assessments"):
        for index, assessment in enumerate(getattr(programme, kind)):
            scale = programme.scale_of(assessment.subject)
            if assessment.status not in {level.key for level in scale.levels}:
                yield Fault((kind, index, "status"), "unknown", f"{assessment.status} is not on {scale.name}")
    for index, summary in enumerate(programme.summaries):
        goal = programme.goal(summary.goal)
        scale = programme.scale(goal.assignment_scale if goal else "")
        for key in summary.claims.keys() - {level.key for level in scale.levels}:
            yield Fault(("summaries", index, "claims"), "unknown", f"{key} is not on {scale.name}")


def taken_back(before: Programme, after: Programme) -> Iterator[Fault]:
    """What may not change, since what was recorded before stands on it: a scale's levels, and what is assessed on which."""
    now = {scale.id: {level.key for level in scale.levels} for scale in after.scales}
    for index, scale in enumerate(after.scales):
        old = next((s for s in before.scales if s.id == scale.id), scale)
        for key in [level.key for level in old.levels if level.key not in now[scale.id]]:
            yield Fault(("scales", index, "levels"), "taken_back", f"{key} was on {scale.name}, and must stay")
    fixed = (
        ("goals", "scale"), ("goals", "assignment_scale"), ("assignments", "goal"), ("activities", "assignment"),
    )  # fmt: skip
    for kind, field in fixed:
        old_values = {part.id: getattr(part, field) for part in getattr(before, kind)}
        for index, part in enumerate(getattr(after, kind)):
            old_value = old_values.get(part.id, getattr(part, field))
            if old_value != getattr(part, field):
                yield Fault((kind, index, field), "taken_back", f"it was {old_value}, and must stay so")
