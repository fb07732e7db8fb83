"""Coordinators sign in at an OpenID Connect issuer (a real one, in a process of its own); forged answers do not do."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chassis.web import sessions
from chassis.web.sessions import User, seal, unseal, way_back
from websample import application, browser, settings

VIDE = {"sub": "user-vide", "name": "Vide Björk", "roles": ["coordinator"], "municipality": "2580"}
ALM = {"sub": "user-alm", "name": "Alm", "roles": ["statistician"]}
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    claims = [part for user in (VIDE, ALM) for part in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *claims]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            httpx.get(address)
            break
        except httpx.TransportError:
            time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(10)


def with_issuer(address: str) -> httpx.AsyncClient:
    app = application(oidc_issuer=address, oidc_client_id="desk", oidc_client_secret=SecretStr("s" * 32), https=False)
    return browser(app, **HTML)


@pytest.fixture
async def client(issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    async with with_issuer(issuer) as client:
        yield client


async def approve(client: httpx.AsyncClient, sub: str, to: str = "/desk") -> str:
    """Begins at our door, says yes at the issuer's; gives the address the issuer sends the browser back to."""
    begun = await client.get("/sign-in", params={"to": to})
    assert begun.status_code == 303
    async with httpx.AsyncClient() as outside:
        answered = await outside.post(begun.headers["location"], data={"sub": sub})
    assert answered.status_code == 302, answered.text
    return str(answered.headers["location"])


async def test_a_coordinator_signs_in_comes_back_to_the_page_and_signs_out(client: httpx.AsyncClient) -> None:
    asked = await client.get("/desk?case=7")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?to=/desk%3Fcase%3D7")
    back = await client.get(await approve(client, "user-vide", "/desk?case=7"))
    assert (back.status_code, back.headers["location"]) == (303, "/desk?case=7")
    cookie = next(c for c in back.headers.get_list("set-cookie") if c.startswith("intake-session="))
    assert "HttpOnly; Max-Age=28800; Path=/; SameSite=lax" in cookie
    assert (await client.get("/desk")).text == "Vide Björk 2580"
    assert (await client.get("/api/me")).json() == {"sub": "user-vide"}

    html = (await client.get("/form")).text
    token = html.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await client.post("/sign-out")).status_code == 403
    assert (await client.post("/sign-out", data={"csrf": token})).status_code == 303
    assert (await client.get("/desk")).status_code == 303


async def test_who_is_not_signed_in_gets_401_from_an_api(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/me", headers={"accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    assert "www-authenticate" in response.headers


async def test_a_script_that_reads_a_page_is_not_sent_to_sign_in(client: httpx.AsyncClient) -> None:
    response = await client.get("/desk", headers={"sec-fetch-mode": "cors"})
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


async def test_another_role_is_not_enough(client: httpx.AsyncClient) -> None:
    await client.get(await approve(client, "user-alm"))
    assert (await client.get("/desk")).status_code == 403


async def test_an_answer_to_a_question_this_browser_did_not_ask_is_refused(client: httpx.AsyncClient) -> None:
    address = await approve(client, "user-vide")
    async with with_issuer("http://127.0.0.1:1") as other:
        assert (await other.get(address)).status_code == 403
    assert (await client.get(address.replace("state=", "state=x"))).status_code == 403
    assert (await client.get("/desk")).status_code == 303


async def test_a_code_works_once(client: httpx.AsyncClient) -> None:
    address = await approve(client, "user-vide")
    kept = client.cookies["intake-sign-in"]
    assert (await client.get(address)).status_code == 303
    client.cookies.set("intake-sign-in", kept, domain="intake.test", path="/")
    assert (await client.get(address)).status_code == 403


async def test_a_no_at_the_issuer_is_told(client: httpx.AsyncClient) -> None:
    begun = await client.get("/sign-in")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    response = await client.get("/sign-in/callback", params={"error": "access_denied", "state": state})
    assert response.status_code == 403
    assert "Du blev inte inloggad" in response.text


async def test_an_issuer_that_is_away_is_told() -> None:
    async with with_issuer("http://127.0.0.1:1") as client:
        response = await client.get("/sign-in")
    assert response.status_code == 503
    assert "Inloggningen svarar inte just nu" in response.text
    assert response.headers["retry-after"] == "5"


async def test_a_session_ends_after_a_workday_and_holds_only_in_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = settings(name="matching")
    async with browser(application()) as client:
        for service, good in ((settings(), True), (theirs, False)):
            sealed = seal(service, "session", VIDE, sessions.WORKDAY)
            client.cookies.set("intake-session", sealed, domain="intake.test", path="/")
            assert ((await client.get("/api/me")).status_code == 200) is good
        mine = seal(settings(), "session", VIDE, sessions.WORKDAY)
        client.cookies.set("intake-session", mine, domain="intake.test", path="/")
        later = time.time() + sessions.WORKDAY + 1
        monkeypatch.setattr(time, "time", lambda: later)
        assert (await client.get("/api/me")).status_code == 401


@pytest.mark.parametrize("to", ["//evil.test", "/\\evil.test", "http://evil.test", "evil", "/a\\b", "/a\nb", "", None])
def test_the_way_back_never_leads_to_another_site(to: str | None) -> None:
    assert way_back(to) == "/"
    assert way_back("/desk?case=7") == "/desk?case=7"


KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})


