"""Who is signed in: a short signed cookie per service, and the dependency that asks for a role."""

import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from chassis.web.problems import Problem, general
from chassis.web.settings import WebSettings

WORKDAY = 8 * 3600  # seconds


class User(BaseModel):
    """`sub` is the issuer's id of the person and the actor id in events; `municipality` has four digits.

    `unit` is the municipality's own id of the board or company that the person is of; None where of none.
    """

    model_config = ConfigDict(frozen=True)

    sub: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    municipality: str | None = None
    unit: str | None = None


def current_user(role: str | None = None) -> Callable[[Request], Awaitable[User]]:
    """A dependency that gives the signed-in `User`: `user: User = Depends(current_user("coordinator"))`.

    Not signed in: a page goes to sign-in and comes back, an API answers 401. Another role: 403.
    """

    async def required(request: Request) -> User:
        user = signed_in(request)
        if user is None:
            raise _sign_in_needed(request)
        if role is not None and role not in user.roles:
            raise general(403)
        return user

    return required


def signed_in(request: Request) -> User | None:
    """The user of the session cookie, None where it is missing, forged or older than a workday (wall time)."""
    settings: WebSettings = request.app.state.web
    found = unseal(settings, "session", request.cookies.get(settings.cookie("session")))
    return User.model_validate(found) if found else None


def begin(response: Response, settings: WebSettings, user: User) -> None:
    sealed = seal(settings, "session", user.model_dump(mode="json"), WORKDAY)
    response.set_cookie(settings.cookie("session"), sealed, max_age=WORKDAY, **settings.cookie_rules())


def end(response: Response, settings: WebSettings, purpose: str = "session") -> None:
    response.delete_cookie(settings.cookie(purpose), **settings.cookie_rules())


def seal(settings: WebSettings, purpose: str, content: dict[str, Any], seconds: int) -> str:
    """Content for a cookie, signed for one purpose of one service, good for so many seconds."""
    return str(_serializer(settings, purpose).dumps({**content, "until": int(time.time()) + seconds}))


def unseal(settings: WebSettings, purpose: str, sealed: str | None) -> dict[str, Any] | None:
    try:
        content = _serializer(settings, purpose).loads(sealed or "")
    except (BadSignature, UnicodeError):
        return None
    return content if content.pop("until") > time.time() else None


def way_back(path: str | None) -> str:
    """A path of this service, whatever was asked for: never another site."""
    local = path and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if path and local and "\\" not in path else "/"


def _sign_in_needed(request: Request) -> Problem:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = asked if request.method == "GET" else "/"
    realm = request.app.state.web.name
    return general(
        401,
        headers={"WWW-Authenticate": f'OpenIDConnect realm="{realm}"'},
        page_goes_to=f"/sign-in?to={quote(back, safe='/')}",
    )


def _serializer(settings: WebSettings, purpose: str) -> URLSafeSerializer:

    secret = settings.cookie_secret.get_secret_value()
    return URLSafeSerializer(secret, salt=f"{settings.name}/{purpose}", signer_kwargs={"digest_method": hashlib.sha256})
