"""Everybody's mailbox: what the mail catcher got, read as each reader reads it: a text with a link."""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass

import httpx

LINK = re.compile(r"https?://\S+")
REFERENCE = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b")


@dataclass(frozen=True)
class Letter:
    id: str
    to: str
    subject: str
    text: str
    language: str
    message_id: str

    @property
    def link(self) -> str | None:
        found = LINK.search(self.text)
        return found[0] if found else None

    @property
    def reference(self) -> str | None:
        found = REFERENCE.search(self.text)
        return found[0] if found else None


class Mailboxes:
    """All mail there is, by address; `look` fetches what came since last time."""

    def __init__(self, url: str, connections: httpx.AsyncBaseTransport) -> None:
        self.client = httpx.AsyncClient(base_url=url, transport=connections, timeout=30)
        self.letters: list[Letter] = []
        self.by_address: dict[str, list[Letter]] = defaultdict(list)
        self.knocks: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def look(self) -> None:
        after = self.letters[-1].id if self.letters else ""
        for found in (await self.client.get("/messages.json", params={"after": after})).raise_for_status().json():
            headers = {name.lower(): value for name, value in found["headers"].items()}
            identity = headers.get("message-id", "").strip("<>").partition("@")[0]
            language = headers.get("content-language", "")
            for to in found["to"]:
                letter = Letter(found["id"], to, found["subject"], found["text"], language, identity)
                self.letters.append(letter)
                self.by_address[to].append(letter)
                self.knocks[to].set()

    async def knock(self, address: str) -> None:
        """Waits until something has come to this address since the last knock, or `close`; one reader an address."""
        await self.knocks[address].wait()
        self.knocks[address].clear()

    def close(self) -> None:
        """No more letters will come: whoever waits for one looks a last time."""
        for knock in self.knocks.values():
            knock.set()

    def latest(self, address: str, path: str) -> Letter | None:
        """The newest letter to an address whose link leads there."""
        letters = [letter for letter in self.by_address[address] if letter.link and path in letter.link]
        return letters[-1] if letters else None
