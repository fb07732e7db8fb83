"""Households: they register, confirm, answer, move in, withdraw, ask to be forgotten; by pages, forms and letters."""

import re
from typing import Any, Literal

from inflytt.players.browser import Browser, Page
from inflytt.players.doors import Doors
from inflytt.players.people import Adult, Household

SAID = re.compile(r"[?&]sagt=([a-z-]+)")
Answer = Literal["yes", "no"]


class Person:
    """One adult with their own browser, mailbox and page."""

    def __init__(self, doors: Doors, who: str, adult: Adult) -> None:
        self.doors, self.who, self.adult = doors, who, adult
        self.browser = Browser(doors.connections, adult.language)
        self.own_page: str | None = None  # its address, from the confirmation
        self.confirmed = False
        self.reference: str | None = None
        self.offers: dict[str, str] = {}  # how they stand, as the page last told
        self.read = ""  # the last letter that brought them to their page

    async def confirm(self) -> None:
        """Opens the letter's link, some twice as a mail scanner does, and presses the button once."""
        letter = self.doors.mail.latest(self.adult.email, "/bekrafta/")
        if letter is None or letter.link is None:
            raise LookupError(f"{self.who} got no letter to confirm with")
        if letter.language != self.adult.language:
            raise LookupError(f"{self.who} reads {self.adult.language} and got a letter in {letter.language!r}")
        self.reference = letter.reference
        page = await self.browser.open(letter.link)
        if len(self.adult.name) % 3 == 0:
            page = await self.browser.open(letter.link)
        if page.status == 200:
            page = await self.browser.send(page.form(letter.link))
        own = [link for link in page.links if "/min-sida/" in link]
        self.confirmed, self.own_page = bool(own), own[0] if own else None
        self._note("confirm", "POST /bekrafta/{token}", page, confirmed=self.confirmed)

    @property
    def has_news(self) -> bool:
        """Whether a letter with a link to their page has come since they last went there."""
        letter = self.doors.mail.latest(self.adult.email, "/min-sida/")
        return letter is not None and letter.id != self.read

    async def page(self) -> Page:
        """The own page, by the newest link there is."""
        letter = self.doors.mail.latest(self.adult.email, "/min-sida/")
        self.read = letter.id if letter else ""
        address = letter.link if letter else self.own_page
        if not address:
            raise LookupError(f"{self.who} has no link to a page of their own")
        page = await self.browser.open(address)
        self.offers |= {mark.data["offer"]: mark.data["state"] for mark in page.marked("state") if "offer" in mark.data}
        return page

    async def answer(self, answer: Answer, reason: str = "timing") -> int:
        """Answers every offer that waits, in the same way. How many there were."""
        page, answered = await self.page(), 0
        while waiting := [mark for mark in page.marked("offer") if mark.forms]:
            mark, answered = waiting[0], answered + 1
            ending, given = ("/accept", {}) if answer == "yes" else ("/decline", {"reason": reason})
            page = await self.browser.send(mark.form(ending), given)
            about: dict[str, Any] = {"offer_id": mark.data["offer"], "kind": mark.data["kind"]}
            about |= {"opportunity_id": mark.data["opportunity"], "answer": answer, "said": _said(page)}
            self._note("person_answer", f"POST /min-sida/{{token}}/offers/{{offer_id}}{ending}", page, **about)
            if answered > 50:
                raise LookupError(f"{self.who} is asked about {mark.data['offer']} again and again")
        return answered

    async def withdraw(self, reason: str = "moving_elsewhere") -> None:
        page = await self.browser.send((await self.page()).form("/withdraw"), {"reason": reason})
        self._note("withdraw", "POST /min-sida/{token}/withdraw", page, reason=reason, said=_said(page))

    async def erase(self) -> None:
        page = await self.browser.send((await self.page()).form("/erase"))
        self._note("erase", "POST /min-sida/{token}/erase", page, erased=page.url.endswith("/raderad"))

    async def moved_in(self, month: str) -> None:
        page = await self.browser.send((await self.page()).form("/moved-in"), {"month": month})
        self._note("moved_in", "POST /min-sida/{token}/moved-in", page, month=month, said=_said(page))

    def _note(self, did: str, door: str, page: Page, **facts: Any) -> None:
        self.doors.journal.note(self.who, did, door, (page.hops or [page.status])[0], reference=self.reference, **facts)


class Family:
    """A household that plays: its plan and its people."""

    def __init__(self, doors: Doors, plan: Household) -> None:
        self.doors, self.plan, self.who = doors, plan, f"household {plan.number + 1}"
        self.people = [Person(doors, f"{self.who}, adult {n + 1}", adult) for n, adult in enumerate(plan.adults)]
        self.interest_id: str | None = None  # told to those who register as JSON
        self.left = False

    @property
    def reference(self) -> str | None:
        return next((person.reference for person in self.people if person.reference), None)

    async def register(self) -> None:
        if self.plan.by == "form":
            await self._by_form()
            return
        for _ in range(2 if self.plan.twice else 1):
            await self._by_json()

    async def _by_form(self) -> None:
        browser = self.people[0].browser
        page = await browser.open(f"{self.doors.intake}/anmal")
        page = await browser.send(page.form("/anmal"), self.plan.form())
        taken = page.url.endswith("/anmal/tack")
        self._note("register", "POST /anmal", (page.hops or [page.status])[0], taken=taken)

    async def _by_json(self) -> None:
        key = {"Idempotency-Key": f"hushall-{self.plan.number}-{self.people[0].adult.email}"}
        call = self.people[0].browser.call
        answer = await call("POST", f"{self.doors.intake}/api/interests", json=self.plan.body(), headers=key)
        told = answer.json()
        again, self.interest_id = self.interest_id, told.get("interest_id")
        facts = {"interest_id": self.interest_id, "reference": told.get("reference"), "repeat": again is not None}
        self._note("register", "POST /api/interests", answer.status_code, taken=answer.status_code == 201, **facts)

    def _note(self, did: str, door: str, status: int, **facts: Any) -> None:
        facts |= {"adults": [adult.email for adult in self.plan.adults]}
        self.doors.journal.note(self.who, did, door, status, **facts)


async def send_rubbish(doors: Doors, number: int) -> None:
    """A registration that must be refused: every second one by form, each wrong in its own way."""
    browser, who = Browser(doors.connections), f"stranger {number + 1}"
    if number % 2:
        page = await browser.open(f"{doors.intake}/anmal")
        written: dict[str, str | list[str]] = {}
        if number > 1:
            written = {"adults-0-name": "Kaktus", "adults-0-email": "kaktus", "consent": ["yes"]}
        page = await browser.send(page.form("/anmal"), written)
        refused = page.status == 422 and page.title.startswith("Fel:")
        doors.journal.note(who, "register", "POST /anmal", page.status, taken=False, refused=refused)
        return
    person = {"name": "Kaktus", "email": "kaktus@inflytt.example", "occupations": [{"words": "kaktus"}]}
    wrong: list[dict[str, Any]] = [
        {"adults": [person], "consent": False},
        {"adults": [person | {"occupations": [{"id": "trollkarl"}]}], "consent": True},
        {"adults": [], "children": ["1890-01"], "municipality": "0000", "consent": "ja"},
    ]
    body, key = wrong[number // 2 % 3], {"Idempotency-Key": f"skrap-{number}"}
    answer = await browser.call("POST", f"{doors.intake}/api/interests", json=body, headers=key)
    refused = answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    doors.journal.note(who, "register", "POST /api/interests", answer.status_code, taken=False, refused=refused)


def _said(page: Page) -> str | None:
    found = SAID.search(page.url)
    return found[1] if found else None
