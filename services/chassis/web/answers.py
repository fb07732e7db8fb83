"""Answers every exception: as `application/problem+json`, or as a page for those who read pages."""

import json
import traceback
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis import telemetry
from chassis.web.catalogues import Translator, sv
from chassis.web.pages import page
from chassis.web.problems import Problem, problem_of
from chassis.web.reader import translator, wants_page

FAULTS = {
    "text_control_characters": sv("Texten har tecken som inte går att spara"),
    "text_too_short": sv("Skriv minst %(min)s tecken"),
    "text_too_long": sv("Skriv högst %(max)s tecken"),
    "missing": sv("Saknas"),
    "extra_forbidden": sv("Finns inte här"),
}


async def answer(request: Request, error: Exception) -> Response:
    """The response for an exception; unexpected ones are logged by type and place, never by what they held."""
    problem = problem_of(error)
    if problem.status >= 500:
        telemetry.log.error("request_failed", status=problem.status, code=problem.code, **_anatomy(error))
    response = _page(request, problem) if wants_page(request) else _json(request, problem)
    response.headers.update(problem.headers or {})
    return response


def _page(request: Request, problem: Problem) -> Response:
    if problem.page_goes_to:
        return RedirectResponse(problem.page_goes_to, 303)
    t = translator(request)
    return page(
        request,
        "error.html",
        status=problem.status,
        title=t(problem.title),
        detail=_detail(t, problem),
        trace=telemetry.trace_id(),
    )


def _json(request: Request, problem: Problem) -> Response:
    t = translator(request)
    told: dict[str, Any] = {"type": f"urn:inflytt:problem:{problem.code}", "title": t(problem.title)}
    told |= {"status": problem.status, "code": problem.code, "trace": telemetry.trace_id()}
    if detail := _detail(t, problem):
        told["detail"] = detail
    if problem.errors:
        told["errors"] = [_fault(t, dict(fault)) for fault in problem.errors]
    body = json.dumps({**problem.extra, **told}, ensure_ascii=False, allow_nan=False, default=str)
    return Response(body.encode("utf-8", "replace"), problem.status, media_type="application/problem+json")


def _detail(t: Translator, problem: Problem) -> str:
    return t(problem.text, **problem.extra) if problem.text else ""


def _fault(t: Translator, fault: dict[str, Any]) -> dict[str, Any]:
    values = fault.pop("values", {})
    return {**fault, "detail": t(FAULTS.get(fault["code"], fault["detail"]), **values)}


def _anatomy(error: BaseException) -> dict[str, Any]:
    """Types and places of an exception and its causes: messages may quote what a person wrote."""
    kinds: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(kinds) < 5:
        kinds.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        seen = seen.__cause__ or seen.__context__
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return {"error": kinds, "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}
