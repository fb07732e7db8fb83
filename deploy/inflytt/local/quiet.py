"""When nothing flows: every outbox is empty, every consumer at its topics' ends, and nothing is due."""

import asyncio
import importlib
import time

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from inflytt.errors import Stop
from inflytt.local.clock import Clock
from inflytt.local.partners import PARTNERS
from inflytt.local.processes import SERVICES

LONG = 5
OUTBOX = "select count(*) from outbox"
DUE = "select count(*) from due where at <= $1 and error is null"
LETTERS = (
    "select count(*) from messages where state in ('sending', 'handing_over') or state = 'queued' and send_at <= $1"
)


def groups() -> dict[str, list[str]]:
    """Every consumer group of the platform and the topics it reads."""
    consumers = [importlib.import_module(f"{service}.app").service.consumer for service in SERVICES]
    inward = [f"partner.{partner['partner_id']}.in" for partner in PARTNERS]
    return {c.group: c.topics for c in consumers} | {"intake.gateway": inward}


class Quiet:
    """Looks from outside, as an operator would: at the tables and at Kafka's groups."""

    def __init__(self, bootstrap: str, prefix: str, databases: dict[str, str], clock: Clock) -> None:
        self.servers, self.prefix, self.databases, self.clock = bootstrap.split(","), prefix, databases, clock

    async def wait(self, patience: float) -> None:
        """Quiet twice in a row, since a record may be between two places at one look.

        Raises Stop, and says what still flows, when nothing of it has moved for `patience` s, or it goes on `LONG` times that.
        """
        began = moved = time.monotonic()
        calm, before = 0, list[str]()
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        ends = AIOKafkaConsumer(bootstrap_servers=self.servers)
        connections = {}
        try:
            await admin.start()
            await ends.start()
            for name in SERVICES:
                connections[name] = await asyncpg.connect(self.databases[name])
            while calm < 2:
                flowing = await self._tables(connections) or await self._lag(admin, ends)
                calm = 0 if flowing else calm + 1
                if flowing != before:
                    before, moved = flowing, time.monotonic()
                now = time.monotonic()
                if flowing and (now > moved + patience or now > began + LONG * patience):
                    raise Stop(f"After {now - began:.0f} s there is still something under way: {', '.join(flowing)}.")
                await asyncio.sleep(0.1)
        finally:
            await admin.close()
            await ends.stop()
            for connection in connections.values():
                await connection.close()

    async def _tables(self, connections: dict[str, asyncpg.Connection]) -> list[str]:
        flowing = []
        for name, connection in connections.items():
            at = self.clock.now()
            if count := await connection.fetchval(OUTBOX):
                flowing.append(f"{count} rows in {name}'s outbox")
            if count := await connection.fetchval(DUE, at):
                flowing.append(f"{count} due in {name}")
            if name == "notifications" and (count := await connection.fetchval(LETTERS, at)):
                flowing.append(f"{count} letters to send")
        return flowing

    async def _lag(self, admin: AIOKafkaAdminClient, ends: AIOKafkaConsumer) -> list[str]:
        flowing = []
        for group, topics in groups().items():
            wanted = [TopicPartition(self.prefix + topic, n) for topic in topics for n in range(6)]
            end = await ends.end_offsets(wanted)
            done = await admin.list_consumer_group_offsets(self.prefix + group)
            behind = sum(end[where] - (done[where].offset if where in done else 0) for where in wanted)
            if behind:
                flowing.append(f"{behind} records that {group} has not handled")
        return flowing
