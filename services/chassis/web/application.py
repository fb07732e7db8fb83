"""A service's HTTP door: routers behind the same doorway, with problems, form protection, sign-in and static files."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Lifespan

from chassis.web.answers import answer
from chassis.web.doorway import Faults, Gate, SecurityHeaders, Trace
from chassis.web.settings import WebSettings
from chassis.web.signin import sign_in_routes
from chassis.web.templates import Templates
from chassis.web.text import StrictRoute


def create_web(
    name: str,
    routers: Sequence[APIRouter],
    *,
    settings: WebSettings,
    templates: Templates | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
    state: dict[str, Any] | None = None,
) -> FastAPI:
    """The application of service `name`: `state` becomes `app.state.<key>`, beside `web` (settings) and `templates`.

    Every route must be a `StrictRoute` (TypeError). Sign-in is there where the settings name an issuer.
    """
    app = FastAPI(
        title=name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers={HTTPException: answer, RequestValidationError: answer},
        middleware=_doorway(settings),
        # its spans and logs would hold what people wrote; ours are in chassis.telemetry
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    templates = templates or Templates()
    for key, value in {**(state or {}), "web": settings, "templates": templates}.items():
        setattr(app.state, key, value)
    app.add_api_route("/static/{digest}/{name:path}", templates.shelf.serve, include_in_schema=False)
    for router in [*routers, *([sign_in_routes(settings)] if settings.oidc_issuer else [])]:
        app.include_router(router)
        _all_strict(router)
    return app


def _doorway(settings: WebSettings) -> list[Middleware]:
    """Outermost first. Cross-origin reading is only for the origins the settings trust."""
    fragments = Middleware(
        CORSMiddleware,
        allow_origins=settings.trusted_origins,
        allow_credentials=True,
        allow_methods=["GET", "POST"],
        allow_headers=["content-type", "accept-language", "traceparent"],
    )
    return [
        Middleware(Trace),
        Middleware(SecurityHeaders, settings=settings),
        *([fragments] if settings.trusted_origins else []),
        Middleware(Faults),
        Middleware(Gate, settings=settings),
    ]


def _all_strict(router: APIRouter) -> None:
    for found in iter_route_contexts(router.routes):
        route = found.original_route
        if isinstance(route, APIRoute) and not isinstance(route, StrictRoute):
            raise TypeError(f"{found.path}: use APIRouter(route_class=StrictRoute)")
