"""The rules of OpenID Connect's code flow with PKCE: who may ask, what a code and a token are good for."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CODE_LIFE, TOKEN_LIFE = 60, 3600  # seconds


@dataclass(frozen=True)
class Client:
    secret: str
    redirect_uris: list[str]  # exact; also where to go after signing out


@dataclass(frozen=True)
class Grant:
    """What a code was given for, or a token (then only the user counts)."""

    user: dict[str, Any]
    client: str
    redirect_uri: str
    challenge: str
    nonce: str
    at: float


class Refused(Exception):
    """An OAuth error code with the sentence that goes with it."""


@dataclass
class Provider:
    """Who is known, and what has been handed out."""

    url: str
    key: RSAKey
    clients: dict[str, Client]
    users: dict[str, dict[str, Any]]
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)

    def check(self, asked: Mapping[str, Any]) -> None:
        """Of a request to sign in, once its client and redirect address are known to be right."""
        if asked.get("response_type") != "code":
            raise Refused("unsupported_response_type", "only response_type=code")
        if "openid" not in str(asked.get("scope", "")).split():
            raise Refused("invalid_scope", "the scope must have openid")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            raise Refused("invalid_request", "a code_challenge with S256 is needed")

    def is_known(self, asked: Mapping[str, Any]) -> bool:
        client = self.clients.get(str(asked.get("client_id")))
        return client is not None and asked.get("redirect_uri") in client.redirect_uris

    def code(self, asked: Mapping[str, Any]) -> str:
        user = self.users.get(str(asked.get("user")))
        if user is None:
            raise Refused("access_denied", "no such user")
        code, given = secrets.token_urlsafe(24), {name: str(value) for name, value in asked.items()}
        nonce = given.get("nonce", "")
        self.codes[code] = Grant(
            user, given["client_id"], given["redirect_uri"], given["code_challenge"], nonce, time.time()
        )
        return code

    def exchange(self, client: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Tokens for a code, once."""
        if asked.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type", "only authorization_code")
        grant = self.codes.pop(str(asked.get("code")), None)
        proof = hashlib.sha256(str(asked.get("code_verifier", "")).encode()).digest()
        if (
            grant is None
            or time.time() > grant.at + CODE_LIFE
            or (grant.client, grant.redirect_uri) != (client, asked.get("redirect_uri"))
            or base64.urlsafe_b64encode(proof).decode().rstrip("=") != grant.challenge
        ):
            raise Refused("invalid_grant", "code, redirect_uri or code_verifier is not the one that was given")
        token = secrets.token_urlsafe(24)
        self.tokens[token] = grant
        signed = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE}
        return signed | {"id_token": self.identity(grant), "scope": "openid profile"}

    def identity(self, grant: Grant) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": grant.client, "iat": now, "exp": now + TOKEN_LIFE, "auth_time": int(grant.at)}
        if grant.nonce:
            claims["nonce"] = grant.nonce
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims | grant.user, self.key)

    def authenticate(self, authorization: str, asked: Mapping[str, Any]) -> str:
        """The client's id, by client_secret_basic or client_secret_post."""
        name, secret = str(asked.get("client_id", "")), str(asked.get("client_secret", ""))
        scheme, _, given = authorization.partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
        client = self.clients.get(name)
        if client is None or not secrets.compare_digest(client.secret.encode(), secret.encode()):
            raise Refused("invalid_client", "unknown client or wrong secret")
        return name
