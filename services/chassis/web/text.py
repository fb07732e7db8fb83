"""Strict text and strict JSON: what cannot be stored, shown or read in one way only is refused at the door."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi.routing import APIRoute
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chassis.web import csrf
from chassis.web.catalogues import sv
from chassis.web.problems import Problem

MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # may make a text read as another
_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


@dataclass(frozen=True)
class StrictText:
    """The rule `text()` puts on a `str`: see there."""

    max: int
    lines: bool
    min: int

    def __call__(self, value: str) -> str:
        value = value.replace("\t", " ")
        if self.lines:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        value = unicodedata.normalize("NFC", value).strip()
        if any(_forbidden(char, self.lines) for char in value):
            raise PydanticCustomError("text_control_characters", "Text may not hold control characters")
        if len(value) < self.min:
            raise PydanticCustomError("text_too_short", "Text needs at least {min} characters", {"min": self.min})
        if len(value) > self.max:
            raise PydanticCustomError("text_too_long", "Text may have at most {max} characters", {"max": self.max})
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "minLength": self.min, "maxLength": self.max}


def text(*, max: int, lines: bool = False, min: int = 1) -> StrictText:
    """The rule of a text in a model: `name: Annotated[str, text(max=80)]`.

    Composed (NFC), stripped, `min` to `max` characters; no control characters (a tab becomes a space; newlines
    only where `lines`), no NUL, no lone surrogates, nothing that turns the reading direction around.
    """
    return StrictText(max=max, lines=lines, min=min)


def _forbidden(char: str, lines: bool) -> bool:
    if char == "\n":
        return not lines
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI


def strict_json(body: bytes) -> Any:
    """A JSON body, read in the one way it can be meant. Raises a 400 `Problem` whose code says what was wrong."""
    try:
        found = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise _refusal("json_not_utf8", sv("JSON måste vara UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise _refusal(
            "json_invalid", sv("Det är inte JSON: fel vid tecken %(position)s."), position=error.pos
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH or _SUSPECT.search(body):
        _look_through(found)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refusal("json_duplicate_key", sv("Samma nyckel står två gånger i ett objekt."))
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _refusal("json_not_a_number", sv("NaN och Infinity är inte JSON."))


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > MAX_INTEGER:
        raise _refusal("json_number_too_large", sv("Ett tal är för stort."))
    return int(digits)


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise _refusal("json_number_too_large", sv("Ett tal är för stort."))
    return number


def _look_through(found: Any) -> None:
    """Level by level, without recursion: how deep it goes, and whether its texts are storable."""
    level = [found]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for value in level for inner in _within(value)]
        if not level:
            return
    raise _too_deep()


def _within(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return (*value.keys(), *value.values())
    if isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise _refusal("unstorable_text", sv("En text har ett NUL-tecken eller ett halvt tecken (surrogat)."))
    return value if isinstance(value, list) else ()


def _too_deep() -> Problem:
    return _refusal("json_too_deep", sv("JSON får ha högst %(depth)s nivåer."), depth=MAX_DEPTH)


def _refusal(code: str, detail: str, **extra: Any) -> Problem:
    return Problem(400, code, detail=detail, **extra)


class _StrictRequest(Request):
    async def json(self) -> Any:
        return strict_json(await self.body())

    async def _get_form(self, **limits: Any) -> FormData:  # what Request.form() and FastAPI's Form() both read
        form = await super()._get_form(**limits)
        for name, value in form.multi_items():
            _within(name)
            _within(value)
        return form


class StrictRoute(APIRoute):
    """The route class of every router, `APIRouter(route_class=StrictRoute)`: JSON passes `strict_json`, forms hold no NUL
    and are our own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            request = _StrictRequest(request.scope, request.receive)
            await csrf.protect(request)
            return await handle(request)

        return strictly
