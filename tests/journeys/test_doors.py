"""No door without its credential; errors that say what to do; nothing acts on GET."""

import importlib
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.service import Service
from inflytt import local
from inflytt.local.processes import SERVICES

PUBLIC = {
    ("intake", "/"),
    ("intake", "/anmal"),
    ("intake", "/anmal/tack"),
    ("intake", "/api/interests"),  # people's own door: rate and shape are checked, not who they are
    ("intake", "/bekrafta/{token}"),  # the token is the credential
    ("intake", "/raderad"),
    ("reporting", "/"),
    ("reporting", "/mal"),
    ("reporting", "/mal/{goal}"),
    ("reporting", "/mal/{goal}/uppdrag/{number}"),
    ("reporting", "/mal/{goal}/matris"),
    ("reporting", "/mal/{goal}/uppdrag.{kind}"),
    ("reporting", "/indikatorer"),
    ("reporting", "/indikatorer/{indicator_id}"),
    ("reporting", "/rapporter/{programme}/{per}/{name}"),
    ("reporting", "/data/hushall.{kind}"),
    ("reporting", "/jamfor"),
}
PEOPLE = {"/min-sida/{token}"}  # and what is under it: the token is the credential


def doors() -> list[tuple[str, str, str]]:
    """Every service's routes, as (service, method, path)."""
    found = []
    for name in SERVICES:
        service: Service[Any] = importlib.import_module(f"{name}.app").service
        for router in service.routers:
            for context in iter_route_contexts(router.routes):
                route = context.original_route
                if isinstance(route, APIRoute):
                    found += [(name, method, context.path) for method in sorted(route.methods or ())]
    return found


def filled(path: str) -> str:
    """The path with a made-up value for each parameter."""
    for name in ("token", "interest_id", "match_id", "offer_id", "opportunity_id"):
        path = path.replace(f"{{{name}}}", "t" * 43 if name == "token" else str(uuid4()))
    return path.replace("{number}", "1").replace("{per}", "2026-08-31").replace("{kind}", "csv")


@pytest.mark.parametrize(("service", "method", "path"), doors())
def test_no_door_opens_without_its_credential(platform: local.Platform, service: str, method: str, path: str) -> None:
    answer = httpx.request(method, platform.urls[service] + filled(path), json={} if method == "POST" else None)
    assert answer.status_code < 500, answer.text
    if (service, path) in PUBLIC and method == "GET":
        assert answer.status_code in (200, 404)
    elif (service, path) in PUBLIC:
        assert answer.status_code in (400, 403, 404, 422)
    elif any(path.startswith(own) for own in PEOPLE):
        assert answer.status_code in (403, 404)
    else:
        refused = answer.status_code in (401, 403) or "/sign-in" in answer.headers.get("location", "")
        assert refused, f"{method} {path} answered {answer.status_code}"


@pytest.mark.parametrize("service", ["intake", "matching", "reporting"])
def test_health_and_metrics_stand_on_a_port_of_their_own(platform: local.Platform, service: str) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        assert httpx.get(platform.urls[service] + path).status_code == 404
        assert httpx.get(platform.admin[service] + path).status_code == 200
    assert httpx.get(platform.urls[service] + "/docs").status_code == 404


HOSTILE = [
    b'{"municipality": NaN}',
    b'{"municipality": "\\ud800"}',
    b'{"municipality": "a\\u0000b"}',
    b'{"a": 1, "a": 2}',
    b"[" * 5000 + b"]" * 5000,
    b"\xff\xfe{}",
    b'{"municipality": ' + b"9" * 5000 + b"}",
    b"",
    b"null",
    b'{"municipality": "2580", "adults": [' + b"{}," * 2000 + b"{}]}",
    b'{"municipality": "' + b"x" * 100_000 + b'"}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", ["/api/interests", "/partner/vacancies", "/internal/keys"])
def test_hostile_bodies_get_a_problem_that_a_machine_can_read(platform: local.Platform, path: str, body: bytes) -> None:
    key = platform.partner_keys["norrverk"] if path.startswith("/partner") else platform.service_token
    headers = {"content-type": "application/json", "Idempotency-Key": f'"{uuid4()}"', "Authorization": f"Bearer {key}"}
    answer = httpx.post(platform.intake + path, content=body, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == answer.status_code
    assert problem["code"]
    assert problem["title"]


def test_a_form_from_elsewhere_is_refused(platform: local.Platform) -> None:
    answer = httpx.post(
        platform.intake + "/anmal", data={"municipality": "2580"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
