"""The first page: the road to 100 000, and how far households have come by the end of a closed month."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import Problem, StrictRoute, page
from chassis.web.catalogues import sv
from reporting.chart import frames
from reporting.domain.closed import NotClosed, choices, closed, last_closed, month_before
from reporting.domain.comparison import public
from reporting.domain.figures import OF_PLACES, Cell, Station
from reporting.domain.population import Population, to_the_goal
from reporting.domain.road import road
from reporting.funnel_chart import rivers
from reporting.indicators import standings
from reporting.keeping import OVER, kept
from reporting.measured import CATALOGUE
from reporting.pages import day_now, named
from reporting.store import questions

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)
Written = Annotated[str, Query(max_length=10)]
DRAWN = ("opportunities", "introduced", "placed")  # of each kind of place


@router.get("/")
async def for_everybody(request: Request, tx: Tx, per: Written = "") -> HTMLResponse:
    """By the end of the closed month `per` (the last, if none is given), as known when the last closed month ended."""
    known = last_closed(day_now())
    day = period_end(per, "per") if per else known
    before = month_before(day)
    asked = ("front", day, known)
    all_cells, cells, earlier, stations = await kept(request, tx, asked, OVER, lambda: _asked(tx, day, known))
    steps = road(earlier, stations)
    kinds = _of_places(cells)
    population = await _population(tx, day)
    return page(
        request,
        "public.html",
        population=population,
        frames=frames(population) if population else {},
        per=day,
        known=known,
        before=before,
        days=choices(_first(all_cells, day), day_now()),
        steps=steps if any(step.count != 0 for step in steps) else [],
        rivers=rivers(steps),
        kinds=kinds,
        drawn=DRAWN,
        most=max((row[figure] or 0 for row in kinds.values() for figure in DRAWN), default=0) or 1,
        name=named(request),
    )


async def _population(tx: Transaction, day: date) -> Population | None:
    """Of the municipality that wants to be so many, by what was known of that day at last; None where none does."""
    indicator = CATALOGUE.of("population")
    found = await standings(tx, indicator, day, day_now()) if indicator else []
    return next((population for one in found if (population := to_the_goal(one))), None)


async def _asked(
    tx: Transaction, day: date, known: date
) -> tuple[list[Cell], list[Cell], list[Station], list[Station]]:
    """The cells of all closed months and by `day`, and the stations by the end of the month before and by `day`."""
    all_cells = await questions.cells(tx, "", known, known)
    cells = all_cells if day == known else await questions.cells(tx, "", day, known)
    before = month_before(day)
    return (
        all_cells,
        cells,
        await questions.stations(tx, "", before, known),
        await questions.stations(tx, "", day, known),
    )


def period_end(written: str, field: str) -> date:
    """The last day of a closed month or year. Raises 422 for what is neither, 404 for one that isn't over."""
    try:
        return closed(written, day_now())
    except NotClosed as open_still:
        raise Problem(
            404,
            "not_closed",
            sv("Perioden är inte slut än"),
            sv("Här står bara perioder som är slut. Den senaste är %(last)s."),
            last=f"{last_closed(day_now()):%Y-%m}",
        ) from open_still
    except ValueError as unreadable:
        raise Problem(
            422,
            "not_a_period",
            sv("Det är ingen månad och inget år"),
            sv("Skriv %(field)s som en månad eller ett år, till exempel 2026-10 eller 2026."),
            field=field,
        ) from unreadable


def _first(cells: list[Cell], day: date) -> date:
    """The first day of the first month in which anything was counted, or of the asked one."""
    return min([date.fromisoformat(f"{cell.month}-01") for cell in cells] + [day.replace(day=1)])


def _of_places(cells: list[Cell]) -> dict[str, dict[str, int | None]]:
    """Of each kind each figure, in fives."""
    counts = public(cells)
    kinds = sorted({kind for figure, kind in counts if figure in OF_PLACES and kind})
    return {kind: {figure: counts.get((figure, kind), 0) for figure in OF_PLACES} for kind in kinds}
