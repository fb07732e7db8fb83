"""The organisations of a chaos run: an employer over HTTP, a landlord over Kafka, a coordinator at the desk."""

import asyncio
import json
import random
from datetime import datetime
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from inflytt.chaos.patience import patiently
from inflytt.local import Platform
from inflytt.players.browser import Browser, Mark, Page
from inflytt.players.journal import Journal
from inflytt.players.people import Size
from inflytt.players.places import dwellings, malformed_over_kafka, vacancies

AGAIN, WRONG, YES, CLOSE = 0.1, 0.1, 0.85, 0.05  # shares: sent twice, malformed, answered yes, closed again


class Organisations:
    """Three who work until `evening`."""

    def __init__(self, platform: Platform, journal: Journal, seed: int, vacancies: int, dwellings: int) -> None:
        self.platform, self.journal = platform, journal
        self.size = Size(vacancies=vacancies, dwellings=dwellings, queues=dwellings // 6)
        self.seed, self.rng = seed, random.Random(f"organisations {seed}")
        self.connections = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=8))
        self.evening = asyncio.Event()

    async def play(self, seconds: float) -> None:
        """They publish all they have within `seconds`."""
        now = self.platform.clock.now()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._employer(now, seconds))
            group.create_task(self._landlord(now, seconds))
            group.create_task(self._coordinator())

    async def _rest(self, seconds: float) -> bool:
        """False when the day is over."""
        try:
            await asyncio.wait_for(self.evening.wait(), seconds)
        except TimeoutError:
            return True
        return False

    # the employer

    async def _employer(self, now: datetime, seconds: float) -> None:
        answering = asyncio.create_task(self._answer_over_http())
        bodies = vacancies(self.seed, self.size, now)
        for body in bodies:
            opportunity_id = await self._post(body)
            if self.rng.random() < CLOSE:
                await self._partner("close", f"/partner/opportunities/{opportunity_id}/close", {"reason": "expired"})
            await asyncio.sleep(seconds / len(bodies))
        await answering

    async def _post(self, body: dict[str, Any]) -> str:
        for _ in range(1 + (self.rng.random() < AGAIN)):
            told = await self._partner("post", "/partner/vacancies", body, reference=body["reference"])
        return str(told.get("opportunity_id"))

    async def _partner(self, did: str, path: str, body: dict[str, Any], **facts: Any) -> dict[str, Any]:
        program = Browser(self.connections)
        headers = {"Authorization": f"Bearer {self.platform.partner_keys['norrverk']}"}
        answer, tries = await patiently(
            lambda: program.call("POST", f"{self.platform.intake}{path}", json=body, headers=headers)
        )
        told: dict[str, Any] = answer.json()
        self.journal.note("norrverk", did, "http", answer.status_code, tries=tries, told=told, path=path, **facts)
        return told

    async def _answer_over_http(self) -> None:
        program, answered = Browser(self.connections), set[str]()
        headers = {"Authorization": f"Bearer {self.platform.partner_keys['norrverk']}"}
        url = f"{self.platform.intake}/partner/offers?state=open"
        while await self._rest(1.0):
            found, _ = await patiently(lambda: program.call("GET", url, headers=headers))
            for offer_id in [offer["offer_id"] for offer in found.json() if offer["offer_id"] not in answered]:
                answered.add(offer_id)
                path = f"/partner/offers/{offer_id}/answer"
                await self._partner("own", path, self._yes_or_no(), offer_id=offer_id)

    def _yes_or_no(self) -> dict[str, str]:
        return {"answer": "yes"} if self.rng.random() < YES else {"answer": "no", "reason": "other_candidate"}

    # the landlord

    async def _landlord(self, now: datetime, seconds: float) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.platform.bootstrap.split(","), enable_idempotence=True)
        await _start(producer)
        answering = asyncio.create_task(self._answer_over_kafka(producer))
        bodies = dwellings(self.seed, self.size, now)
        try:
            for nth, body in enumerate(bodies):
                message = body | {"type": "dwelling", "id": f"d-{nth}"}
                for _ in range(1 + (self.rng.random() < AGAIN)):
                    await self._send(producer, "dwelling", message, reference=body["reference"])
                if self.rng.random() < WRONG:
                    wrong, _ = self.rng.choice(malformed_over_kafka(body))
                    await self._send(producer, "wrong", wrong)
                await asyncio.sleep(seconds / len(bodies))
            await answering
        finally:
            await producer.stop()

    async def _send(self, producer: AIOKafkaProducer, did: str, message: Any, **facts: Any) -> None:
        value = message if isinstance(message, bytes) else json.dumps(message).encode()
        topic = f"{self.platform.prefix}partner.lulehem.in"
        at = await producer.send_and_wait(topic, value, key=str(facts).encode())
        self.journal.note("lulehem", did, "kafka", None, partition=at.partition, offset=at.offset, **facts)

    async def _answer_over_kafka(self, producer: AIOKafkaProducer) -> None:
        topic, answered = f"{self.platform.prefix}partner.lulehem.out", set[str]()
        out = AIOKafkaConsumer(bootstrap_servers=self.platform.bootstrap.split(","), auto_offset_reset="earliest")
        await _start(out)
        try:
            out.assign([TopicPartition(topic, partition) for partition in range(6)])
            while not self.evening.is_set():
                for records in (await out.getmany(timeout_ms=500)).values():
                    for told in (json.loads(record.value) for record in records):
                        offer_id = told["offer_id"]
                        if told["type"] == "offer_made" and offer_id not in answered:
                            answered.add(offer_id)
                            message = self._yes_or_no() | {
                                "type": "answer",
                                "id": f"a-{offer_id}",
                                "offer_id": offer_id,
                            }
                            await self._send(producer, "own", message, offer_id=offer_id)
        finally:
            await out.stop()

    # the coordinator

    async def _coordinator(self) -> None:
        browser = Browser(self.connections)
        while await self._rest(0.8):
            page, _ = await patiently(lambda: self._desk(browser, "/?show=waiting"))
            waiting = [link for link in page.links if "/hushall/" in link]
            if waiting:
                await self._decide(browser, self.rng.choice(waiting))

    async def _desk(self, browser: Browser, path: str) -> Page:
        page = await browser.open(path if path.startswith("http") else self.platform.desk + path)
        asked = [form for form in page.forms if form.action.endswith("/authorize")]
        return await browser.send(asked[0], {"user": "vide"}) if asked else page

    async def _decide(self, browser: Browser, link: str) -> None:
        page, _ = await patiently(lambda: self._desk(browser, link))
        if marks := page.marked("match"):
            await self._approve(browser, link, self.rng.choice(marks))

    async def _approve(self, browser: Browser, link: str, mark: Mark) -> None:
        form = mark.form("/approve")
        page, tries = await patiently(lambda: browser.send(form, {"reason": "good_fit"}))
        decided = mark.data["match"] in [one.data["decided"] for one in page.marked("decided")]
        # after a lost answer the desk may say that it is decided already: by this very press, nobody else works here
        done = "done=approved" in page.url or (decided and tries > 1)
        match = {"match_id": mark.data["match"], "opportunity_id": mark.data["opportunity"]}
        self.journal.note("vide", "approve", "http", page.status, **match, done=done, tries=tries)


async def _start(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """As soon as a broker answers: one may just have been struck."""
    while True:
        try:
            return await client.start()
        except KafkaConnectionError:
            await asyncio.sleep(0.5)
