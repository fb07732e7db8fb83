"""The housing company: a plain Kafka client on its own three topics; names of those who said yes it fetches over HTTP."""

import json
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from inflytt.players.doors import Doors
from inflytt.players.employer import Owner
from inflytt.players.places import Body


class Landlord(Owner):
    """`start` before, `stop` after."""

    def __init__(self, doors: Doors, partner_id: str = "lulehem") -> None:
        super().__init__(doors, partner_id)
        self.topic = f"{doors.prefix}partner.{partner_id}"
        self.sent = 0
        self.open: dict[str, dict[str, Any]] = {}  # offers that stand, by id, as `.out` told them

    async def start(self) -> None:
        servers = self.doors.bootstrap.split(",")
        self.producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
        self.consumer = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
        await self.producer.start()
        await self.consumer.start()
        parts = [TopicPartition(f"{self.topic}.{end}", n) for end in ("rejected", "out") for n in range(6)]
        self.consumer.assign(parts)
        await self.consumer.seek_to_beginning(*parts)

    async def stop(self) -> None:
        await self.producer.stop()
        await self.consumer.stop()

    async def publish(self, bodies: Iterable[Body]) -> None:
        for body in bodies:
            await self._send({"type": "dwelling", **body}, "post")

    async def send_malformed(self, wrong: Iterable[tuple[bytes | Body, str]]) -> None:
        for body, code in wrong:
            await self._send(body, "malformed", expected=code)

    async def change(self, body: Body) -> None:
        await self._send({"type": "change", **body}, "change")

    async def close(self, reference: str, reason: str = "filled_elsewhere") -> None:
        await self._send({"type": "close", "reference": reference, "reason": reason}, "close")

    async def answer_offers(self) -> None:
        await self.read()
        unanswered = [offer for offer in self.open.values() if "answer" not in offer]
        for offer in sorted(unanswered, key=lambda o: (o["reference"], o["offer_id"])):
            answer = self.mood(offer["offer_id"])
            if answer == "silent":
                continue
            offer["answer"] = answer
            reason = {"reason": "income_requirement"} if answer == "no" else {}
            about = {"offer_id": offer["offer_id"], "answer": answer}
            await self._send({"type": "answer", **about, **reason}, "owner_answer", **about)

    async def read(self) -> None:
        """All that has been told on `.rejected` and `.out` since last time."""
        ends = await self.consumer.end_offsets(list(self.consumer.assignment()))
        while any([await self.consumer.position(where) < end for where, end in ends.items()]):
            for where, records in (await self.consumer.getmany(timeout_ms=100)).items():
                for record in records:
                    self._hear(where.topic.rpartition(".")[2], json.loads(record.value))

    def _hear(self, end: str, told: dict[str, Any]) -> None:
        door = f"{self.topic}.{end}".removeprefix(self.doors.prefix)
        if end == "rejected":
            codes = [told["code"], *(fault["code"] for fault in told["errors"])]
            pointers = [fault["pointer"] for fault in told["errors"]]
            where = {name: told[name] for name in ("input", "partition", "offset", "sentence")}
            self.doors.journal.note(self.who, "rejected", door, codes=codes, pointers=pointers, **where)
            return
        facts = {name: told.get(name) for name in ("offer_id", "opportunity_id", "reference", "reason")}
        self.doors.journal.note(self.who, told["type"], door, **facts)
        if told["type"] == "offer_made":
            self.open[told["offer_id"]] = dict(told)
        else:
            self.open.pop(told["offer_id"], None)

    async def _send(self, message: bytes | Body, did: str, **facts: Any) -> None:
        self.sent += 1
        if isinstance(message, dict):
            message = {"id": f"lh-{self.sent}", **message}
            facts |= {"id": message["id"], "type": message["type"], "reference": message.get("reference")}
        value = message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()
        key = str(facts.get("reference") or facts.get("offer_id") or "").encode() or None
        at = await self.producer.send_and_wait(f"{self.topic}.in", value, key=key)
        door = f"partner.{self.who}.in"
        self.doors.journal.note(self.who, did, door, partition=at.partition, offset=at.offset, **facts)
