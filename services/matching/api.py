"""What other services may ask of matching: its own figures, to be held against everybody else's."""

from fastapi import APIRouter, Depends

from chassis.service import Tx
from chassis.web import StrictRoute, service_token
from matching.store import desk

router = APIRouter(prefix="/api", route_class=StrictRoute)


@router.get("/figures", dependencies=[Depends(service_token)])
async def figures(tx: Tx) -> dict[str, int]:
    return await desk.figures(tx)
