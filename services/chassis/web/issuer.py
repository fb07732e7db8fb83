"""The OpenID Connect issuer: its discovery document and keys, fetched when first needed, and code for ID token."""

import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis import telemetry
from chassis.web.catalogues import sv
from chassis.web.problems import RETRY_AFTER, Problem
from chassis.web.settings import WebSettings

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]  # never none, never a shared secret
HOUR = 3600.0
LEEWAY = 30  # seconds between the issuer's clock and ours
PATIENCE = httpx.Timeout(5.0)


class Issuer:
    """Speaks to one issuer. Raises `Problem` 503 where it does not answer, 403 where its token does not hold."""

    def __init__(self, settings: WebSettings) -> None:
        if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
            raise ValueError("no issuer is set")
        self.address = settings.oidc_issuer
        self.client_id = settings.oidc_client_id
        self.client_secret = settings.oidc_client_secret.get_secret_value()
        self._fetched: dict[str, tuple[float, dict[str, Any]]] = {}

    async def endpoints(self) -> dict[str, Any]:
        """The discovery document, at most an hour old."""
        found = await self._fetch(f"{self.address}/.well-known/openid-configuration")
        if found.get("issuer") != self.address:
            raise _away("the discovery document is another issuer's")
        return found

    async def identity(self, code: str, verifier: str, nonce: str, redirect_uri: str) -> dict[str, Any]:
        """The claims of the ID token that `code` gives: signature, iss, aud, exp, iat and nonce hold."""
        endpoints = await self.endpoints()
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        answer = await self._ask(
            "POST",
            endpoints["token_endpoint"],
            data={**form, "redirect_uri": redirect_uri},
            auth=(self.client_id, self.client_secret),
        )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _does_not_hold("no_id_token")
        return await self._claims(token, nonce, endpoints["jwks_uri"])

    async def _claims(self, token: str, nonce: str, keys_address: str) -> dict[str, Any]:
        expected = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.address},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = await self._decode(token, keys_address)
            expected.validate(claims)
        except (JoseError, ValueError) as error:
            raise _does_not_hold(type(error).__name__) from None
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.client_id:
            raise _does_not_hold("azp")
        return claims

    async def _decode(self, token: str, keys_address: str) -> dict[str, Any]:
        for again in (False, True):  # the issuer may have changed keys since
            keys = await self._fetch(keys_address, afresh=again)
            try:
                return jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
            except (JoseError, ValueError):
                if again:
                    raise
        raise AssertionError("unreachable")

    async def _fetch(self, address: str, *, afresh: bool = False) -> dict[str, Any]:
        at, found = self._fetched.get(address, (float("-inf"), {}))
        if afresh or time.monotonic() - at > HOUR:
            found = await self._ask("GET", address)
            self._fetched[address] = (time.monotonic(), found)
        return found

    async def _ask(self, method: str, address: str, **how: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=PATIENCE) as client:
                answer = await client.request(method, address, **how)
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _away(type(error).__name__) from None
        if answer.status_code >= 500:
            raise _away(str(answer.status_code))
        if answer.status_code >= 400 or not isinstance(found, dict):
            raise _does_not_hold(f"status_{answer.status_code}")
        return found


def _away(why: str) -> Problem:
    telemetry.log.warning("issuer_unavailable", why=why)
    retry = {"Retry-After": str(RETRY_AFTER)}
    return Problem(
        503,
        "sign_in_unavailable",
        sv("Inloggningen svarar inte just nu"),
        sv("Försök igen om en stund."),
        headers=retry,
    )


def _does_not_hold(why: str) -> Problem:
    telemetry.log.warning("sign_in_refused", why=why)
    return Problem(403, "sign_in_refused", sv("Inloggningen gick inte igenom"), sv("Börja om från början."))
