"""What may come of a series: ours by a named method with its range, or what somebody wrote, in their own words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from reporting.domain.targets import Told, Words


class Method(StrEnum):
    RUN_RATE = "run_rate"  # so many a month as so far
    LAST_INCREASE = "last_increase"  # each year as the last; the range: as the lowest and highest known
    MEAN_INCREASE = "mean_increase"  # each year as the mean of the known ones; the same range
    WRITTEN = "written"


class Forecast(Told):
    """At the end of `year`. `low` and `high` are the method's range; None where it sets no end."""

    whose: Literal["ours", "written"]
    method: Method
    year: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    words: Words | None = None
    source: str = ""

    @model_validator(mode="after")
    def _never_each_others(self) -> "Forecast":
        if self.whose == "written" and not (self.method is Method.WRITTEN and self.words and self.source):
            raise ValueError("a written forecast is the text's words, with the text")
        if self.whose == "written" and not (self.low is None and self.high is None):
            raise ValueError("a range is of a method, and a text has none")
        if self.whose == "ours" and (self.method is Method.WRITTEN or self.value is None or self.words):
            raise ValueError("a forecast of ours has a method and a number, and no one's words")
        return self


class Pace(Told):
    """What a level takes from the last known year; people a year, and how that stands to the last increase."""

    needed: int
    increase: int
    times: float | None  # None when the last year did not grow
    years: int | None  # until the level, were each year like the last; None when it did not grow
    missing: int  # at the target year, were each year like the last


def run_rate(so_far: int, months: int, year: int) -> Forecast:
    """The year's sum when `so_far` came in its first `months`: 34 by July is 58.3. It can't become fewer than so far.

    Raises ValueError unless 1 ≤ months ≤ 12.
    """
    if not 1 <= months <= 12:
        raise ValueError("a year has twelve months")
    return Forecast(whose="ours", method=Method.RUN_RATE, year=year, value=so_far / months * 12, low=so_far)


def increases(series: Mapping[int, int]) -> dict[int, int]:
    """Year → how many more than at the end of the year before, where both are known."""
    return {year: series[year] - series[year - 1] for year in sorted(series) if year - 1 in series}


def last_increase(series: Mapping[int, int], year: int) -> Forecast:
    """Each year until `year` like the last known. Raises ValueError without two years in a row at the end."""
    grown = increases(series)
    if not series or max(series) not in grown:
        raise ValueError("the last known year has no year before it")
    return _ahead(series, year, grown[max(series)], Method.LAST_INCREASE)


def mean_increase(series: Mapping[int, int], year: int) -> Forecast:
    """Each year until `year` like the mean of the known ones. Raises ValueError when no two years follow each other."""
    if not (grown := increases(series)):
        raise ValueError("no two years follow each other")
    return _ahead(series, year, sum(grown.values()) / len(grown), Method.MEAN_INCREASE)


def _ahead(series: Mapping[int, int], year: int, each: float, method: Method) -> Forecast:
    last, grown = max(series), increases(series).values()
    at = {
        name: series[last] + (year - last) * by
        for name, by in (("value", each), ("low", min(grown)), ("high", max(grown)))
    }
    return Forecast(whose="ours", method=method, year=year, **at)


def pace(series: Mapping[int, int], level: int, year: int) -> Pace:
    """What `level` at the end of `year` takes. ValueError without two years in a row at the end, or when it is past."""
    last = max(series)
    if last >= year or last not in increases(series):
        raise ValueError("a pace needs a last known year, the one before it, and years left")
    gap, increase = level - series[last], increases(series)[last]
    grows = increase > 0
    return Pace(
        needed=round(gap / (year - last)),
        increase=increase,
        times=gap / (year - last) / increase if grows else None,
        years=round(gap / increase) if grows else None,
        missing=gap - (year - last) * increase,
    )
