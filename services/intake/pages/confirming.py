"""The page a confirmation letter leads to. Opening it does nothing, since mail scanners open links; pressing does."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from chassis.service import Tx
from chassis.web import StrictRoute, page
from intake import households
from intake.domain.links import verdict
from intake.store import links

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)
STATUS = {"holds": 200, "unknown": 404, "used": 410, "expired": 410}


@router.get("/bekrafta/{token}")
async def ask(request: Request, tx: Tx, token: str) -> Response:
    found = await links.find(tx, token)
    held = verdict(found and found[1], "confirm", tx.now)
    return page(request, "confirm.html", status=STATUS[held], held=held, confirmed=False, own_page=None)


@router.post("/bekrafta/{token}")
async def confirm(request: Request, tx: Tx, token: str) -> Response:
    held, person_id = await households.confirm(tx, token)
    if held != "holds" or person_id is None:
        return page(request, "confirm.html", status=STATUS[held], held=held, confirmed=False, own_page=None)
    [own] = await links.make(tx, [(person_id, "page")])
    return page(request, "confirm.html", held=held, confirmed=True, own_page=f"/min-sida/{own}")
