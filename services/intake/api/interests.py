"""People's door for machines: a household registers as JSON."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from chassis.database import Transaction
from chassis.service import Commits
from chassis.web import StrictRoute
from contracts.references import reference
from intake import households
from intake.api.requests import body_of, idempotency_key, once
from intake.bodies.registration import Registration

router = APIRouter(route_class=StrictRoute)


@router.post("/api/interests", status_code=201)
async def register(request: Request, commits: Commits) -> JSONResponse:
    """Registers a household, and asks each adult by mail to confirm. The same answer whether anybody is known or not."""
    idempotency_key(request, required=True)
    body = await body_of(request, Registration)

    async def work(tx: Transaction) -> JSONResponse:
        async def registered() -> dict[str, Any]:
            interest_id = await households.register(tx, body)
            return {
                "interest_id": str(interest_id),
                "reference": reference(body.municipality, interest_id),
                "status": "awaiting_confirmation",
            }

        return await once(tx, request, "interests", body, registered)

    return await commits.do(work)
