"""A page for a request: in the reader's language, with the form protection and the signed-in user at hand."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.web import csrf
from chassis.web.reader import language
from chassis.web.sessions import signed_in
from chassis.web.settings import WebSettings
from chassis.web.templates import Templates

YEAR = 365 * 24 * 3600


def page(
    request: Request, name: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A template as the answer. Beside `context` it has `here` (path), `languages` (code, name, address, chosen),
    `csrf_field()`, `user` (`User` or None)."""
    templates: Templates = request.app.state.templates
    context = {
        "here": request.url.path,
        "languages": _switch(request, templates),
        "csrf_field": lambda: csrf.field(request),
        "user": signed_in(request),
        **context,
    }
    html = templates.render(name, language=language(request), **context)
    response = HTMLResponse(html, status, headers=headers)
    _remember(request, response)
    csrf.remember(request, response)
    return response


def _switch(request: Request, templates: Templates) -> list[tuple[str, str, str, bool]]:
    now = language(request)
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return [
        (code, name, "?" + urlencode([*kept, ("lang", code)], errors="replace"), code == now)
        for code, name in templates.languages.items()
    ]


def _remember(request: Request, response: HTMLResponse) -> None:
    settings: WebSettings = request.app.state.web
    if request.query_params.get("lang") in request.app.state.templates.languages:
        response.set_cookie(settings.cookie("language"), language(request), max_age=YEAR, **settings.cookie_rules())
