"""Signing in by OpenID Connect: code flow with PKCE, state and nonce; the answer is a session cookie."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.web.catalogues import sv
from chassis.web.issuer import Issuer
from chassis.web.problems import Problem
from chassis.web.sessions import User, begin, end, seal, unseal, way_back
from chassis.web.settings import WebSettings
from chassis.web.text import StrictRoute

PURPOSE = "sign-in"
PATIENCE = 600  # seconds to sign in at the issuer
CALLBACK = "/sign-in/callback"


def sign_in_routes(settings: WebSettings) -> APIRouter:
    """`GET /sign-in?to=/path`, its callback, and `POST /sign-out`, for the issuer of the settings."""
    router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)
    issuer = Issuer(settings)
    callback = settings.public_url + CALLBACK

    @router.get("/sign-in")
    async def sign_in(to: str = "/") -> Response:
        endpoints = await issuer.endpoints()
        begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        asked = {"response_type": "code", "client_id": issuer.client_id, "redirect_uri": callback}
        asked |= {"scope": "openid profile", "state": begun["state"], "nonce": begun["nonce"]}
        asked |= {"code_challenge": _challenge(begun["verifier"]), "code_challenge_method": "S256"}
        response = RedirectResponse(f"{endpoints['authorization_endpoint']}?{urlencode(asked)}", 303)
        sealed = seal(settings, PURPOSE, {**begun, "to": way_back(to)}, PATIENCE)
        response.set_cookie(settings.cookie(PURPOSE), sealed, max_age=PATIENCE, **settings.cookie_rules())
        return response

    @router.get(CALLBACK)
    async def signed_in_at_issuer(request: Request, state: str = "", code: str = "") -> Response:
        begun = unseal(settings, PURPOSE, request.cookies.get(settings.cookie(PURPOSE)))
        if begun is None or not secrets.compare_digest(begun["state"].encode(), state.encode("utf-8", "replace")):
            raise _start_over()
        if not code:
            raise Problem(403, "sign_in_declined", sv("Du blev inte inloggad"))
        claims = await issuer.identity(code, begun["verifier"], begun["nonce"], callback)
        response = RedirectResponse(begun["to"], 303)
        begin(response, settings, _user(claims))
        end(response, settings, PURPOSE)
        return response

    @router.post("/sign-out")
    async def sign_out() -> Response:
        response = RedirectResponse("/", 303)
        end(response, settings)
        return response

    return router


def _user(claims: dict[str, Any]) -> User:
    roles = claims.get("roles") or []
    return User(
        sub=str(claims["sub"]),
        name=str(claims.get("name") or ""),
        roles=frozenset(map(str, roles if isinstance(roles, list) else str(roles).split())),
        municipality=str(claims["municipality"]) if claims.get("municipality") else None,
        unit=_unit(claims.get("unit")),
    )


def _unit(claimed: Any) -> str | None:
    if claimed is not None and not isinstance(claimed, str):
        raise Problem(
            403,
            "unit_unreadable",
            sv("Inloggningen gick inte igenom"),
            sv(
                "Den säger inte i text vilken nämnd eller vilket bolag du hör till. Den som sköter inloggningen kan rätta det."
            ),
        )
    return claimed or None


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _start_over() -> Problem:
    return Problem(
        403,
        "sign_in_expired",
        sv("Inloggningen gick inte igenom"),
        sv("Den tog för lång tid eller började i en annan flik."),
    )
