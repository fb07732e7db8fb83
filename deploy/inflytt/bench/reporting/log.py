"""The log: what happened, said and numbered as outboxes do it, and brought to Kafka as relays do."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from aiokafka import AIOKafkaProducer

from chassis import outbox
from chassis.outbox import Saying
from contracts import TOPICS
from contracts.municipalities import CONTROLLER
from inflytt.bench.reporting.lives import Happened

AT_ONCE = 5000  # records on their way


class Log:
    """Numbers each key's events from 1, without a gap, per publisher."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str) -> None:
        self.producer, self.prefix = producer, prefix
        self.records = 0
        self._versions: Counter[tuple[str, str]] = Counter()

    async def write(self, happened: Iterable[Happened]) -> None:
        """In this order; returns when the broker has it all."""
        rest = iter(happened)
        while some := list(islice(rest, AT_ONCE)):
            await asyncio.gather(*[await self._send(one) for one in some])
            self.records += len(some)

    async def _send(self, one: Happened) -> "asyncio.Future[object]":
        said = Saying.of(
            one.event,
            source=TOPICS[one.event.topic.name].publishers[0],
            time=one.at,
            actor="system",
            municipality=one.municipality,
            controller=CONTROLLER[one.municipality],
            cause=None,
        )
        self._versions[said.topic, said.key] += 1
        row = {"id": said.id, "type": said.type, "key": said.key, "headers": outbox.dumps(said.attributes)}
        headers = outbox.headers(row | {"version": self._versions[said.topic, said.key]})
        value = one.event.model_dump_json().encode()
        sent: asyncio.Future[object] = await self.producer.send(
            self.prefix + said.topic, value, key=said.key.encode(), headers=headers
        )
        return sent
