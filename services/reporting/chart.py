"""Where the line to the goal is drawn: two frames, one wide and one tall, since text that shrinks is not readable."""

from dataclasses import dataclass

from reporting.domain.population import Population

STEP = 5000  # inhabitants between two lines of the grid


@dataclass(frozen=True)
class Frame:
    """A drawing of `width` × `height`; years run from `left` to `right`, people from `bottom` up to `top`."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    years: tuple[int, int]
    people: tuple[int, int]
    marked: tuple[int, ...]  # years that are written under the axis

    def x(self, year: float) -> float:
        first, last = self.years
        return round(self.left + (self.right - self.left) * (year - first) / (last - first), 1)

    def y(self, people: float) -> float:
        low, high = self.people
        return round(self.top + (self.bottom - self.top) * (high - people) / (high - low), 1)

    @property
    def grid(self) -> range:
        low, high = self.people
        return range(low + STEP, high + 1, STEP)

    def path(self, points: dict[int, int]) -> str:
        """An SVG path through year → people."""
        return "M" + " L".join(f"{self.x(year)} {self.y(people)}" for year, people in points.items())


def frames(population: Population) -> dict[str, Frame]:
    """The `wide` and the `tall` drawing of one municipality's line."""
    years = (population.years[0], population.target_year)
    people = (min(population.counts.values()) // STEP * STEP, population.target)
    marked = (years[0], population.last_year, *range(population.last_year + 4, years[1] - 3, 4), years[1])
    few = (years[0], population.last_year, (population.last_year + years[1]) // 2 - 1, years[1])
    return {
        "wide": Frame(1120, 430, 66, 930, 55, 396, years, people, marked),
        "tall": Frame(360, 400, 60, 346, 55, 370, years, people, few),
    }
