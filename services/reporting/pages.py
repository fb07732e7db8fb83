"""Figures as pages: for everybody with small numbers hidden, and for officers and coordinators as they are."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.service import Tx
from chassis.web import StrictRoute, User, current_user, general, page, translator
from contracts.vocabulary import VOCABULARY
from reporting.chart import frames
from reporting.domain.disclosure import parts_shown, shown
from reporting.domain.figures import OF_HOUSEHOLDS, OF_MACHINES, OF_PLACES, table, totals
from reporting.domain.population import LULEA, road
from reporting.store import questions
from reporting.words import lacking, why

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)

STATIONS = ("registered", "confirmed", "proposed", "introduced", "placed", "moved_in")
ROLES = frozenset({"officer", "coordinator"})


async def officer(user: Annotated[User, Depends(current_user())]) -> User:
    """Someone who follows up, or who works with the households. Raises 403."""
    if not user.roles & ROLES:
        raise general(403)
    return user


@router.get("/")
async def for_everybody(request: Request, tx: Tx) -> HTMLResponse:
    households = await questions.stations(tx)
    kinds = table(await questions.cells(tx), OF_PLACES, lambda cell: (cell.kind,))
    return page(
        request,
        "public.html",
        population=LULEA,
        road=road(LULEA),
        frames=frames(LULEA),
        municipalities=[station.municipality for station in households],
        stations=[
            (
                name,
                shown(sum(getattr(s, name) for s in households)),
                parts_shown({s.municipality: getattr(s, name) for s in households}),
            )
            for name in STATIONS
        ],
        kinds={kind: {name: shown(count) for name, count in row.items()} for (kind,), row in kinds.items() if kind},
        as_of=await questions.latest(tx),
        name=named(request),
    )


@router.get("/uppfoljning")
async def for_officers(request: Request, tx: Tx, user: Annotated[User, Depends(officer)]) -> HTMLResponse:
    """All of it; of the officer's own municipality where the sign-in names one."""
    own = user.municipality or ""
    t = translator(request)
    cells = await questions.cells(tx, own)
    return page(
        request,
        "followup.html",
        totals=totals(cells),
        households=table(cells, OF_HOUSEHOLDS, lambda cell: (cell.municipality, cell.month)),
        places=table(cells, OF_PLACES, lambda cell: (cell.municipality, cell.kind, cell.month)),
        rounds=await questions.rounds(tx, own),
        needs=[(lacking(need, t), need) for need in await questions.needs(tx, own)],
        machines=table(cells, OF_MACHINES, lambda cell: (cell.municipality, cell.month)),
        ends=[(why(ended, t), ended.kind, ended.count) for ended in await questions.ends(tx, own)],
        waits=await questions.waits(tx, own),
        as_of=await questions.latest(tx, own),
        name=named(request),
    )


def named(request: Request) -> Callable[[str], str]:
    """What the vocabulary calls a municipality in the reader's language."""
    spoken = translator(request).language
    return lambda code: VOCABULARY.name(code, spoken)
