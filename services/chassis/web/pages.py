"""A page for a request: in the reader's language, with the form protection and the signed-in user at hand."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.web import csrf
from chassis.web.catalogues import SOURCE, Translator
from chassis.web.sessions import signed_in
from chassis.web.settings import WebSettings
from chassis.web.templates import Templates

YEAR = 365 * 24 * 3600


def page(
    request: Request, name: str, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
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


def language(request: Request) -> str:
    """What the reader reads: `?lang=`, else the cookie, else Accept-Language, else Swedish."""
    settings: WebSettings = request.app.state.web
    spoken = request.app.state.templates.languages
    for chosen in (request.query_params.get("lang"), request.cookies.get(settings.cookie("language"))):
        if chosen in spoken:
            return str(chosen)
    return next((code for code in _accepted(request) if code in spoken), SOURCE)


def translator(request: Request) -> Translator:
    """`t = translator(request)`: what templates call `t`."""
    templates: Templates = request.app.state.templates
    return templates.translator(language(request))


def _accepted(request: Request) -> list[str]:
    """Accept-Language's main codes, most wanted first; what cannot be read is passed over."""
    wanted = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        code, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), code.split("-")[0].lower()))
        except ValueError:
            continue
    return [code for _, code in sorted(wanted, key=lambda pair: pair[0])]


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
