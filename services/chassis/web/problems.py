"""What went wrong, as RFC 9457 tells it: every exception becomes one `Problem` with a machine-readable code."""

import socket
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

import asyncpg
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from chassis.web.catalogues import sv

RETRY_AFTER = 5  # seconds
# SQLSTATEs that pass by themselves: connection, resources, shutdown, serialization, deadlock, idle transaction
AWAY = ("08", "53", "57P", "40001", "40P01", "25P03")

# status: (code, title, detail)
GENERAL: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", sv("Det du skickade går inte att läsa"), ""),
    401: ("not_signed_in", sv("Du behöver logga in"), ""),
    403: ("forbidden", sv("Du får inte göra det här"), ""),
    404: ("not_found", sv("Det finns inget här"), sv("Länken kan vara gammal, eller fel avskriven.")),
    405: ("method_not_allowed", sv("Så går det inte att göra här"), ""),
    408: ("request_timeout", sv("Det tog för lång tid att ta emot"), ""),
    409: ("conflict", sv("Någon annan hann före"), ""),
    410: ("gone", sv("Det finns inte längre"), ""),
    413: ("too_large", sv("Det är för stort"), ""),
    415: ("unsupported_media_type", sv("Det formatet tar vi inte emot"), ""),
    422: ("invalid_input", sv("Något i det du skickade stämmer inte"), ""),
    429: ("too_many_requests", sv("Det var många försök på kort tid"), sv("Vänta en stund och försök igen.")),
    500: ("unexpected_error", sv("Något gick fel hos oss"), sv("Felet är antecknat. Försök gärna igen om en stund.")),
    503: ("unavailable", sv("Tjänsten svarar inte just nu"), sv("Försök igen om en stund.")),
}


class Fault(TypedDict):
    """One thing wrong: `pointer` (RFC 6901) into the body, or the `parameter` of the address or header."""

    code: str
    detail: str
    pointer: NotRequired[str]
    parameter: NotRequired[str]
    values: NotRequired[dict[str, Any]]


class Problem(HTTPException):
    """Raise it anywhere in a request: it becomes `application/problem+json`, or a page for those who read pages.

    `title` and `detail` are Swedish texts that are translated when answered (`%(name)s` takes from `extra`);
    `errors` list single faults; `page_goes_to` sends those who read pages on instead; `extra` are more members.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str = "",
        detail: str = "",
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        page_goes_to: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(status, detail or title or code, dict(headers) if headers else None)
        general = GENERAL.get(status)
        self.status = status
        self.code = code
        self.title = title or (general[1] if general else HTTPStatus(status).phrase)
        self.text = detail
        self.errors = list(errors)
        self.page_goes_to = page_goes_to
        self.extra = extra


def problem_of(error: Exception) -> Problem:
    """The problem an exception is told as. Never holds what the sender sent."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        faults = [_fault(found, error.body) for found in error.errors()]
        unreadable = any(found["type"] == "json_invalid" for found in error.errors())
        return Problem(400, "json_invalid", errors=faults) if unreadable else general(422, errors=faults)
    if isinstance(error, HTTPException):
        return _of_status(error)
    return general(503, headers={"Retry-After": str(RETRY_AFTER)}) if unavailable(error) else general(500)


def general(status: int, **more: Any) -> Problem:
    """The usual problem of a status, with its usual words."""
    code, title, detail = GENERAL[status]
    return Problem(status, code, title, detail, **more)


def _of_status(error: HTTPException) -> Problem:
    phrase = HTTPStatus(error.status_code).phrase
    code, title, detail = GENERAL.get(error.status_code, (phrase.lower().replace(" ", "_"), phrase, ""))
    said = str(error.detail) if error.detail and error.detail not in (phrase, "Content Too Large") else ""
    return Problem(error.status_code, code, title, said or detail, headers=error.headers)


def unavailable(error: BaseException) -> bool:
    """Whether the database (or what we connect to) is away, rather than the code wrong. Follows causes."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ConnectionError | TimeoutError | socket.gaierror | PoolTimeout) or _broken(seen):
            return True
        seen = seen.__cause__
    return False


def _broken(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if type(error) is OSError:
        return error.errno is None  # asyncio tells of several refused addresses so
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    return str(getattr(error, "sqlstate", None)).startswith(AWAY)


def _fault(found: Mapping[str, Any], body: Any) -> Fault:
    place, *path = found["loc"]
    fault = Fault(code=str(found["type"]), detail=_clean(str(found["msg"])))
    if isinstance(values := found.get("ctx"), dict):
        fault["values"] = {k: v for k, v in values.items() if isinstance(v, int) and not isinstance(v, bool)}
    if place == "body":
        fault["pointer"] = pointer(path, body) if found["type"] != "json_invalid" else ""
    else:
        fault["parameter"] = _clean("/".join(map(str, path)))
    return fault


def pointer(path: Sequence[Any], body: Any) -> str:
    """RFC 6901 pointer to where `path` leads in `body`; a union branch's name, which is not in the body, falls out."""
    steps = []
    for number, step in enumerate(path):
        last = number == len(path) - 1
        if isinstance(body, Mapping) and (step in body or last):
            body = body.get(step)
        elif isinstance(body, Sequence) and not isinstance(body, str | bytes) and isinstance(step, int):
            body = body[step] if step < len(body) else None
        elif isinstance(body, Mapping | Sequence):
            continue
        steps.append(_clean(str(step)).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)


def _clean(text: str) -> str:
    """Without lone surrogates, which no JSON or UTF-8 may hold, and not longer than a sentence."""
    return text.encode("utf-8", "replace").decode("utf-8")[:300]
