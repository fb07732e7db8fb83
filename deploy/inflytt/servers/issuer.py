"""The sign-in issuer of the local platform: OpenID Connect's code flow with PKCE; one picks who to be, without a password."""

import argparse
import html
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from inflytt.servers.letters import STYLE
from inflytt.servers.process import Child, free_port, listens
from inflytt.servers.provider import CODE_LIFE, TOKEN_LIFE, Client, Provider, Refused

USERS: list[dict[str, Any]] = [
    {"sub": "vide", "name": "Vide Lund", "roles": ["coordinator"], "municipality": "2580"},
    {"sub": "lind", "name": "Lind Ek", "roles": ["officer"], "municipality": "2580"},
    {"sub": "hagg", "name": "Hägg Alm", "roles": ["officer"], "municipality": "0380"},
    {"sub": "ronn", "name": "Rönn Berg", "roles": ["officer"], "municipality": "0380"},
    {"sub": "asp", "name": "Asp Lund", "roles": ["officer"], "municipality": "0380", "unit": "amn"},
    {"sub": "tall", "name": "Tall Ek", "roles": ["officer"], "municipality": "0380", "unit": "amn"},
]


class Issuer:
    """The issuer as a process of its own; its key stays the same when it is stopped or killed and started again."""

    def __init__(self, run: Path, clients: Mapping[str, Client], users: list[dict[str, Any]] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (run / "issuer").mkdir()
        known = {"clients": {name: asdict(client) for name, client in clients.items()}, "users": users or USERS}
        (run / "issuer" / "known.json").write_text(json.dumps(known, ensure_ascii=False))
        command = [
            sys.executable,
            "-m",
            "inflytt.servers.issuer",
            "--port",
            str(self.port),
            "--data",
            str(run / "issuer"),
        ]
        self.child = Child("issuer", command, run)

    def start(self) -> None:
        self.child.start()
        self.child.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()


def choice(provider: Provider, asked: QueryParams) -> str:
    hidden = "".join(f'<input type=hidden name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in asked.items())
    buttons = "".join(
        f'<p><button name=user value="{html.escape(user["sub"])}">{html.escape(user["name"])}, '
        f"{html.escape(', '.join([*user['roles'], *filter(None, [user.get('unit')])]))}</button>"
        for user in provider.users.values()
    )
    return (
        f"<!doctype html><html lang=en><title>Sign in</title>{STYLE}<h1>Sign in</h1><p>Who are you today?"
        f"<form method=post action=/authorize>{hidden}{buttons}</form>"
    )


def configuration(provider: Provider) -> dict[str, Any]:
    """What `/.well-known/openid-configuration` says."""
    places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
    places |= {"jwks_uri": "jwks", "end_session_endpoint": "logout"}
    supported = {
        "response_types": ["code"],
        "subject_types": ["public"],
        "id_token_signing_alg_values": ["RS256"],
        "scopes": ["openid", "profile"],
        "code_challenge_methods": ["S256"],
        "token_endpoint_auth_methods": ["client_secret_basic", "client_secret_post"],
    }
    urls = {name: f"{provider.url}/{path}" for name, path in places.items()}
    return {"issuer": provider.url} | urls | {f"{name}_supported": value for name, value in supported.items()}


def web(provider: Provider) -> Starlette:
    async def discovery(_request: Request) -> Response:
        return JSONResponse(configuration(provider))

    async def jwks(_request: Request) -> Response:
        return JSONResponse({"keys": [provider.key.as_dict(private=False)]})

    async def authorize(request: Request) -> Response:
        asked: QueryParams | FormData = request.query_params if request.method == "GET" else await request.form()
        if not provider.is_known(asked):
            return Response("This client_id with this redirect_uri is not known here.", 400)
        try:
            provider.check(asked)
            if isinstance(asked, QueryParams):
                return HTMLResponse(choice(provider, asked))
            answer = {"code": provider.code(asked), "iss": provider.url}
        except Refused as refused:
            answer = dict(zip(("error", "error_description"), refused.args, strict=True))
        if "state" in asked:
            answer["state"] = str(asked["state"])
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def token(request: Request) -> Response:
        asked = await request.form()
        try:
            answer = provider.exchange(provider.authenticate(request.headers.get("Authorization", ""), asked), asked)
        except (Refused, ValueError) as refused:
            error, *why = refused.args if isinstance(refused, Refused) else ("invalid_client", "no Basic credentials")
            status = 401 if error == "invalid_client" else 400
            return JSONResponse({"error": error, "error_description": why[0]}, status)
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def userinfo(request: Request) -> Response:
        grant = provider.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if grant is None or time.time() > grant.at + CODE_LIFE + TOKEN_LIFE:
            return Response(status_code=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse(grant.user)

    async def logout(request: Request) -> Response:
        back = request.query_params.get("post_logout_redirect_uri")
        if any(back in client.redirect_uris for client in provider.clients.values()):
            return RedirectResponse(str(back), 303)
        return HTMLResponse(f"<!doctype html><html lang=en><title>Signed out</title>{STYLE}<h1>Signed out</h1>")

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/authorize", authorize, methods=["GET", "POST"]),
            Route("/token", token, methods=["POST"]),
            Route("/userinfo", userinfo),
            Route("/logout", logout),
        ]
    )


def signing_key(path: Path) -> RSAKey:
    if not path.exists():
        made = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        path.write_text(json.dumps(made.as_dict(private=True)))
    return RSAKey.import_key(json.loads(path.read_text()))


def main() -> None:
    parser = argparse.ArgumentParser("inflytt.servers.issuer", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="holds known.json (clients, users) and key.json")
    given = parser.parse_args()
    known = json.loads((given.data / "known.json").read_text())
    clients = {name: Client(**client) for name, client in known["clients"].items()}
    users = {user["sub"]: user for user in known["users"]}
    provider = Provider(f"http://127.0.0.1:{given.port}", signing_key(given.data / "key.json"), clients, users)
    uvicorn.run(web(provider), port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
