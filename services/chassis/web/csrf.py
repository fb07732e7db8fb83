"""Protection of forms: a signed token bound to a cookie of this service, and where the browser says it came from."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from itsdangerous import BadSignature, Signer
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from chassis.web.catalogues import sv
from chassis.web.problems import Problem
from chassis.web.reader import gives_page
from chassis.web.settings import WebSettings

FIELD = "csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def open_to_machines(endpoint: Endpoint) -> Endpoint:
    """Marks an endpoint that machines post forms to (one-click unsubscribe, a provider's callback): needs no token.

    Only for endpoints whose right lies in the address or a signature, never in a cookie.
    """
    endpoint.__open_to_machines__ = True  # type: ignore[attr-defined]
    return endpoint


async def protect(request: Request) -> None:
    """What every request passes (StrictRoute): refuses forms that this service did not hand out, with 403."""
    if request.method in _SAFE or request.headers.get("authorization", "").lower().startswith("bearer "):
        return
    if getattr(getattr(request.scope.get("route"), "endpoint", None), "__open_to_machines__", False):
        return
    settings: WebSettings = request.app.state.web
    if not _from_here(request, settings):
        raise _refusal("foreign_form")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS or (not kind and gives_page(request)):
        form = await request.form()
        if not _valid(request, settings, form.get(FIELD)):
            raise _refusal("form_token_missing")


def field(request: Request) -> Markup:
    """The hidden field every form has: `<form method="post">{{ csrf_field() }}`."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(request))


def token(request: Request) -> str:
    """The token for this browser; `remember` must set the cookie on the answer, as `page()` does."""
    settings: WebSettings = request.app.state.web
    known = request.cookies.get(settings.cookie("form"))
    if known is None or len(known) < 32:
        known = getattr(request.state, "form_cookie", None) or secrets.token_urlsafe(24)
        request.state.form_cookie = known
    return _signer(settings).sign(known).decode()


def remember(request: Request, response: Response) -> None:
    settings: WebSettings = request.app.state.web
    if fresh := getattr(request.state, "form_cookie", None):
        response.set_cookie(settings.cookie("form"), fresh, **settings.cookie_rules())


def _valid(request: Request, settings: WebSettings, given: Any) -> bool:
    cookie = request.cookies.get(settings.cookie("form"), "")
    try:
        signed = _signer(settings).unsign(given if isinstance(given, str) else "")
    except (BadSignature, UnicodeError):
        return False
    return secrets.compare_digest(signed, cookie.encode("utf-8", "replace"))


def _from_here(request: Request, settings: WebSettings) -> bool:
    """By Origin where the browser sends it, else by Sec-Fetch-Site; a client that sends neither is no browser."""
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        return origin in (settings.origin, *settings.trusted_origins)
    return request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def _signer(settings: WebSettings) -> Signer:
    return Signer(settings.cookie_secret.get_secret_value(), salt=f"{settings.name}/form", digest_method=hashlib.sha256)


def _refusal(code: str) -> Problem:
    return Problem(
        403,
        code,
        sv("Formuläret är för gammalt"),
        sv("Det var öppet för länge eller kom från en annan sida. Gå tillbaka, ladda om sidan och skicka igen."),
    )
