"""The partner door over HTTP: an organisation publishes, changes, closes, sees its offers and answers them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from chassis.database import Database, Transaction
from chassis.envelope import new_id
from chassis.service import Tx
from chassis.web import Problem, StrictRoute, bearer, general, translator
from contracts.municipalities import CONTROLLER
from contracts.partners import InputRefused
from intake import disclosing, measuring, publishing
from intake.api.requests import Body, body_of, once
from intake.bodies.measurements import MeasurementBody
from intake.bodies.partners import Closing, OwnersAnswer
from intake.bodies.places import BODIES, PlaceBody
from intake.bodies.reading import Refused
from intake.store import opportunities
from intake.store.tables import Partner

router = APIRouter(prefix="/partner", route_class=StrictRoute)


async def _holder(request: Request, key_hash: str) -> Partner | None:
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        return await opportunities.partner_by_key(tx, key_hash)


Holder = Annotated[Partner, Depends(bearer(_holder))]
Work = Callable[[Transaction, Any], Awaitable[JSONResponse]]


async def _taken(request: Request, partner: Partner, kind: type[Body], work: Work) -> JSONResponse:
    """Does what was sent in a transaction of its own. What is refused is told to the partner, and said as an event."""
    database: Database = request.app.state.database
    try:
        body = await body_of(request, kind)
        async with database.transaction() as tx:
            return await work(tx, body)
    except Refused as refused:
        problem = general(422, errors=refused.faults)
    except Problem as refused:
        problem = refused
    if problem.status < 500:
        await database.say(
            InputRefused(partner_id=partner.partner_id, input_id=new_id(), door="http", code=problem.code),
            actor=f"partner:{partner.partner_id}",
            municipality=partner.municipality,
            controller=CONTROLLER[partner.municipality],
        )
    raise problem


async def _publish(request: Request, partner: Partner, kind: type[Body]) -> JSONResponse:
    async def work(tx: Transaction, body: Any) -> JSONResponse:
        async def publish() -> dict[str, Any]:
            return {"opportunity_id": str(await publishing.publish(tx, partner, body, translator(request)))}

        return await once(tx, request, f"partner|{partner.partner_id}", body, publish, required=False)

    return await _taken(request, partner, kind, work)


async def _change(request: Request, partner: Partner, opportunity_id: UUID, kind: type[Body]) -> JSONResponse:
    async def work(tx: Transaction, body: Any) -> JSONResponse:
        await opportunities.lock_partner(tx, partner.partner_id)
        place = await opportunities.by_id(tx, partner.partner_id, opportunity_id)
        await publishing.change(tx, partner, place, body, translator(request))
        return JSONResponse({"opportunity_id": str(opportunity_id)})

    return await _taken(request, partner, kind, work)


PATHS = {  # where each kind of place is published
    "vacancies": "vacancy",
    "employments": "employment",
    "dwellings": "dwelling",
    "school-places": "school_places",
    "courses": "course",
    "circles": "circle",
}


def _opens(path: str, body: type[PlaceBody]) -> None:
    @router.post(f"/{path}", status_code=201)
    async def publish(request: Request, partner: Holder) -> JSONResponse:
        return await _publish(request, partner, body)

    @router.put(f"/{path}/{{opportunity_id}}")
    async def change(request: Request, partner: Holder, opportunity_id: UUID) -> JSONResponse:
        return await _change(request, partner, opportunity_id, body)


for path, name in PATHS.items():
    _opens(path, BODIES[name])


@router.post("/opportunities/{opportunity_id}/close")
async def close(request: Request, partner: Holder, opportunity_id: UUID) -> JSONResponse:
    async def work(tx: Transaction, body: Closing) -> JSONResponse:
        await opportunities.lock_partner(tx, partner.partner_id)
        place = await opportunities.by_id(tx, partner.partner_id, opportunity_id)
        await publishing.close(tx, partner, place, body.reason)
        return JSONResponse({"opportunity_id": str(opportunity_id), "state": "closed"})

    return await _taken(request, partner, Closing, work)


@router.post("/measurements", status_code=201)
async def measure(request: Request, partner: Holder) -> JSONResponse:
    async def work(tx: Transaction, body: MeasurementBody) -> JSONResponse:
        async def report() -> dict[str, Any]:
            measuring.report(tx, partner, body, translator(request))
            return {"indicator_id": body.indicator_id, "period_to": body.period_to.isoformat()}

        return await once(tx, request, f"partner|{partner.partner_id}", body, report, required=False)

    return await _taken(request, partner, MeasurementBody, work)


@router.get("/opportunities")
async def own(partner: Holder, tx: Tx) -> list[dict[str, Any]]:
    """All that the partner has published, the last changed first."""
    return [
        {
            "opportunity_id": str(place.opportunity_id),
            "kind": place.kind,
            "state": "closed" if place.closed else "open",
            "closed": place.closed,
            **place.body,
        }
        for place in await opportunities.of_partner(tx, partner.partner_id)
    ]


State = Literal["open", "withdrawn", "lapsed", "too_late", "placed", "fell_through"]


@router.get("/offers")
async def own_offers(partner: Holder, tx: Tx, state: State | None = None) -> list[dict[str, Any]]:
    """The partner's offers. Whom it is about is shown after that person's yes, and noted as a disclosure."""
    return await disclosing.offers_of(tx, partner, state)


@router.get("/offers/{offer_id}")
async def own_offer(partner: Holder, tx: Tx, offer_id: UUID) -> dict[str, Any]:
    found = await disclosing.offers_of(tx, partner, None, offer_id)
    if not found:
        raise general(404)
    return found[0]


@router.post("/offers/{offer_id}/answer")
async def answer(request: Request, partner: Holder, offer_id: UUID) -> JSONResponse:
    async def work(tx: Transaction, body: OwnersAnswer) -> JSONResponse:
        said = await publishing.answer(tx, partner, offer_id, body)
        return JSONResponse({"offer_id": str(offer_id), "answer": said})

    return await _taken(request, partner, OwnersAnswer, work)
