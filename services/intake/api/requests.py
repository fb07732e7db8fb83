"""What all JSON doors of intake do with a request: read it strictly, and answer a repeat as the first time."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import JSONResponse

from chassis import clock
from chassis.database import Transaction
from chassis.web import Problem, general, translator
from intake.bodies.reading import Refused, read
from intake.store import replies

Body = TypeVar("Body", bound=BaseModel)
KEY_MAX = 200  # characters of an idempotency key


async def body_of(request: Request, kind: type[Body]) -> Body:
    """The request's JSON as `kind`. Raises a 400 or 422 Problem that tells every fault."""
    try:
        return read(kind, await request.json(), clock.now(), translator(request))
    except Refused as refused:
        raise general(422, errors=refused.faults) from None


def idempotency_key(request: Request, required: bool) -> str | None:
    """The header `Idempotency-Key`. Raises 400 where it is missing but required, or no key."""
    key = request.headers.get("idempotency-key")
    if key is None and not required:
        return None
    if not key or len(key) > KEY_MAX or not key.isprintable():
        raise Problem(400, "idempotency_key_missing", "Rubriken Idempotency-Key saknas eller går inte att använda")
    return key


async def once(
    tx: Transaction,
    request: Request,
    scope: str,
    body: BaseModel,
    work: Callable[[], Awaitable[dict[str, Any]]],
    *,
    required: bool = True,
) -> JSONResponse:
    """201 with what `work` gives; a repeat of key and body gets the first answer, and nothing is done again.

    Raises 422 for the same key with another body, 409 while the first is still under way.
    """
    key = idempotency_key(request, required)
    if key is None:
        return JSONResponse(await work(), 201)
    asked = replies.Asked.of(request.app.state.settings.cookie_secret, scope, key, body.model_dump_json())
    if not await replies.claim(tx, asked):
        raise Problem(409, "still_running", "Samma begäran håller på att hanteras", headers={"Retry-After": "1"})
    first = await replies.earlier(tx, asked)
    if first is None:
        answer = await work()
        await replies.keep(tx, asked, 201, answer)
        return JSONResponse(answer, 201)
    if first.payload_hash != asked.payload:
        raise Problem(422, "idempotency_key_reused", "Nyckeln har redan använts till något annat")
    return JSONResponse(first.body, first.status)
