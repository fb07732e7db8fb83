"""A period of Uppsala's follow-up through the doors: opened, written, called ready, reviewed."""

import re
import tomllib
from datetime import date
from typing import Any

import httpx

from chassis.web.sessions import User, seal
from inflytt.servers.runs import CLONE

TOKEN = {"Authorization": "Bearer " + "t" * 32}
UPPSALA = tomllib.loads((CLONE / "deploy/inflytt/programmes/uppsala.toml").read_text())
DATES = {"per": "2026-08-31", "report_by": "2026-09-10", "review_by": "2026-09-20", "publish_by": "2026-09-30"}


def plain(told: Any) -> Any:
    """As JSON has it: days as text."""
    if isinstance(told, dict):
        return {key: plain(value) for key, value in told.items()}
    if isinstance(told, list):
        return [plain(value) for value in told]
    return told.isoformat() if isinstance(told, date) else told


UPPSALA_JSON = plain(UPPSALA)
PROGRAMME = UPPSALA["id"]
GOAL = UPPSALA["goals"][0]["id"]
SUBJECTS = [GOAL, *(one["id"] for one in UPPSALA["assignments"])]
SCALES = {scale["id"]: [level["key"] for level in scale["levels"]] for scale in UPPSALA["scales"]}


def signed_in(
    client: httpx.AsyncClient, sub: str, *, municipality: str = "0380", role: str = "officer", unit: str = ""
) -> None:
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub=sub, roles=frozenset({role}), municipality=municipality or None, unit=unit or None)
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))


async def send(client: httpx.AsyncClient, path: str, seen: str = "", **told: str) -> httpx.Response:
    """Posts a form as a browser does: with the token of the page it stands on."""
    page = await client.get(seen or path)
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return await client.post(path, data={"csrf": found[1], **told})


async def opened(client: httpx.AsyncClient) -> str:
    signed_in(client, "hagg")
    answer = await send(client, f"/arbete/{PROGRAMME}", "/arbete", **DATES)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def reviewed_all(client: httpx.AsyncClient, at: str) -> None:
    for subject in SUBJECTS:
        signed_in(client, "hagg")
        status = SCALES[UPPSALA["goals"][0]["scale" if subject == GOAL else "assignment_scale"]][0]
        wrote = await send(client, f"{at}/{subject}", do="save", version="0", status=status, text="Klart i augusti.")
        assert wrote.status_code == 303, wrote.text
        assert (await send(client, f"{at}/{subject}", do="ready")).status_code == 303
        signed_in(client, "ronn")
        assert (await send(client, f"{at}/{subject}", do="review")).status_code == 303


async def published(client: httpx.AsyncClient) -> str:
    """The address of the period, published."""
    at = await opened(client)
    await reviewed_all(client, at)
    assert (await send(client, f"{at}/publish", at)).status_code == 303
    return at
