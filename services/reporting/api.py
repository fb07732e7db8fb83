"""Exact figures, for our own services and the operator's command."""

from typing import Any

from fastapi import APIRouter, Depends

from chassis.service import Tx
from chassis.web import StrictRoute, service_token
from reporting.domain.figures import totals
from reporting.store import questions

router = APIRouter(route_class=StrictRoute)


@router.get("/api/figures", dependencies=[Depends(service_token)])
async def figures(tx: Tx) -> dict[str, Any]:
    """Every figure's total; median days from interest to introduction (null when there is none); as of when."""
    median = next((wait.days for wait in await questions.waits(tx) if not wait.municipality), None)
    as_of = await questions.latest(tx)
    return {**totals(await questions.cells(tx)), "median_days": median, "as_of": as_of.isoformat() if as_of else None}
