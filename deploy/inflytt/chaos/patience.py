"""A good client: when no answer came it asks the same again, with the same key, until it knows."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from inflytt.errors import Stop
from inflytt.players.browser import Page

Answer = TypeVar("Answer", httpx.Response, Page)
PAUSE, PATIENCE = 0.3, 90.0  # seconds


async def patiently(ask: Callable[[], Awaitable[Answer]]) -> tuple[Answer, int]:
    """The first answer that settles it, and how many times it took. Raises Stop when none came in 90 s."""
    began, tries, why = time.monotonic(), 0, ""
    while time.monotonic() - began < PATIENCE:
        tries += 1
        try:
            answer = await ask()
        except httpx.TransportError as error:
            why = type(error).__name__
        else:
            if not _again(answer):
                return answer, tries
            why = f"{_status(answer)} {answer.text[:200]}"
        await asyncio.sleep(PAUSE)
    raise Stop(f"A client asked {tries} times in {PATIENCE:.0f} s and got no answer; at last {why}")


def _status(answer: httpx.Response | Page) -> int:
    return answer.status if isinstance(answer, Page) else answer.status_code


def _again(answer: httpx.Response | Page) -> bool:
    status = _status(answer)
    return status in (408, 429) or status >= 500 or (status == 409 and "still_running" in answer.text)