class Forger:
    """An issuer that answers every code with the token a test gives it."""

    address = ""
    token = ""

    def app(self) -> Starlette:
        async def discovery(request: Request) -> JSONResponse:
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
            return JSONResponse({"issuer": self.address} | {k: self.address + v for k, v in ends.items()})

        async def jwks(request: Request) -> JSONResponse:
            return JSONResponse(KeySet([KEY]).as_dict(private=False))

        async def token(request: Request) -> JSONResponse:
            return JSONResponse({"id_token": self.token, "token_type": "Bearer"})

        routes = [Route("/.well-known/openid-configuration", discovery), Route("/jwks", jwks)]
        return Starlette(routes=[*routes, Route("/token", token, methods=["POST"])])


@pytest.fixture(scope="module")
def forger() -> Iterator[Forger]:
    forger = Forger()
    server = uvicorn.Server(uvicorn.Config(forger.app(), host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    forger.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield forger
    server.should_exit = True
    thread.join(10)


def unsigned(claims: dict[str, Any]) -> str:
    signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, KEY)
    return "eyJhbGciOiJub25lIn0." + signed.split(".")[1] + "."


FORGED: dict[str, Any] = {
    "nothing": (lambda claims: jwt.encode({"alg": "RS256", "kid": "1"}, claims, KEY), {}, 303),
    "another issuer": (None, {"iss": "http://evil.test"}, 403),
    "another audience": (None, {"aud": "other"}, 403),
    "two audiences, not ours in charge": (None, {"aud": ["desk", "other"], "azp": "other"}, 403),
    "expired": (None, {"exp": 1000}, 403),
    "another nonce": (None, {"nonce": "old"}, 403),
    "no subject": (None, {"sub": None}, 403),
    "no algorithm": (unsigned, {}, 403),
    "a shared secret": (lambda c: jwt.encode({"alg": "HS256"}, c, OctKey.import_key("s" * 32), ["HS256"]), {}, 403),
    "another key": (lambda c: jwt.encode({"alg": "ES256", "kid": "1"}, c, ECKey.generate_key()), {}, 403),
    "no token": (lambda c: "a.b.c", {}, 403),
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_forged_token_signs_nobody_in(forger: Forger, what: str) -> None:
    sign, changes, status = FORGED[what]
    async with with_issuer(forger.address) as client:
        response = await given(forger, client, changes, sign or FORGED["nothing"][0])
    assert response.status_code == status


@pytest.mark.parametrize(("claimed", "known"), [("amn", "amn"), ("", None), (None, None)])
async def test_the_board_that_somebody_is_of_comes_with_the_sign_in(
    forger: Forger, claimed: str | None, known: str | None
) -> None:
    async with with_issuer(forger.address) as client:
        response = await given(forger, client, {"unit": claimed})
        cookie = unseal(settings(), "session", response.cookies["intake-session"])
    assert cookie is not None
    assert User.model_validate(cookie).unit == known


@pytest.mark.parametrize("claimed", [7, ["amn", "ks"], {"id": "amn"}, False])
async def test_a_board_that_is_not_a_text_signs_nobody_in_and_says_why(forger: Forger, claimed: Any) -> None:
    async with with_issuer(forger.address) as client:
        response = await given(forger, client, {"unit": claimed})
    assert (response.status_code, response.cookies.get("intake-session")) == (403, None)
    assert "vilken nämnd eller vilket bolag du hör till" in response.text


async def test_a_session_from_before_boards_were_told_still_holds() -> None:
    async with browser(application()) as client:
        client.cookies.set("intake-session", seal(settings(), "session", VIDE, 60), domain="intake.test", path="/")
        assert (await client.get("/api/me")).status_code == 200
    assert User.model_validate(VIDE).unit is None


async def given(
    forger: Forger, client: httpx.AsyncClient, changes: dict[str, Any], sign: Any = FORGED["nothing"][0]
) -> httpx.Response:
    """What our door answers to a token with these claims."""
    asked = parse_qs(urlsplit((await client.get("/sign-in")).headers["location"]).query)
    now = int(time.time())
    claims = {"iss": forger.address, "aud": "desk", "sub": "x", "iat": now, "exp": now + 60}
    claims = {**claims, "nonce": asked["nonce"][0], **changes}
    forger.token = sign({k: v for k, v in claims.items() if v is not None})
    return await client.get("/sign-in/callback", params={"code": "c", "state": asked["state"][0]})
