"""What every request passes before the routes, as plain ASGI: trace and log, headers, faults, gate."""

import time
from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.web.answers import answer
from chassis.web.catalogues import sv
from chassis.web.problems import Problem, general
from chassis.web.settings import WebSettings, origin_of


class Trace:
    """Continues the caller's W3C trace or begins one, and logs the request by its route's template only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        token = telemetry.set_traceparent(Headers(scope=scope).get("traceparent"))
        started, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                trace = (b"traceresponse", telemetry.current_traceparent().encode())
                message = {**message, "headers": [*message["headers"], trace]}
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except BaseException:
            status = status or 500
            raise
        finally:
            seconds, route = time.perf_counter() - started, route_template(scope)
            telemetry.REQUESTS.labels(scope["method"], route, status).observe(seconds)
            telemetry.log.info(
                "request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1)
            )
            telemetry.reset_traceparent(token)


def route_template(scope: MutableMapping[str, Any]) -> str:
    """`/letters/{token}`, never the address itself: that may hold a token. `-` where no route matched."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path", None) or "-"


class SecurityHeaders:
    """What browsers may do with our answers: no inline script or style, no frames, no caching unless said."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        self.headers = [(name.encode(), value.encode()) for name, value in _headers(settings)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                own = [header for header in self.headers if header[0] not in said]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        await self.app(scope, receive, guarded)


def _headers(settings: WebSettings) -> Iterable[tuple[str, str]]:
    connect = " ".join(("'self'", *settings.connect_to))
    # browsers hold redirects after a form to this: one sent when the session has ended goes on to the issuer
    forms = " ".join(("'self'", *([origin_of(settings.oidc_issuer)] if settings.oidc_issuer else [])))
    yield (
        "content-security-policy",
        f"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src {connect}; form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
    )
    if settings.https:
        yield "strict-transport-security", "max-age=31536000; includeSubDomains"
    yield "x-content-type-options", "nosniff"
    yield "referrer-policy", "no-referrer"
    yield "cross-origin-opener-policy", "same-origin"
    yield "permissions-policy", "camera=(), geolocation=(), microphone=()"
    yield "cache-control", "no-store"


class Faults:
    """Tells every exception that no route handled as a problem: inside the headers and the log, unlike Starlette's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            telemetry.log.info("client_left", route=route_template(scope))
        except Exception as error:
            response = await answer(Request(scope, receive), error)
            if begun:
                raise  # half an answer has left: only breaking off is honest now
            await response(scope, receive, send)


class Gate:
    """Lets in requests for our own hosts, without NUL in the address, with bodies up to the limit (bytes)."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        self.hosts = settings.hosts
        self.max_body = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _host(headers.get("host", "")) not in self.hosts:
            raise Problem(421, "unknown_host", sv("Den adressen svarar vi inte på"))
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem(400, "unreadable_address", sv("Adressen går inte att läsa"))
        if int(headers.get("content-length") or 0) > self.max_body:
            raise self._too_large()
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body:
                raise self._too_large()
            return message

        await self.app(scope, limited, send)

    def _too_large(self) -> Problem:
        # the rest of the body is not read, so the connection cannot be used again
        close = {"Connection": "close"}
        return general(413, headers=close, max_bytes=self.max_body)


def _host(value: str) -> str:
    name, colon, port = value.rpartition(":")
    return (name if colon and port.isdigit() else value).lower()
