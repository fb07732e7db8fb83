"""The indicators that goals and assignments are followed by, and where each stands as of a day, as known on another."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from chassis.database import Transaction
from reporting.domain.indicators import Indicator, Point, read_catalogue
from reporting.domain.parts import Link
from reporting.domain.programme import Programme
from reporting.domain.standing import Held, Standing, monthly, standing, together
from reporting.store import measurements, questions

CATALOGUE = read_catalogue((Path(__file__).parent / "indicators.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Measured:
    """A linked indicator, and where it stands."""

    link: Link
    indicator: Indicator
    standing: Standing

    @property
    def held(self) -> tuple[Held, ...]:
        """The targets that the link names, or all of them where it names none."""
        named = self.link.targets
        return tuple(held for held in self.standing.held if not named or held.target.id in named)


async def points(tx: Transaction, indicator: Indicator, municipality: str, per: date, known: date) -> list[Point]:
    """An indicator's values as of the end of `per`, as known at the end of `known`; '' is everywhere."""
    if indicator.figure is not None:
        ended = min(per + timedelta(days=1), known)  # the day that is going on ends no month
        return monthly(indicator, await questions.cells(tx, municipality, per, known), ended)
    return together(indicator.known, await measurements.series(tx, municipality, indicator.id, known))


async def measured(tx: Transaction, programme: Programme, subject: str, per: date, known: date) -> list[Measured]:
    """What a goal or an assignment is followed by, as of `per`; of a link whose indicator is gone, nothing."""
    found = []
    for link in programme.links_of(subject):
        if indicator := CATALOGUE.of(link.indicator):
            values = await points(tx, indicator, programme.municipality, per, known)
            found.append(Measured(link, indicator, standing(indicator, programme.municipality, values, per, known)))
    return found
