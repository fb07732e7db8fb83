"""A municipality's programme of goals and assignments, as it was written: scales, units, texts verbatim, assessments.

The same shapes are the file that is loaded, the rows that are kept, and what the pages are made of.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints

from contracts.fields import Code, Municipality
from reporting.domain.parts import Activity, Kept, Link, Part, Verbatim, Words

Expected = Annotated[str, StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")]  # a year, or a year and month
WILDCARDS = {"all-boards": "board", "all-companies": "company"}


def within(day: date, since: date | None, until: date | None) -> bool:
    """Whether the day is in the half-open time; an end that nobody has told is open."""
    return (since is None or since <= day) and (until is None or day < until)


class Level(Part):
    """One status of a scale. Its key tells it apart: several may have the same colour."""

    key: Code
    word: Words  # as the legend writes it
    meaning: Words
    colour: Words | None = None
    tone: Literal["ok", "go", "at", "st", "neu"]
    icon: Literal["done", "going", "waiting", "warning", "stopped", "unsure", "none"]
    order: int
    to_plan: bool


class Scale(Part):
    id: Code
    name: Words
    levels: tuple[Level, ...] = Field(min_length=1)

    def level(self, key: str) -> Level:
        return next(level for level in self.levels if level.key == key)


class Unit(Part):
    """A board or a company, there from `since` until `until` (the first day it no longer is); None where nobody says."""

    id: Code
    kind: Literal["board", "company"]
    name: Words
    abbreviation: Words | None = None
    order: int = 0
    since: date | None = None
    until: date | None = None

    @property
    def short(self) -> str:
        return self.abbreviation or self.name


class Goal(Part):
    id: Code
    number: int
    title: Words
    text: Verbatim
    scale: Code
    assignment_scale: Code
    rhythm: Words | None = None  # when it is followed up, as the source says it


class Assignment(Part):
    """Text verbatim; `added` is the year, where it came in the middle of the period."""

    id: Code
    goal: Code
    number: int
    text: Verbatim
    short: Words
    added: int | None = None


class Responsibility(Part):
    """A unit, or with a wildcard every unit of a kind, answers for an assignment from `since` until `until`."""

    assignment: Code
    unit: Code
    since: date | None = None
    until: date | None = None


class Milestone(Part):
    """Something that is to come, where the source says when; `record` is the paragraph of the minutes."""

    day: date
    words: Words  # the time as the source writes it
    what: Verbatim
    meeting: Words | None = None
    record: Words | None = None


class Assessment(Part):
    """How a goal or an assignment stands as of a day: the legend's key, and beside it the words that the source has."""

    subject: Code
    as_of: date
    status: Code
    word: Words
    text: Verbatim
    by: Words
    expected: Expected | None = None
    milestones: tuple[Milestone, ...] = ()


class OwnAssessment(Assessment):
    """How a board or a company that answers for an assignment sees it, beside what the municipality says."""

    unit: Code


class Summary(Part):
    """What is written of all a goal's assignments at once: how many at which status, and how many ready which year."""

    goal: Code
    as_of: date
    text: Verbatim
    claims: dict[Code, int]
    ready: dict[Expected, int] = Field(default_factory=dict)


class Source(Part):
    name: Words
    document: Words
    address: Annotated[str, StringConstraints(pattern=r"^https://", max_length=400)] | None = None


class Programme(Part):
    """All of it. `all_units` is False where the source names only some of the boards and companies."""

    id: Code
    municipality: Municipality
    name: Words
    source: Source
    all_units: bool
    scales: tuple[Scale, ...] = ()
    units: tuple[Unit, ...] = ()
    goals: tuple[Goal, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    own_assessments: tuple[OwnAssessment, ...] = ()
    summaries: tuple[Summary, ...] = ()
    activities: tuple[Activity, ...] = ()
    links: tuple[Link, ...] = ()
    kept: tuple[Kept, ...] = ()

    def goal(self, goal: str) -> Goal | None:
        return next((g for g in self.goals if g.id == goal), None)

    def scale(self, scale: str) -> Scale:
        return next(s for s in self.scales if s.id == scale)

    def assignments_of(self, goal: str, on: date) -> list[Assignment]:
        """A goal's assignments, those that had been given by that day, in order."""
        given = (a for a in self.assignments if a.goal == goal and (a.added is None or a.added <= on.year))
        return sorted(given, key=lambda a: a.number)

    def units_on(self, day: date) -> list[Unit]:
        """The boards and companies that were there that day: boards first, then in the programme's order."""
        there = (unit for unit in self.units if within(day, unit.since, unit.until))
        return sorted(there, key=lambda unit: (unit.kind, unit.order, unit.name))

    def subjects(self, on: date) -> list[str]:
        """All that is assessed: the goals, each before its assignments."""
        goals = sorted(self.goals, key=lambda goal: goal.number)
        return [subject for goal in goals for subject in (goal.id, *(a.id for a in self.assignments_of(goal.id, on)))]

    def activities_of(self, assignment: str) -> list[Activity]:
        return sorted((a for a in self.activities if a.assignment == assignment), key=lambda a: a.number)

    def links_of(self, subject: str) -> list[Link]:
        """The indicators that a goal or an assignment is followed by, in the order of the file's identities."""
        return [link for link in self.links if link.subject == subject]

    def scale_of(self, subject: str) -> Scale:
        """The scale that a goal, or an assignment and what is done under it, is assessed on."""
        if goal := self.goal(subject):
            return self.scale(goal.scale)
        above = next((a.assignment for a in self.activities if a.id == subject), subject)
        assignment = next(a for a in self.assignments if a.id == above)
        goal = self.goal(assignment.goal)
        assert goal is not None
        return self.scale(goal.assignment_scale)


class Version(NamedTuple):
    """One part of a programme as it was known from a moment on."""

    kind: str
    id: str
    body: dict[str, Any]
    recorded_at: datetime


KINDS: dict[str, tuple[str, ...]] = {  # what in a programme is recorded by itself, and what tells it apart
    "scales": ("id",),
    "units": ("id",),
    "goals": ("id",),
    "assignments": ("id",),
    "responsibilities": ("assignment", "unit", "since"),
    "assessments": ("subject", "as_of", "by"),
    "own_assessments": ("subject", "as_of", "unit"),
    "summaries": ("goal", "as_of"),
    "activities": ("id",),
    "links": ("subject", "indicator"),
    "kept": ("subject", "indicator", "as_of"),
}


def parts(programme: Programme) -> Iterator[tuple[str, str, Part]]:
    """Everything in it as (kind, identity, part); the programme itself, without its parts, first."""
    yield "programme", programme.id, programme.model_copy(update=dict.fromkeys(KINDS, ()))
    for kind, keys in KINDS.items():
        for part in getattr(programme, kind):
            yield kind, "|".join(str(getattr(part, key) or "") for key in keys), part


def known_at(versions: Iterable[Version]) -> Programme | None:
    """The programme that the newest version of each part makes; None when there is no part of it. In any order."""
    newest = {(v.kind, v.id): v.body for v in sorted(versions, key=lambda v: v.recorded_at)}
    head = next((body for (kind, _), body in newest.items() if kind == "programme"), None)
    if head is None:
        return None
    of_kind = {kind: [body for _, body in rows] for kind, rows in groupby(sorted(newest.items(), key=_kind), _kind)}
    return Programme.model_validate(head | {kind: of_kind.get(kind, []) for kind in KINDS})


def _kind(row: tuple[tuple[str, str], Any]) -> str:
    return row[0][0]
