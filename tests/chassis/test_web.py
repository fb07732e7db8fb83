"""The door itself: problems in one shape, headers, hosts, limits, log; and strict text."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import hypothesis
import pytest
import structlog.testing
from fastapi import APIRouter
from hypothesis import strategies as st

from chassis.web import create_web, new_key
from websample import KEY, TOKEN, application, browser, settings

PAGE = {"accept": "text/html,application/xhtml+xml"}
HOUSEHOLD = {"adults": [{"name": "Malva"}]}

HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "deep nesting": (b'{"adults":' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "json_too_deep"),
    "a little too deep": (b'{"adults":[],"home":{"a":' + b"[" * 40 + b"]" * 40 + b"}}", 400, "json_too_deep"),
    "a million digits": (b'{"adults":[{"name":"A","rooms":' + b"9" * 60000 + b"}]}", 400, "json_number_too_large"),
    "bad UTF-8": (b'{"adults":[{"name":"\xff\xfe"}]}', 400, "json_not_utf8"),
    "NaN": (b'{"adults":[{"name":"A","rooms":NaN}]}', 400, "json_not_a_number"),
    "infinite": (b'{"adults":[{"name":"A","rooms":1e999}]}', 400, "json_number_too_large"),
    "lone surrogate": (b'{"adults":[{"name":"\\ud800"}]}', 400, "unstorable_text"),
    "surrogate as key": (b'{"adults":[],"\\udfff":1}', 400, "unstorable_text"),
    "NUL": (b'{"adults":[{"name":"a\\u0000b"}]}', 400, "unstorable_text"),
    "duplicate key": (b'{"adults":[],"adults":[]}', 400, "json_duplicate_key"),
    "extra field": (b'{"adults":[],"admin":true}', 422, "invalid_input"),
    "not JSON": (b'{"adults":', 400, "json_invalid"),
    "too large": (b'{"note":"' + b"a" * 70000 + b'"}', 413, "too_large"),
}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with browser(application()) as client:
        yield client


async def post(client: httpx.AsyncClient, content: Any, path: str = "/api/households") -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return await client.post(path, content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize("case", HOSTILE)
async def test_hostile_json_is_refused_by_name(client: httpx.AsyncClient, case: str) -> None:
    body, status, code = HOSTILE[case]
    response = await post(client, body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_body_in_pieces_is_limited_too(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 1000

    response = await client.post("/api/households", content=pieces(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


async def test_faults_point_into_the_body_and_never_quote_it(client: httpx.AsyncClient) -> None:
    response = await post(client, {"adults": [{"name": "Malva"}, {"name": "x" * 21, "rooms": "Ask Ek"}], "a/b~": 1})
    problem = response.json()
    assert problem["title"] == "Något i det du skickade stämmer inte"
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [
        ("/adults/1/name", "text_too_long"),
        ("/adults/1/rooms", "int_parsing"),
        ("/a~1b~0", "extra_forbidden"),
    ]
    assert problem["errors"][0]["detail"] == "Skriv högst 20 tecken"
    assert "Ask Ek" not in response.text


async def test_the_name_of_a_unions_branch_is_no_part_of_a_pointer(client: httpx.AsyncClient) -> None:
    response = await post(client, {"kind": "job"}, "/api/opportunities")
    assert {e["pointer"] for e in response.json()["errors"]} == {"/title", "/kind"}


async def test_a_fault_in_the_address_names_its_parameter(client: httpx.AsyncClient) -> None:
    problem = (await client.get("/api/letters/abc?limit=many")).json()
    assert problem["errors"] == [
        {"code": "int_parsing", "parameter": "limit", "detail": problem["errors"][0]["detail"]}
    ]


@hypothesis.settings(max_examples=150, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(codec=None), max_size=30),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["adults", "name", "note", "home"]), inner),
    )
)
async def test_no_body_whatever_makes_the_service_fail(content: Any) -> None:
    async with browser(application()) as client:
        response = await post(client, content)
        assert response.status_code < 500
        assert response.json()["code" if response.status_code >= 400 else "adults"] is not None


async def test_text_is_composed_and_stripped(client: httpx.AsyncClient) -> None:
    response = await post(client, {"adults": [{"name": " A\u030asa\t"}], "note": "en\r\ntvå"})
    assert response.json() == {"adults": [{"name": "Åsa", "rooms": 1}], "note": "en\ntvå", "home": None}


@pytest.mark.parametrize("name", ["a\u0007b", "a\nb", "a\u0085b", "a\u2028b", "a\u202eb", "  "])
async def test_text_that_would_show_as_something_else_is_refused(client: httpx.AsyncClient, name: str) -> None:
    assert (await post(client, {"adults": [{"name": name}]})).status_code == 422


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("bug", 500, "unexpected_error"),
        ("asyncpg", 503, "unavailable"),
        ("sqlalchemy", 503, "unavailable"),
        ("nowhere", 503, "unavailable"),
        ("slow", 503, "unavailable"),
        ("file", 500, "unexpected_error"),
    ],
)
async def test_our_own_faults_are_problems_and_are_logged_without_their_words(
    client: httpx.AsyncClient, how: str, status: int, code: str
) -> None:
    with structlog.testing.capture_logs() as log:
        response = await client.get(f"/api/fails/{how}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert ("retry-after" in response.headers) == (status == 503)
    assert len(response.json()["trace"]) == 32
    assert response.headers["x-content-type-options"] == "nosniff"
    assert [line["event"] for line in log] == ["request_failed", "request"]
    assert "Malva" not in str(log) + response.text
    assert "0701234567" not in str(log)


async def test_a_services_own_problem_is_told_with_its_members(client: httpx.AsyncClient) -> None:
    problem = (await client.get("/api/fails/taken")).json()
    assert {k: problem[k] for k in ("type", "status", "code", "title", "detail", "left")} == {
        "type": "urn:inflytt:problem:place_taken",
        "status": 409,
        "code": "place_taken",
        "title": "Platsen är tagen",
        "detail": "Kvar: 0",
        "left": 0,
    }


async def test_problems_speak_the_readers_language(client: httpx.AsyncClient) -> None:
    swedish = await client.get("/api/nothing")
    english = await client.get("/api/nothing", headers={"accept-language": "de, en-GB;q=0.8, sv;q=0.5"})
    assert (swedish.json()["title"], english.json()["title"]) == ("Det finns inget här", "There is nothing here")


async def test_who_reads_pages_gets_a_page(client: httpx.AsyncClient) -> None:
    response = await client.get("/nothing", headers={**PAGE, "accept-language": "en"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>There is nothing here</h1>" in response.text


async def test_a_method_that_does_not_fit_says_which_do(client: httpx.AsyncClient) -> None:
    response = await client.request("TRACE", "/api/households")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/api/me", "/form", "/nothing", "/api/fails/bug"):
        headers = (await client.get(path)).headers
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers


async def test_https_is_remembered() -> None:
    async with browser(application(https=True)) as client:
        assert "max-age=31536000" in (await client.get("/form")).headers["strict-transport-security"]


async def test_another_host_is_not_answered(client: httpx.AsyncClient) -> None:
    assert (await client.get("/form", headers={"host": "evil.test"})).status_code == 421
    assert (await client.get("/form", headers={"host": "Intake.test:8001"})).status_code == 200


async def test_a_nul_in_the_address_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/letters/a%00b")).status_code == 400
    assert (await client.get("/api/letters/a?limit=%00")).status_code == 400


async def test_no_documentation_on_the_public_port(client: httpx.AsyncClient) -> None:
    assert {(await client.get(p)).status_code for p in ("/docs", "/redoc", "/openapi.json")} == {404}


async def test_the_log_has_the_route_and_the_callers_trace_but_no_token(client: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    with structlog.testing.capture_logs() as log:
        response = await client.get(
            "/api/letters/hemlig?limit=7", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
        )
    assert response.headers["traceresponse"].split("-")[1] == trace
    (line,) = log
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/letters/{token}", 200)
    assert "hemlig" not in str(log)
    assert "limit" not in str(log)


async def test_partners_come_in_by_key_and_services_by_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/partner", headers={"authorization": f"Bearer {KEY}"})).json() == {"who": "lulebo"}
    assert (await client.get("/api/internal", headers={"authorization": f"bearer {TOKEN}"})).json() == {"ok": True}
    for path in ("/api/partner", "/api/internal"):
        for wrong in ({}, {"authorization": "Bearer " + new_key("pk")}, {"authorization": "Basic abc"}):
            response = await client.get(path, headers=wrong)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith('Bearer realm="intake"')


def test_a_route_that_reads_json_loosely_does_not_start() -> None:
    loose = APIRouter()

    @loose.get("/loose")
    async def reads_loosely() -> None: ...

    with pytest.raises(TypeError, match="/loose"):
        create_web("intake", [loose], settings=settings())


async def test_static_files_are_kept_for_ever_by_their_content() -> None:
    app = application()
    async with browser(app) as client:
        address = app.state.templates.shelf.url("base.css")
        found = await client.get(address)
        old = await client.get("/static/0000000000000000/base.css")
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["content-type"].startswith("text/css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    assert old.content == found.content
