"""The employer: publishes vacancies over HTTP with its API key, changes and closes some, answers offers."""

from collections.abc import Iterable
from itertools import cycle
from typing import Any

import httpx

from inflytt.players.browser import Browser
from inflytt.players.doors import Doors, together
from inflytt.players.places import Body

ANSWERS = ("yes", "yes", "no", "yes", "yes", "silent", "yes", "yes")
ENDED = ("placed", "fell_through", "lapsed", "withdrawn", "too_late")


class Owner:
    """Whoever owns places. What an owner sees over HTTP: its own places and offers."""

    def __init__(self, doors: Doors, partner_id: str) -> None:
        self.doors, self.who = doors, partner_id
        self.browser = Browser(doors.connections)
        self.silent: set[str] = set()  # offers it leaves without an answer
        self.moods = cycle(ANSWERS)

    async def own(self) -> list[dict[str, Any]]:
        """All it has published, as the door tells it."""
        return (await self._get("/partner/opportunities")).json()

    async def offers(self) -> list[dict[str, Any]]:
        """All its offers. Raises PermissionError where somebody is named who has not said yes."""
        told: list[dict[str, Any]] = (await self._get("/partner/offers")).json()
        for offer in told:
            if offer["people"] and not offer["person_yes"] and len(offer["people"]) > 1:
                raise PermissionError(f"{self.who} was told of everybody in {offer['offer_id']} before all said yes")
        return told

    def mood(self, offer_id: str) -> str:
        """Most yes, some no, some never."""
        if offer_id in self.silent:
            return "silent"
        mood = next(self.moods)
        if mood == "silent":
            self.silent.add(offer_id)
        return mood

    async def _get(self, path: str) -> httpx.Response:
        return (await self.browser.call("GET", self.doors.intake + path, headers=self._key)).raise_for_status()

    @property
    def _key(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.doors.partner_keys[self.who]}"}


class Employer(Owner):
    def __init__(self, doors: Doors, partner_id: str = "norrverk") -> None:
        super().__init__(doors, partner_id)
        self.ids: dict[str, str] = {}  # opportunity by own reference

    async def post(self, bodies: Iterable[Body]) -> None:
        await together(self._post(body) for body in bodies)

    async def _post(self, body: Body) -> None:
        answer = await self._send("POST", "/partner/vacancies", body, "post", reference=body["reference"])
        self.ids[body["reference"]] = answer["opportunity_id"]

    async def send_malformed(self, wrong: Iterable[tuple[bytes | Body, str]]) -> None:
        for body, code in wrong:
            await self._send("POST", "/partner/vacancies", body, "malformed", expected=code)

    async def change(self, body: Body) -> None:
        path = f"/partner/vacancies/{self.ids[body['reference']]}"
        await self._send("PUT", path, body, "change", reference=body["reference"])

    async def close(self, opportunity_id: str, reason: str = "filled_elsewhere") -> None:
        path = f"/partner/opportunities/{opportunity_id}/close"
        await self._send("POST", path, {"reason": reason}, "close", opportunity_id=opportunity_id)

    async def answer_offers(self) -> None:
        """Answers what is open, in the order of its own references."""
        waiting = [o for o in await self.offers() if o["state"] == "open" and o["answer"] is None]
        for offer in sorted(waiting, key=lambda o: (o["reference"], o["offer_id"])):
            answer = self.mood(offer["offer_id"])
            if answer == "silent":
                continue
            body = {"answer": answer, "reason": "other_candidate" if answer == "no" else None}
            path = f"/partner/offers/{offer['offer_id']}/answer"
            about = {"offer_id": offer["offer_id"], "opportunity_id": offer["opportunity_id"], "answer": answer}
            await self._send("POST", path, body, "owner_answer", **about)

    async def _send(self, method: str, path: str, body: bytes | Body, did: str, **facts: Any) -> dict[str, Any]:
        """Sends and notes; what was refused is noted with its code and pointers."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {**self._key, "content-type": "application/json"}
        answer = await self.browser.call(method, self.doors.intake + path, headers=headers, **sent)
        told: dict[str, Any] = answer.json()
        if answer.is_error:
            faults = told.get("errors", [])
            facts |= {"codes": [told["code"], *(fault["code"] for fault in faults)]}
            facts |= {"pointers": [fault.get("pointer") for fault in faults], "sentence": told["title"]}
        facts |= {"taken": answer.is_success, "opportunity_id": facts.get("opportunity_id", told.get("opportunity_id"))}
        self.doors.journal.note(self.who, did, f"{method} {path}", answer.status_code, **facts)
        return told
