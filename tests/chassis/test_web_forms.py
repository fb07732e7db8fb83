"""Forms only work when this service handed them out, to this browser."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from chassis.web.csrf import FIELD
from websample import application, browser

ME = {"origin": "http://intake.test"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with browser(application(trusted_origins=("http://desk.test",)), accept="text/html") as client:
        yield client


async def open_form(client: httpx.AsyncClient) -> dict[str, str]:
    """The hidden field of the page's form, with the cookie set in the client."""
    html = (await client.get("/form")).text
    found = re.search(rf'<input type="hidden" name="{FIELD}" value="([^"]+)">', html)
    assert found, html
    return {FIELD: found[1]}


async def test_a_form_from_our_page_is_taken(client: httpx.AsyncClient) -> None:
    response = await client.post("/form", data={**await open_form(client), "name": "Malva"}, headers=ME)
    assert (response.status_code, response.text) == (200, "Malva")


async def test_a_form_in_parts_is_taken_too(client: httpx.AsyncClient) -> None:
    fields = {**await open_form(client), "name": "Malva"}
    response = await client.post("/form", files={k: (None, v) for k, v in fields.items()})
    assert (response.status_code, response.text) == (200, "Malva")


async def test_two_open_pages_share_the_browsers_cookie(client: httpx.AsyncClient) -> None:
    first, second = await open_form(client), await open_form(client)
    for token in (first, second):
        assert (await client.post("/form", data={**token, "name": "a"}, headers=ME)).status_code == 200


async def test_a_form_without_its_token_gets_a_page_that_says_so(client: httpx.AsyncClient) -> None:
    await open_form(client)
    for data in ({"name": "a"}, {"name": "a", FIELD: "a.b"}, {"name": "a", FIELD: "å"}):
        response = await client.post("/form", data=data, headers=ME)
        assert response.status_code == 403
        assert "Formuläret är för gammalt" in response.text


async def test_a_form_with_a_nul_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/form", data={**await open_form(client), "name": "a\0b"}, headers=ME)
    assert response.status_code == 400


async def test_another_browsers_token_does_not_fit(client: httpx.AsyncClient) -> None:
    await open_form(client)
    async with browser(application()) as other:
        theirs = await open_form(other)
    assert (await client.post("/form", data={**theirs, "name": "a"}, headers=ME)).status_code == 403


@pytest.mark.parametrize("foreign", [{"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}])
async def test_another_sites_request_is_refused_even_with_a_token(
    client: httpx.AsyncClient, foreign: dict[str, str]
) -> None:
    data = {**await open_form(client), "name": "a"}
    assert (await client.post("/form", data=data, headers=foreign)).status_code == 403
    assert (await client.post("/api/households", json={"adults": []}, headers=foreign)).status_code == 403


async def test_a_trusted_origin_may_call_with_the_readers_cookies(client: httpx.AsyncClient) -> None:
    desk = {"origin": "http://desk.test"}
    response = await client.post("/api/households", json={"adults": []}, headers=desk)
    assert response.status_code == 201
    assert response.headers["access-control-allow-origin"] == "http://desk.test"
    assert response.headers["access-control-allow-credentials"] == "true"


async def test_machines_may_post_where_an_endpoint_is_open_to_them(client: httpx.AsyncClient) -> None:
    response = await client.post("/stop/abc", data={"List-Unsubscribe": "One-Click"})
    assert (response.status_code, response.text) == (200, "stopped")


async def test_cookies_are_named_per_service_and_bound_to_the_host_with_https() -> None:
    async with browser(application(https=True)) as client:
        (cookie,) = (await client.get("/form")).headers.get_list("set-cookie")
    assert cookie.startswith("__Host-intake-form=")
    assert "; HttpOnly; Path=/; SameSite=lax; Secure" in cookie
