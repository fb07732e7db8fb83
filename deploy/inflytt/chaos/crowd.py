"""The people of a chaos run: they register, confirm by the links of their letters, and answer what they are offered."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from inflytt.chaos.patience import Answer, patiently
from inflytt.players.browser import Browser, Mark, Page
from inflytt.players.cast import canary, households
from inflytt.players.journal import Journal
from inflytt.players.mailbox import Letter, Mailboxes
from inflytt.players.people import Adult, Household, Size

AT_A_TIME = 16  # who ask
LOOK = 0.4  # seconds between two looks at the mail
YES, LEAVE = 0.8, 0.04  # shares: say yes, withdraw after confirming
AGAIN, AT_ONCE, REUSE = 0.1, 0.05, 0.05  # shares: register twice, twice at the same time, again with another payload


def people(seed: int, count: int, now: datetime) -> list[Household]:
    """So many households in an order of their own: some couples, and many who never confirm."""
    size = Size(
        households=count, couples=count // 8, silent_partners=count // 30, silent=count * 2 // 5, leaving=0, twice=0
    )
    told = households(seed, size, now)
    random.Random(f"order {seed}").shuffle(told)
    return told


class Crowd:
    """All people at once, each at their own time. `all_in`: everybody is registered."""

    def __init__(self, intake: str, mailboxes: Mailboxes, journal: Journal, seed: int) -> None:
        self.intake, self.mailboxes, self.journal = intake, mailboxes, journal
        self.rng, self.canary = random.Random(f"crowd {seed}"), canary(seed)
        self.connections, self.door = httpx.AsyncHTTPTransport(), asyncio.Semaphore(AT_A_TIME)
        self.all_in, self.closed, self.registered = asyncio.Event(), False, 0

    async def play(self, cast: Sequence[Household], seconds: float) -> None:
        """Everybody registers within `seconds`; returns after `close`, when all have done what their letters ask for."""
        phones = {adult.phone for household in cast for adult in household.adults}
        self.journal.note("crowd", "begin", "", canaries=sorted({self.canary, *phones}))
        reading = asyncio.create_task(self._read_mail())
        async with asyncio.TaskGroup() as adults:
            async with asyncio.TaskGroup() as door:
                for nth, household in enumerate(cast):
                    door.create_task(self._come(household, nth * seconds / len(cast), adults))
            self.all_in.set()
        reading.cancel()

    def close(self) -> None:
        """No more letters will come."""
        self.closed = True
        self.mailboxes.close()

    async def _read_mail(self) -> None:
        while True:
            await self.mailboxes.look()
            await asyncio.sleep(LOOK)

    async def _come(self, household: Household, at: float, adults: asyncio.TaskGroup) -> None:
        await asyncio.sleep(at)
        interest_id = await self._register(household)
        self.registered += 1
        for adult in household.adults:
            if adult.confirms:
                adults.create_task(self._adult(adult, interest_id))

    async def _register(self, household: Household) -> str:
        """With one key: once, again, or twice at the same time. Some take their key for something else as well."""
        key = str(UUID(int=self.rng.getrandbits(128)))
        once, again, body = self.rng.random(), self.rng.random(), household.body()
        if once < AT_ONCE:
            answer, _ = await asyncio.gather(*(self._send(household, key, body) for _ in range(2)))
        else:
            answer = await self._send(household, key, body)
        if again < AGAIN:
            answer = await self._send(household, key, body)
        if again > 1 - REUSE:
            await self._send(household, key, body | {"children": ["2019-05", *body["children"]]}, "reuse")
        return str(answer.get("interest_id"))

    async def _send(
        self, household: Household, key: str, body: dict[str, Any], did: str = "register"
    ) -> dict[str, Any]:
        program, people = Browser(self.connections), [adult.email for adult in household.adults]

        async def send() -> httpx.Response:
            headers = {"Idempotency-Key": key}
            return await program.call("POST", f"{self.intake}/api/interests", json=body, headers=headers)

        answer, tries = await self._patiently(send)
        told: dict[str, Any] = answer.json()
        self.journal.note(people[0], did, "http", answer.status_code, key=key, people=people, tries=tries, answer=told)
        return told

    async def _adult(self, adult: Adult, interest_id: str) -> None:
        letter = await self._letter(adult, "/bekrafta/")
        browser = Browser(self.connections, adult.language)
        if letter is None or not await self._confirm(browser, adult, letter, interest_id):
            return
        seen = letter.id
        while letter := await self._letter(adult, "/min-sida/", seen):
            seen = letter.id
            await self._answer_offers(browser, adult, letter, interest_id)

    async def _patiently(self, ask: Callable[[], Awaitable[Answer]]) -> tuple[Answer, int]:
        """Few at a time, so that nobody's patience ends in a queue of our own."""
        async with self.door:
            return await patiently(ask)

    async def _letter(self, adult: Adult, path: str, after: str = "") -> Letter | None:
        """The next letter with such a link; None when no more letters will come."""
        while True:
            closed = self.closed
            for letter in self.mailboxes.by_address[adult.email]:
                if letter.id > after and letter.link and path in letter.link:
                    return letter
            if closed:
                return None
            await self.mailboxes.knock(adult.email)

    async def _confirm(self, browser: Browser, adult: Adult, letter: Letter, interest_id: str) -> bool:
        """Opens the link and presses the button. A link that is used after a lost answer was used by this very press."""
        pressed = False

        async def press() -> Page:
            nonlocal pressed
            page = await browser.open(str(letter.link))
            if page.status != 200:
                return page
            pressed = True
            return await browser.send(page.form(urlsplit(str(letter.link)).path))

        page, tries = await self._patiently(press)
        done = page.status == 200 or (page.status == 410 and pressed)
        self.journal.note(adult.email, "confirm", "http", page.status, interest_id=interest_id, done=done, tries=tries)
        own = [link for link in page.links if "/min-sida/" in link]
        if own and self.rng.random() < LEAVE:
            await self._withdraw(browser, adult, own[0], interest_id)
        return done

    async def _withdraw(self, browser: Browser, adult: Adult, link: str, interest_id: str) -> None:
        async def press() -> Page:
            page = await browser.open(link)
            forms = [form for form in page.forms if form.action.endswith("/withdraw")]
            return await browser.send(forms[0]) if forms else page

        page, tries = await self._patiently(press)
        done = "sagt=avslutad" in page.url
        self.journal.note(adult.email, "withdraw", "http", page.status, interest_id=interest_id, done=done, tries=tries)

    async def _answer_offers(self, browser: Browser, adult: Adult, letter: Letter, interest_id: str) -> None:
        page, _ = await self._patiently(lambda: browser.open(str(letter.link)))
        for mark in page.marked("offer"):
            if mark.forms:
                await self._answer(browser, adult, mark, interest_id)

    async def _answer(self, browser: Browser, adult: Adult, mark: Mark, interest_id: str) -> None:
        yes = self.rng.random() < YES
        form = mark.form("/accept" if yes else "/decline")
        page, tries = await self._patiently(lambda: browser.send(form, {} if yes else {"reason": "timing"}))
        said = parse_qs(urlsplit(page.url).query).get("sagt", [""])[0]
        self.journal.note(
            adult.email, "answer", "http", page.status, interest_id=interest_id, offer_id=mark.data["offer"],
            answer="yes" if yes else "no", done=said in ("ja", "nej") or (said == "redan" and tries > 1), tries=tries,
        )  # fmt: skip
