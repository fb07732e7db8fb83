"""What is followed up: each indicator with its definition, source, owner, unit, baseline, direction and how well it is measured."""

import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.fields import Code, Municipality
from contracts.measurements import MEASURED, Unit
from reporting.domain.figures import FIGURES
from reporting.domain.forecast import Forecast
from reporting.domain.targets import Target, Told, Words, since

Direction = Literal["more", "less", "none"]
Trend = Literal["rising", "falling", "unclear", "too_few"]
CLEAR = 0.75  # of the changes, from which on a trend has a direction


class Point(Told):
    """One known value of a municipality: at the end of `until` for a stock, from `start` to `until` for a flow."""

    municipality: Municipality
    start: date
    until: date
    value: int
    source: str
    breakdown: tuple[tuple[str, str], ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Point":
        if self.until < self.start:
            raise ValueError("a period ends before it starts")
        return self

    @property
    def whole_year(self) -> bool:
        return (self.start, self.until) == (date(self.until.year, 1, 1), date(self.until.year, 12, 31))


class Revision(Told):
    """A period that was told anew with another value."""

    start: date
    until: date
    breakdown: tuple[tuple[str, str], ...]
    before: int
    value: int
    recorded_at: datetime
    source: str


class Telling(Told):
    """One time that a partner told a period, or a part of it, and the event that it came with."""

    start: date
    until: date
    breakdown: tuple[tuple[str, str], ...]
    value: int
    source: str
    measured_at: date
    recorded_at: datetime
    event_id: UUID
    topic: str
    partition: int
    offset: int


class Baseline(Told):
    """What others are compared with."""

    municipality: Municipality
    value: int
    per: date
    source: str


class WrittenForecast(Told):
    municipality: Municipality
    forecast: Forecast


class Described(Told):
    """What an indicator is, without its values: a published report keeps it, to be read as it was written.

    `figure` names what of ours is counted; without it, and not reckoned, partners measure.
    """

    id: Code
    name: Words
    definition: Words
    source: Words
    owner: Words
    unit: Unit | Literal["days"]
    quality: Words
    stock: bool = False  # a level at a day rather than a sum over a period
    reckoned: bool = False  # from several events together, by tertial: `store/lives.py`
    figure: str | None = None

    @property
    def without_values(self) -> "Described":
        return Described.model_validate(self.model_dump(include=set(Described.model_fields)))


class Indicator(Described):
    """Held against targets, beside known values. `kind` narrows the figure to one kind of opportunity."""

    group: Literal["place", "work", "road"]
    direction: Direction
    kind: str = ""
    baseline: Baseline | None = None
    known: tuple[Point, ...] = ()
    targets: tuple[Target, ...] = ()
    written: tuple[WrittenForecast, ...] = ()

    @model_validator(mode="after")
    def _computed_one_way(self) -> "Indicator":
        if self.figure is not None and self.figure not in FIGURES:
            raise ValueError(f"{self.id}: no figure is called {self.figure}")
        if self.reckoned and self.figure is not None:
            raise ValueError(f"{self.id}: one of our figures is counted, not reckoned")
        if self.figure is None and not self.reckoned and MEASURED.get(self.id) != self.unit:
            raise ValueError(f"{self.id}: partners don't measure it in {self.unit}")
        return self

    def versions(self, municipality: str) -> dict[str, list[Target]]:
        """A municipality's goals, each with its versions, the first decided first."""
        found: dict[str, list[Target]] = {}
        for target in sorted(self.targets, key=lambda t: (since(t), t.decision.recorded)):
            if target.municipality == municipality:
                found.setdefault(target.id, []).append(target)
        return found


class Catalogue(Told):
    """All indicators, by id."""

    indicator: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> "Catalogue":
        ids = [indicator.id for indicator in self.indicator]
        if twice := {id for id in ids if ids.count(id) > 1}:
            raise ValueError(f"more than once: {', '.join(sorted(twice))}")
        if missing := MEASURED.keys() - set(ids):
            raise ValueError(f"partners may measure what is not described: {', '.join(sorted(missing))}")
        return self

    def of(self, id: str) -> Indicator | None:
        return next((indicator for indicator in self.indicator if indicator.id == id), None)


def read_catalogue(text: str) -> Catalogue:
    """The catalogue that a TOML text tells. Raises ValueError and says where it is wrong."""
    return Catalogue.model_validate(tomllib.loads(text))


class Tendency(Told):
    """Where a series is going, and how many of its changes were upwards."""

    trend: Trend
    positive: int
    changes: int


def trend(series: Sequence[int]) -> Tendency:
    """Rising or falling when three of four changes, of three at least, point one way; else unclear, or too few to say."""
    steps = [after - before for before, after in pairwise(series)]
    up, down = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    word: Trend = "unclear"
    if len(steps) < 3:
        word = "too_few"
    elif up >= CLEAR * len(steps):
        word = "rising"
    elif down >= CLEAR * len(steps):
        word = "falling"
    return Tendency(trend=word, positive=up, changes=len(steps))
