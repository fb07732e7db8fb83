"""Follow-up as it is now, for officers and coordinators: every number as it is."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis import clock
from chassis.service import Tx
from chassis.web import StrictRoute, User, current_user, general, page, translator
from chassis.web.formats import PLACE
from contracts.vocabulary import VOCABULARY
from reporting.domain.figures import OF_HOUSEHOLDS, OF_MACHINES, OF_PLACES, table, totals
from reporting.domain.road import road
from reporting.funnel_chart import rivers
from reporting.store import questions
from reporting.words import lacking, why

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)

ROLES = frozenset({"officer", "coordinator"})


async def officer(user: Annotated[User, Depends(current_user())]) -> User:
    """Someone who follows up, or who works with the households. Raises 403."""
    if not user.roles & ROLES:
        raise general(403)
    return user


@router.get("/uppfoljning")
async def for_officers(request: Request, tx: Tx, user: Annotated[User, Depends(officer)]) -> HTMLResponse:
    """All of it; of the officer's own municipality where the sign-in names one."""
    own = user.municipality or ""
    t = translator(request)
    cells = await questions.cells(tx, own)
    steps = road([], await questions.stations(tx, own), everybody=False)
    return page(
        request,
        "followup.html",
        steps=steps,
        rivers=rivers(steps),
        totals=totals(cells),
        households=table(cells, OF_HOUSEHOLDS, lambda cell: (cell.municipality, cell.month)),
        places=table(cells, OF_PLACES, lambda cell: (cell.municipality, cell.kind, cell.month)),
        rounds=await questions.rounds(tx, own),
        needs=[(lacking(need, t), need) for need in await questions.needs(tx, own)],
        machines=table(cells, OF_MACHINES, lambda cell: (cell.municipality, cell.month)),
        ends=[(why(ended, t), ended.kind, ended.count) for ended in await questions.ends(tx, own)],
        waits=await questions.waits(tx, own),
        as_of=await questions.latest(tx, own),
        behind="/uppfoljning/siffra/{}".format,
        name=named(request),
    )


def named(request: Request) -> Callable[[str], str]:
    """What the vocabulary calls a municipality in the reader's language."""
    spoken = translator(request).language
    return lambda code: VOCABULARY.name(code, spoken)


def day_now() -> date:
    """The day it is in Sweden, by the platform's clock."""
    return clock.now().astimezone(PLACE).date()
