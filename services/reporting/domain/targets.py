"""What a municipality has decided to reach, in versions with the decision that set each, and how an outcome stands to it."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Told(BaseModel):
    """Something that a file tells: frozen, and no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Told):
    """The same in both languages."""

    sv: str
    en: str

    def spoken(self, language: str) -> str:
        return self.en if language == "en" else self.sv


class Floor(Told):
    """At least `low` each year."""

    kind: Literal["floor"]
    low: int


class Ceiling(Told):
    """At most `high` each year."""

    kind: Literal["ceiling"]
    high: int


class Band(Told):
    """From `low` to `high` each year: too many misses it as too few do."""

    kind: Literal["band"]
    low: int
    high: int

    @model_validator(mode="after")
    def _in_order(self) -> "Band":
        if self.low > self.high:
            raise ValueError("a band's low end is above its high end")
        return self


class ShareWithin(Told):
    """At least `percent` of a year's whole, and of no fewer than the `of` that the whole should be, is of one part."""

    kind: Literal["share_within"]
    percent: int = Field(ge=0, le=100)
    of: int
    dimension: str
    part: str

    def least(self, whole: int) -> int:
        """How many of the part are needed when the whole came to `whole`: 70 % of 2 000 is 1 400."""
        return -(-self.percent * max(whole, self.of) // 100)


class LevelAt(Told):
    """`level` at the end of `year`."""

    kind: Literal["level_at"]
    level: int
    year: int


class Expectation(Told):
    """What somebody expects, in their words. Never judged: nobody decided to reach it."""

    kind: Literal["expectation"]
    words: Words


Goal = Annotated[Floor | Ceiling | Band | ShareWithin | LevelAt | Expectation, Field(discriminator="kind")]


class Decision(Told):
    """Who decided, where it can be read. `decided` is the first day it surely held (None: not known, before any that is
    known), `recorded` the day it was written down here."""

    reference: Words
    decided: date | None = None
    recorded: date
    note: Words | None = None  # what is not known of the decision


class Target(Told):
    """One version of one goal of a municipality; `id` is the same in all versions of it."""

    id: str
    municipality: str
    goal: Goal
    decision: Decision


class Outcome(Told):
    """What came: the whole, at the end of `year`; `part` where a share is asked for."""

    value: int
    year: int
    part: int | None = None


class Verdict(StrEnum):
    MET = "met"
    IN_BAND = "in_band"
    BELOW = "below"
    ABOVE = "above"
    LEFT = "left"  # the year is not here yet
    NOT_MEASURED = "not_measured"
    NOT_JUDGED = "not_judged"


class Judgement(Told):
    """The verdict, and by how many: below, above or left; 0 for the others."""

    verdict: Verdict
    by: int = 0


def judged(goal: Goal, outcome: Outcome | None) -> Judgement:
    """How the outcome stands to the goal. No outcome is `not_measured`, and an expectation `not_judged` whatever came."""
    if isinstance(goal, Expectation):
        return Judgement(verdict=Verdict.NOT_JUDGED)
    if outcome is None or (isinstance(goal, ShareWithin) and outcome.part is None):
        return Judgement(verdict=Verdict.NOT_MEASURED)
    match goal:
        case Floor():
            return _between(outcome.value, goal.low, None)
        case Ceiling():
            return _between(outcome.value, None, goal.high)
        case Band():
            return _between(outcome.value, goal.low, goal.high, Verdict.IN_BAND)
        case ShareWithin():
            return _between(outcome.part or 0, goal.least(outcome.value), None)
        case LevelAt():
            found = _between(outcome.value, goal.level, None)
            early = found.verdict is Verdict.BELOW and outcome.year < goal.year
            return Judgement(verdict=Verdict.LEFT, by=found.by) if early else found


def _between(value: int, low: int | None, high: int | None, inside: Verdict = Verdict.MET) -> Judgement:
    if low is not None and value < low:
        return Judgement(verdict=Verdict.BELOW, by=low - value)
    if high is not None and value > high:
        return Judgement(verdict=Verdict.ABOVE, by=value - high)
    return Judgement(verdict=inside)


def target_in_force(versions: Iterable[Target], per: date, known: date) -> Target | None:
    """Which of one goal's versions held on the day `per`, by what was known on `known`; None before the first."""
    held = [v for v in versions if since(v) <= per and v.decision.recorded <= known]
    return max(held, key=lambda v: (since(v), v.decision.recorded), default=None)


def since(version: Target) -> date:
    """From which day a version holds; the first of all days where nobody knows."""
    return version.decision.decided or date.min
