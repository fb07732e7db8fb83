"""The pages of the indicators: all of them with where they stand, and each with what it is and what it may come to."""

from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis import clock
from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, general, page, translator
from chassis.web.formats import PLACE
from contracts.municipalities import CONTROLLER
from contracts.vocabulary import VOCABULARY
from reporting.domain.indicators import Indicator
from reporting.domain.standing import Standing, seen, standing
from reporting.indicator_chart import at, charts
from reporting.indicator_words import ARROWS, Say
from reporting.measured import CATALOGUE, points
from reporting.store import measurements

router = APIRouter(prefix="/indikatorer", route_class=StrictRoute, default_response_class=HTMLResponse)


@router.get("")
async def every_indicator(request: Request, tx: Tx) -> HTMLResponse:
    today = _today()
    found = [(indicator, await _standings(tx, indicator, today)) for indicator in CATALOGUE.indicator]
    groups = {group: [pair for pair in found if pair[0].group == group] for group in ("place", "work", "road")}
    return page(request, "indicators.html", groups=groups, **_spoken(request))


@router.get("/{indicator_id}")
async def one_indicator(request: Request, tx: Tx, indicator_id: str) -> HTMLResponse:
    indicator = CATALOGUE.of(indicator_id)
    if indicator is None:
        raise general(404)
    standings = await _standings(tx, indicator, _today())
    revised = {
        s.municipality: seen(await measurements.revisions(tx, s.municipality, indicator.id), indicator)
        for s in standings
    }
    drawings = {s.municipality: charts(indicator, s) for s in standings}
    spoken = _spoken(request)
    return page(
        request,
        "indicator.html",
        indicator=indicator,
        standings=standings,
        drawings=drawings,
        revised=revised,
        **spoken,
    )


async def _standings(tx: Transaction, indicator: Indicator, today: date) -> list[Standing]:
    """Of each municipality that has values, a target or a forecast, as known today."""
    found_points = await points(tx, indicator, "", today, today)
    found = [standing(indicator, municipality, found_points, today, today) for municipality in CONTROLLER]
    return [one for one in found if one.rows or one.held or one.forecasts]


def _today() -> date:
    return clock.now().astimezone(PLACE).date()


def _spoken(request: Request) -> dict[str, Any]:
    t = translator(request)

    def name(code: str) -> str:
        return VOCABULARY.name(code, t.language)

    return {"say": Say(t), "arrows": ARROWS, "name": name, "at": at}
