"""Partners' API keys and services' tokens: bearer credentials, of which only a hash is ever stored or compared."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request

from chassis.web.catalogues import sv
from chassis.web.problems import Problem, general
from chassis.web.settings import WebSettings

Holder = TypeVar("Holder")
Verify = Callable[[Request, str], Awaitable[Holder | None]]


def new_key(prefix: str) -> str:
    """A key of 256 random bits, `prefix_…`: shown once, stored as `hash_key`."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> str:
    """SHA-256 in hex. Fast is right here: a key of 256 random bits cannot be guessed, unlike a password."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def bearer(verify: Verify[Holder]) -> Callable[[Request], Awaitable[Holder]]:
    """A dependency that gives whoever holds the request's bearer key: `Depends(bearer(partner_of))`.

    `verify(request, key_hash)` looks the hash up and returns the holder or None; looking up a hash tells nothing
    about the key by its time. Raises 401.
    """

    async def required(request: Request) -> Holder:
        holder = await verify(request, hash_key(_given(request)))
        if holder is None:
            raise _refusal(request, ' error="invalid_token"')
        return holder

    return required


async def service_token(request: Request) -> None:
    """A dependency: only another service of ours, by the settings' token, compared in constant time. Raises 401."""
    settings: WebSettings = request.app.state.web
    if settings.service_token is None:
        raise general(503)
    expected = hash_key(settings.service_token.get_secret_value())
    if not hmac.compare_digest(hash_key(_given(request)), expected):
        raise _refusal(request, ' error="invalid_token"')


def _given(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise _refusal(request)
    return key.strip()


def _refusal(request: Request, why: str = "") -> Problem:
    realm = request.app.state.web.name
    return Problem(
        401,
        "credential_missing" if not why else "credential_unknown",
        sv("Nyckeln saknas eller gäller inte"),
        headers={"WWW-Authenticate": f'Bearer realm="{realm}"' + ("," + why if why else "")},
    )
