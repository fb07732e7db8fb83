"""The line to 100 000: how many live in a municipality, how many it wants to be, and what that takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Population:
    """Inhabitants on 31 December of each year, and the goal: `target` inhabitants in `target_year`."""

    municipality: str
    counts: dict[int, int]
    target: int
    target_year: int

    @property
    def years(self) -> list[int]:
        return sorted(self.counts)

    @property
    def last_year(self) -> int:
        return self.years[-1]

    @property
    def last(self) -> int:
        return self.counts[self.last_year]

    @property
    def increases(self) -> dict[int, int]:
        """Year → how many more than the year before."""
        return {year: self.counts[year] - self.counts[year - 1] for year in self.years if year - 1 in self.counts}


@dataclass(frozen=True)
class Road:
    """What is left to the goal, counted from the last known year; all in people, a year, or years."""

    increase: int  # in the last known year
    needed: int  # each year from then on
    times: float  # needed, in increases
    years_at_pace: int  # until the goal, were each year like the last
    expected: int  # in the target year, were each year like the last
    lowest: int  # in the target year, were each year like the worst known
    highest: int  # … like the best
    missing: int  # in the target year, of `expected`


def road(population: Population) -> Road:
    """The arithmetic of the goal. ValueError without two years in a row, or when the last year did not grow."""
    increases = population.increases
    if population.last_year not in increases or (increase := increases[population.last_year]) <= 0:
        raise ValueError("a road needs a last year that grew")
    years = population.target_year - population.last_year
    gap = population.target - population.last
    expected = population.last + years * increase
    return Road(
        increase=increase,
        needed=round(gap / years),
        times=gap / years / increase,
        years_at_pace=round(gap / increase),
        expected=expected,
        lowest=population.last + years * min(increases.values()),
        highest=population.last + years * max(increases.values()),
        missing=population.target - expected,
    )


# Statistics Sweden's population on 31 December, as told by Luleå kommun. The goal is in the municipality's own text of
# 10 November 2023, "En inflyttarverksamhet med fokus på samverkan": 100 000 inhabitants by 2040.
LULEA = Population(
    municipality="2580",
    counts={2018: 77_832, 2019: 78_105, 2020: 78_549, 2021: 78_867, 2022: 79_244},
    target=100_000,
    target_year=2040,
)
