"""The two calls that other services of ours may make, both in bulk: keys, and what a letter needs when it is sent."""

import base64
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from chassis.service import Tx
from chassis.web import Problem, StrictRoute, service_token
from intake import letters
from intake.store.keys import keys_of

router = APIRouter(route_class=StrictRoute, dependencies=[Depends(service_token)])
GRANTED = {"matching": "match households with jobs and homes"}  # service: purpose


class KeysWanted(BaseModel):
    service: str
    subjects: Annotated[list[UUID], Field(max_length=500)]


class LettersWanted(BaseModel):
    letters: Annotated[list[letters.Letter], Field(max_length=500)]


@router.post("/internal/keys")
async def keys(wanted: KeysWanted, tx: Tx) -> dict[str, dict[str, str]]:
    """The subjects' keys in base64, for a service that is granted a purpose. A key that is gone is not in the answer."""
    if wanted.service not in GRANTED:
        raise Problem(403, "no_purpose", "Tjänsten har inget ändamål som ger den nycklar")
    found = await keys_of(tx).get(wanted.subjects)
    return {"keys": {str(subject): base64.b64encode(key).decode() for subject, key in found.items()}}


@router.post("/internal/letters")
async def address_letters(wanted: LettersWanted, tx: Tx, request: Request) -> dict[str, list[dict[str, Any]]]:
    """For each letter address, name, language and a fresh link, or that it is no longer wanted and why."""
    return {"letters": await letters.addressed(tx, wanted.letters, request.app.state.settings.public_url)}
