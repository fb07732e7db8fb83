"""What an indicator's period is made of, and every word that was told of one of them: for those who may see the events."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.service import Tx
from chassis.web import StrictRoute, general, page
from contracts.fields import Municipality
from reporting.history import Officer, Written, day_of
from reporting.indicators import spoken
from reporting.measured import CATALOGUE, days_of
from reporting.pages import day_now, named
from reporting.store import lives, measurements, observations

router = APIRouter(prefix="/uppfoljning", route_class=StrictRoute, default_response_class=HTMLResponse)
MOST = 500  # rows


@router.get("/indikator/{indicator_id}")
async def one_period(
    request: Request,
    tx: Tx,
    user: Officer,
    indicator_id: str,
    kommun: Annotated[Municipality, Query()],
    start: Written,
    per: Written = "",
    kand: Written = "",
) -> HTMLResponse:
    """What the period from `start` of one municipality is made of: households, places, needs, or what partners told.

    404: no such indicator, one that has its events behind its figure, or a municipality that isn't the reader's.
    """
    indicator, today = CATALOGUE.of(indicator_id), day_now()
    if indicator is None or indicator.figure is not None or user.municipality not in (None, kommun):
        raise general(404)
    day, known = days_of(indicator, *(min(day_of(written, today), today) for written in (per, kand)))
    began = day_of(start, today)
    shown: dict[str, Any] = {"made_of": [], "tellings": []}
    if indicator.reckoned:
        shown["made_of"] = await lives.made_of(tx, indicator.id, day, known, kommun, began, MOST + 1)
    else:
        shown["tellings"] = await measurements.told(tx, kommun, indicator.id, began, known)
    return page(
        request,
        "made_of.html",
        indicator=indicator,
        began=began,
        per=day,
        known=known,
        place=named(request)(kommun),
        most=MOST,
        **shown,
        **spoken(request),
    )


@router.get("/ord/{subject_id}")
async def one_subject(request: Request, tx: Tx, user: Officer, subject_id: UUID, kand: Written = "") -> HTMLResponse:
    """Every word that was told of a household, a place, an offer … by the end of `kand`. 404 where none was."""
    known = min(day_of(kand, day_now()), day_now())
    words = await observations.words(tx, subject_id, user.municipality or "", known)
    if not words:
        raise general(404)
    return page(request, "words.html", subject=subject_id, known=known, words=words, name=named(request))
