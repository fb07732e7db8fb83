"""The coordinator: signs in, reads the list, opens each household, introduces or turns down, with a reason."""

from collections import Counter
from typing import Any

from inflytt.players.browser import Browser, Mark, Page
from inflytt.players.doors import Doors, together

AT_ONCE = {"job": 2, "home": 1}  # introductions to one place
TURNED_DOWN = 9  # every so many proposals is one that the coordinator does not believe in


class Coordinator:
    def __init__(self, doors: Doors, user: str = "vide") -> None:
        self.doors, self.user, self.who = doors, user, f"coordinator {user}"
        self.browser = Browser(doors.connections)
        self.introduced: dict[
            str, tuple[str, str, str]
        ] = {}  # match: household, who of it, and to what; while it lives
        self.signed_in, self.seen = False, 0

    async def sign_in(self) -> None:
        page = await self.browser.open(self.doors.desk + "/")
        page = await self.browser.send(page.form("/authorize"), {"user": self.user})
        if page.status != 200 or not page.url.startswith(self.doors.desk):
            raise PermissionError(f"{self.who} could not sign in: {page.status} at {page.url}")
        self.signed_in = True
        self.doors.journal.note(self.who, "sign_in", "GET /", page.status)

    async def listed(self, show: str = "waiting") -> list[str]:
        """The households in the list, by interest id, page after page."""
        found: list[str] = []
        for number in range(1, 1000):
            page = await self.browser.open(f"{self.doors.desk}/?show={show}&page={number}")
            here = [mark.data["interest"] for mark in page.marked("interest")]
            found += here
            if not here or not any(f"page={number + 1}" in link for link in page.links):
                break
        self.doors.journal.note(self.who, "read_list", f"GET /?show={show}", page.status, households=len(found))
        return found

    async def decide(self) -> None:
        """Goes through the list once, three households open at a time."""
        remembered = sorted({interest for interest, _, _ in self.introduced.values()})
        await together((self._open(interest) for interest in remembered), side_by_side=3)
        await together((self._household(interest) for interest in await self.listed()), side_by_side=3)

    async def _open(self, interest_id: str) -> Page:
        return self._seen(await self.browser.open(f"{self.doors.desk}/hushall/{interest_id}"))

    def _seen(self, page: Page) -> Page:
        """Forgets introductions that have come to nothing."""
        for mark in page.marked("decided"):
            if mark.data["state"] not in ("open", "placed"):
                self.introduced.pop(mark.data["decided"], None)
        return page

    async def _household(self, interest_id: str) -> None:
        page = await self._open(interest_id)
        passed: set[str] = set()
        while one := next(iter(self._worth_deciding(page, interest_id, passed)), None):
            passed.add(one.data["match"])
            self.seen += 1
            if self.seen % TURNED_DOWN == 0 and one.data["kind"] == "job":
                page = await self._press(one, interest_id, "reject", "better_opportunity")
            else:
                page = await self._press(one, interest_id, "approve", _why(one))

    def _worth_deciding(self, page: Page, interest_id: str, passed: set[str]) -> list[Mark]:
        """Proposals for those who have nothing open or placed, to places not spoken for; the best first."""
        busy = {who for _, who, _ in self.introduced.values()}
        spoken_for = Counter(place for _, _, place in self.introduced.values())
        worth = [
            one
            for one in page.marked("match")
            if one.data["match"] not in passed
            and _seeker(one, interest_id) not in busy
            and spoken_for[one.data["opportunity"]] < AT_ONCE[one.data["kind"]]
        ]
        return sorted(worth, key=lambda one: -int(one.data["score"]))

    async def _press(self, one: Mark, interest_id: str, what: str, reason: str) -> Page:
        """Presses the button; the page that answers is the household as it then stands."""
        match, place = one.data["match"], one.data["opportunity"]
        if what == "approve":  # noted before the answer: others are deciding meanwhile
            self.introduced[match] = (interest_id, _seeker(one, interest_id), place)
        page = await self.browser.send(one.form(f"/{what}"), {"reason": reason})
        done = page.status == 200 and "done=" in page.url
        if not done:
            self.introduced.pop(match, None)
        facts: dict[str, Any] = {"match_id": match, "opportunity_id": place, "interest_id": interest_id}
        facts |= {"kind": one.data["kind"], "person_id": one.data["person"] or None, "score": int(one.data["score"])}
        status = (page.hops or [page.status])[0]
        door = f"POST /hushall/{{interest_id}}/matches/{{match_id}}/{what}"
        self.doors.journal.note(self.who, what, door, status, done=done, reason=reason, **facts)
        return self._seen(page)


def _seeker(one: Mark, interest_id: str) -> str:
    return one.data["person"] or interest_id


def _why(one: Mark) -> str:
    return "whole_household" if one.data["kind"] == "home" else "good_fit"
