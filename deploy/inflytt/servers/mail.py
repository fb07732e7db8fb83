"""The mail catcher: SMTP that sends nothing on, a page and JSON of what arrived, and faults on request.

POST /behaviour takes `{"code": 451, "next": 3}`, `{"delay": 2}`, `{"drop": true}`: see `Behaviour`; `{}` is good again.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any, Literal

import httpx
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from inflytt.servers.letters import Letters, letter_page, list_page
from inflytt.servers.process import Child, free_port, listens


class Mail:
    """The catcher as a process of its own; it may be stopped, killed and started again, and keeps its mail."""

    def __init__(self, run: Path) -> None:
        self.smtp_port, self.http_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        ports = ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        command: list[str | Path] = [sys.executable, "-m", "inflytt.servers.mail", *ports, "--data", run / "mail"]
        self.child = Child("mail", command, run)

    def start(self) -> None:
        self.child.start()
        self.child.wait_until(lambda: listens(self.smtp_port) and listens(self.http_port))

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()

    def messages(self, to: str = "", after: str = "") -> list[dict[str, Any]]:
        """What arrived, oldest first, for one address and after one id: id, to, from, subject, text, html, headers, …"""
        found = httpx.get(f"{self.url}/messages.json", params={"to": to, "after": after}).raise_for_status()
        return list(found.json())

    def behave(self, **behaviour: Any) -> None:
        """Fields of `Behaviour`; none: be good again."""
        httpx.post(f"{self.url}/behaviour", json=behaviour).raise_for_status()


class Behaviour(BaseModel):
    """How the catcher misbehaves, for the `next` messages (or recipients, `at` rcpt) or until told otherwise."""

    model_config = ConfigDict(extra="forbid")

    code: int | None = Field(None, ge=400, le=599)  # refuse with this code
    at: Literal["rcpt", "data"] = "data"  # where it refuses
    delay: float = Field(0, ge=0, le=600)  # seconds before the answer
    drop: bool = False  # keep the message, then close the connection without an answer
    to: str = ""  # only for this address
    next: int | None = Field(None, ge=1)

    def meets(self, at: str, to: list[str]) -> bool:
        return self.at == at and (not self.to or self.to in to)


class Catcher:
    def __init__(self, letters: Letters) -> None:
        self.letters, self.behaviour = letters, Behaviour()

    async def handle_RCPT(self, _smtp: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        behaviour = self._behaviour("rcpt", [address])
        await asyncio.sleep(behaviour.delay)
        if behaviour.code:
            return f"{behaviour.code} as told"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:
        behaviour = self._behaviour("data", envelope.rcpt_tos)
        await asyncio.sleep(behaviour.delay)
        if behaviour.code:
            return f"{behaviour.code} as told"
        assert isinstance(envelope.content, bytes)
        letter = self.letters.keep(envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        if behaviour.drop:
            assert smtp.transport is not None
            smtp.transport.close()
        return f"250 kept as {letter.id}"

    def _behaviour(self, at: str, to: list[str]) -> Behaviour:
        told = self.behaviour
        if not told.meets(at, to):
            return Behaviour()
        if told.next is not None:
            self.behaviour = told.model_copy(update={"next": told.next - 1}) if told.next > 1 else Behaviour()
        return told


def web(catcher: Catcher) -> Starlette:
    letters = catcher.letters

    async def listing(_request: Request) -> Response:
        return HTMLResponse(list_page(letters.all))

    async def one(request: Request) -> Response:
        found = [letter for letter in letters.all if letter.id == request.path_params["id"]]
        return HTMLResponse(letter_page(found[0])) if found else Response("No such message.", 404)

    async def messages(request: Request) -> Response:
        found = letters.those(request.query_params.get("to", ""), request.query_params.get("after", ""))
        return JSONResponse([letter.as_json() for letter in found])

    async def behave(request: Request) -> Response:
        try:
            catcher.behaviour = Behaviour.model_validate_json(await request.body())
        except ValidationError as error:
            return Response(error.json(include_url=False), 422, media_type="application/json")
        return JSONResponse(catcher.behaviour.model_dump())

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/messages/{id}", one),
            Route("/messages.json", messages),
            Route("/behaviour", behave, methods=["POST"]),
        ]
    )


async def serve(smtp_port: int, http_port: int, data: Path) -> None:
    catcher, loop = Catcher(Letters(data)), asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(catcher, hostname="localhost", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", smtp_port
    )
    async with smtp:
        await uvicorn.Server(uvicorn.Config(web(catcher), port=http_port, log_level="warning")).serve()


def main() -> None:
    parser = argparse.ArgumentParser("inflytt.servers.mail", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    asyncio.run(serve(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
