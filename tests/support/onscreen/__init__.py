"""Pages as people meet them: a service behind a real port, opened in a real browser, looked through by axe-core."""

import asyncio
import os
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from chassis.service import Service
from chassis.web import User
from chassis.web.sessions import seal

WIDTHS = (1280, 390)  # px: a desk, a phone
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
QUICKLY = {"resultTypes": ["violations"], "preload": False}
UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true"
AT_ONCE = 2  # pages


@dataclass(frozen=True)
class Page:
    """A page: where it is (`{names}` are of the data), who looks, how it answers, and which button is pressed there."""

    at: str
    user: User | None = None
    status: int = 200
    press: str = ""

    @property
    def name(self) -> str:
        """Of its pictures."""
        words = f"{self.at if self.at != '/' else 'start'} {self.press} {self.status}".lower()
        return re.sub(r"[^a-z0-9]+", "-", words).strip("-").removesuffix("-200")


@dataclass
class Served:
    """A service behind a port, and what the `{names}` in addresses stand for."""

    service: Service[Any]
    address: str
    named: dict[str, str] = field(default_factory=dict)

    def cookies(self, user: User) -> dict[str, str]:
        """What a browser has where the user is signed in."""
        web = self.service.web().state.web
        return {web.cookie("session"): seal(web, "session", user.model_dump(mode="json"), 3600)}

    def client(self, user: User | None = None) -> httpx.AsyncClient:
        cookies = self.cookies(user) if user else None
        return httpx.AsyncClient(base_url=self.address, cookies=cookies, headers={"accept": "text/html"})


def door() -> tuple[socket.socket, str]:
    """A free port that listens, and its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


@asynccontextmanager
async def serving(service: Service[Any], listening: socket.socket, address: str) -> AsyncIterator[Served]:
    """The opened service answers at the door; afterwards it is closed."""
    server = uvicorn.Server(uvicorn.Config(service.web(), log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield Served(service, address)
    server.should_exit = True
    await task
    await service.database.close()


async def send(client: httpx.AsyncClient, path: str, seen: str = "", **told: Any) -> httpx.Response:
    """Posts a form as a browser does: with the token of the page it stands on."""
    shown = await client.get(seen or path)
    found = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert found, shown.text
    answer = await client.post(path, data={"csrf": found[1], **told})
    assert answer.status_code < 400, answer.text
    return answer


async def faults(chromium: Browser, served: Served, pages: Sequence[Page]) -> list[str]:
    """What is wrong with the pages, in sentences. With PICTURES=folder, pictures of them are left there."""
    pictures = Path(os.environ["PICTURES"]) / served.service.name if os.environ.get("PICTURES") else None
    waiting, found = deque(pages), list[str]()

    async def work() -> None:
        context = await chromium.new_context(locale="sv-SE", base_url=served.address, reduced_motion="reduce")
        tab = await context.new_page()
        while waiting:
            found.extend(await _faults(tab, served, waiting.popleft(), pictures))
        await context.close()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return found


async def _faults(tab: Tab, served: Served, page: Page, pictures: Path | None) -> list[str]:
    await _open(tab, served, page)
    found = []
    for width in WIDTHS:
        await tab.set_viewport_size({"width": width, "height": 900})
        found += await _found(tab, page, f"{width} px", EVERYTHING)
        wide = await tab.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{page.at} scrolls sideways at {width} px: it is {wide}")
        if pictures:
            await tab.screenshot(path=pictures / f"{page.name}-{width}.png", full_page=True)
    await tab.emulate_media(color_scheme="dark")
    found += await _found(tab, page, "dark", COLOURS)
    if pictures:
        await tab.screenshot(path=pictures / f"{page.name}-dark.png", full_page=True)
    await tab.emulate_media(color_scheme="light")
    return found


async def _found(tab: Tab, page: Page, how: str, rules: dict[str, Any]) -> list[str]:
    told = AxeResults(await tab.evaluate("rules => axe.run(rules)", rules | QUICKLY))
    return [f"{page.at}, {how}: {told.generate_report()}"] if told.violations_count else []


async def _open(tab: Tab, served: Served, page: Page) -> None:
    """The page as its reader has it, with all that can be unfolded unfolded; and axe in it."""
    cookies = served.cookies(page.user) if page.user else {}
    await tab.context.clear_cookies()
    for name, value in cookies.items():
        await tab.context.add_cookies([{"name": name, "value": value, "url": served.address}])
    answer = await tab.goto(page.at.format(**served.named))
    assert answer is not None
    assert answer.status == page.status, f"{page.at} answered {answer.status}: {await tab.inner_text('main')}"
    await tab.evaluate(UNFOLD)
    if page.press:
        async with tab.expect_navigation():
            await tab.click(page.press)
        await tab.evaluate(UNFOLD)
    await tab.evaluate(AXE_SCRIPT)
