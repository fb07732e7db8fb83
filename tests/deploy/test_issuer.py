"""Signing in at the local issuer as a browser does: code flow with PKCE."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from inflytt.servers import runs
from inflytt.servers.issuer import Issuer
from inflytt.servers.provider import Client

BACK = "http://127.0.0.1:1/signed-in"
VERIFIER = "a-verifier-that-only-the-one-who-asked-knows-43"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "client_id": "desk",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid profile",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with runs.folder("issuer", tmp_path_factory.mktemp("run")) as run:
        issuer = Issuer(run, {"desk": Client("secret", [BACK]), "other": Client("secret", [BACK])})
        issuer.start()
        yield issuer
        issuer.stop()


def _code(issuer: Issuer, user: str = "vide") -> str:
    sent_back = httpx.post(f"{issuer.url}/authorize", data={**ASKED, "user": user})
    assert sent_back.status_code == 303
    answer = httpx.URL(sent_back.headers["location"]).params
    assert (answer["state"], answer["iss"]) == ("s", issuer.url)
    return str(answer["code"])


def _exchange(issuer: Issuer, code: str, client: str = "desk", **other: str) -> httpx.Response:
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **other}
    return httpx.post(f"{issuer.url}/token", data=sent, auth=(client, "secret"))


def _claims(issuer: Issuer, token: str) -> dict[str, Any]:
    return jwt.decode(token, KeySet.import_key_set(httpx.get(f"{issuer.url}/jwks").json())).claims


def test_the_page_lets_one_choose_whom_to_be(issuer: Issuer) -> None:
    page = httpx.get(f"{issuer.url}/authorize", params=ASKED).text
    assert "Vide Lund" in page
    assert 'name=user value="lind"' in page


def test_who_signs_in_is_told_to_the_client_with_role_and_municipality(issuer: Issuer) -> None:
    tokens = _exchange(issuer, _code(issuer)).json()
    claims = _claims(issuer, tokens["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (issuer.url, "desk", "n")
    assert (claims["sub"], claims["roles"], claims["municipality"]) == ("vide", ["coordinator"], "2580")
    asked = httpx.get(f"{issuer.url}/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert asked.json()["name"] == "Vide Lund"


def test_who_is_of_a_board_is_told_with_it_and_the_page_says_so(issuer: Issuer) -> None:
    assert "Asp Lund, officer, amn" in httpx.get(f"{issuer.url}/authorize", params=ASKED).text
    assert _claims(issuer, _exchange(issuer, _code(issuer, "asp")).json()["id_token"])["unit"] == "amn"


def test_a_code_is_good_once_and_only_with_its_verifier_and_for_its_client(issuer: Issuer) -> None:
    assert _exchange(issuer, _code(issuer), code_verifier="another").json()["error"] == "invalid_grant"
    assert _exchange(issuer, _code(issuer), client="other").json()["error"] == "invalid_grant"
    code = _code(issuer)
    assert _exchange(issuer, code).status_code == 200
    assert _exchange(issuer, code).json()["error"] == "invalid_grant"


def test_strangers_get_nothing(issuer: Issuer) -> None:
    assert httpx.get(f"{issuer.url}/userinfo", headers={"Authorization": "Bearer guessed"}).status_code == 401
    assert httpx.get(f"{issuer.url}/authorize", params={**ASKED, "redirect_uri": "http://evil"}).status_code == 400
    assert httpx.post(f"{issuer.url}/token", data={}, auth=("desk", "wrong")).json()["error"] == "invalid_client"
    without = httpx.get(f"{issuer.url}/authorize", params={**ASKED, "code_challenge": ""})
    assert "error=invalid_request" in without.headers["location"]


def test_tokens_signed_before_a_restart_can_be_checked_after_it(issuer: Issuer) -> None:
    token = _exchange(issuer, _code(issuer, "lind")).json()["id_token"]
    issuer.kill()
    issuer.start()
    assert _claims(issuer, token)["roles"] == ["officer"]
