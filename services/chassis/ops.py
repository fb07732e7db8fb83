"""Health and metrics, on a port of their own: /livez, /readyz per role, /metrics."""

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[tuple[bool, str]]]


def ops_app(live: Mapping[str, Check], ready: Mapping[str, Check]) -> Starlette:
    """200 when every role's check says yes, else 503; the body says each role's state in words."""

    def answers(checks: Mapping[str, Check]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_: Request) -> Response:
            roles = {role: await check() for role, check in checks.items()}
            good = all(ok for ok, _ in roles.values())
            body = {"ok": good, "roles": {role: {"ok": ok, "state": state} for role, (ok, state) in roles.items()}}
            return JSONResponse(body, status_code=200 if good else 503)

        return answer

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/livez", answers(live)), Route("/readyz", answers(ready)), Route("/metrics", metrics)]
    return Starlette(routes=routes)
