"""Who is at the other end: a person or a program, and in which language they read."""

from fastapi.datastructures import DefaultPlaceholder
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.web.catalogues import SOURCE, Translator
from chassis.web.settings import WebSettings
from chassis.web.templates import Templates


def wants_page(request: Request) -> bool:
    """Whether a person reads: not a script, and the route gives HTML or HTML is asked for before JSON."""
    if request.headers.get("sec-fetch-mode") in ("cors", "same-origin"):
        return False
    return gives_page(request) or "text/html" in request.headers.get("accept", "").partition("json")[0]


def gives_page(request: Request) -> bool:
    """Whether the request's route is one of a person's: its `response_class` is HTML."""
    gives = getattr(request.scope.get("route"), "response_class", None)
    gives = gives.value if isinstance(gives, DefaultPlaceholder) else gives
    return isinstance(gives, type) and issubclass(gives, HTMLResponse)


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
