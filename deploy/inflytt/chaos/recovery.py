"""`inflytt chaos --recovery`: how soon keys flow again, in seconds, the worst of the runs of each case.

All the while households lapse, one in each partition of `interests`, twenty times a second, said through intake's
outbox and relay. A consumer's keys flow again when it has committed, in its own database, for every partition a
record that came after the fault. What is killed is killed by kill -9. Measured is, of

- a consumer that comes back: from where its process says that it has started (Python has loaded what it needs; the
  seconds from exec to there are a figure of their own) until the keys that it held flow again;
- a consumer that stays away: from the kill until its keys flow, at the others;
- matching's writer: from the kill until the standby holds the lock; and until its keys flow there;
- Kafka, the only broker: from the exec of its new process until it answers, and until the keys of reporting and of
  matching flow.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka.partitioner import murmur2

from chassis.database import Database
from contracts.interests import RegistrationLapsed
from inflytt import local, servers
from inflytt.bench.figures import at_most, tell
from inflytt.errors import Stop
from inflytt.local import Platform
from inflytt.local.processes import ServiceProcess

CREW = {"intake-relay": 1, "matching-consumer": 2, "reporting-consumer": 3}
RUNS, DOWN, PATIENCE = 3, 1.0, 60.0  # runs of each case; seconds
PARTITIONS, PACE, LOOK = 6, 0.05, 0.01  # of `interests`; seconds between two of a partition, and between two looks
GOALS = {
    "a consumer comes back: its keys flow": 1.0,
    "a consumer comes back: its process loads": 5.0,
    "a consumer stays away: its keys flow": 8.0,
    "the writer falls: the standby holds the lock": 5.0,
    "the writer falls: its keys flow": 8.0,
    "the broker comes back: it answers": 10.0,
    "the broker comes back: all keys flow": 10.0,
}
Standing = dict[int, int]  # offset by partition


def main(given: argparse.Namespace) -> int:
    with local.running("recovery", _say, CREW, state=None) as platform:
        seconds = asyncio.run(_measured(platform))
    figures = [at_most(name, "s", max(seconds[name]), goal) for name, goal in GOALS.items()]
    tell(figures, given.json)
    return 0 if all(figure.met for figure in figures) else 1


async def _measured(platform: Platform) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in GOALS}
    async with AsyncExitStack() as stack:
        flow = await Flow(platform).opened(stack)
        for case in (_comes_back, _stays_away, _writer_falls, _broker_falls):
            for nth in range(RUNS):
                await _calm(platform, flow)
                for name, value in (await case(platform, flow, nth)).items():
                    seconds[name].append(value)
                    _say(f"{name} after {value:.2f} s")
    return seconds


class Flow:
    """What flows all the while, and how far the consumers have come with it."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.intake = platform, Database(platform.databases["intake"], "intake")
        self.looks: dict[str, asyncpg.Connection] = {}

    async def opened(self, stack: AsyncExitStack) -> "Flow":
        for service in ("matching", "reporting"):
            self.looks[service] = await asyncpg.connect(self.platform.databases[service])
            stack.push_async_callback(self.looks[service].close)
        stack.push_async_callback(self.intake.close)
        self.lapsing = asyncio.create_task(self._lapse())
        stack.callback(self.lapsing.cancel)
        await self.flows({service: await self.standing(service) for service in self.looks})
        return self

    async def standing(self, service: str) -> Standing:
        """The next offset of each partition, as the consumer has committed it with its effects."""
        rows = await self.looks[service].fetch("""select partition, "offset" from offsets where topic = 'interests'""")
        return dict.fromkeys(range(PARTITIONS), 0) | {row["partition"]: row["offset"] for row in rows}

    async def flows(self, before: dict[str, Standing]) -> float:
        """The time when every consumer has gone on in each partition from where it stood before."""
        deadline = time.time() + PATIENCE
        for service, stood in before.items():
            while waits := [n for n, offset in (await self.standing(service)).items() if offset <= stood[n]]:
                if self.lapsing.done():
                    await self.lapsing  # raises what ended it
                if time.time() > deadline:
                    raise Stop(f"After {PATIENCE:.0f} s {service} handles nothing of partitions {waits}.")
                await asyncio.sleep(LOOK)
        return time.time()

    async def _lapse(self) -> None:
        while True:
            async with self.intake.transaction() as tx:
                tx.publish(*(RegistrationLapsed(interest_id=key) for key in _one_for_each_partition()))
            await asyncio.sleep(PACE)


def _one_for_each_partition() -> Iterable[UUID]:
    found: dict[int, UUID] = {}
    while len(found) < PARTITIONS:
        key = uuid4()
        found[(murmur2(str(key).encode()) & 0x7FFFFFFF) % PARTITIONS] = key
    return found.values()


async def _comes_back(platform: Platform, flow: Flow, nth: int) -> dict[str, float]:
    process = _one_that_holds_keys(platform, nth)
    await asyncio.to_thread(process.kill)
    await asyncio.sleep(DOWN)
    stood = await flow.standing("reporting")
    began = time.time()
    process.start()
    flows = await flow.flows({"reporting": stood})
    started = _said(process, "started")
    if not began <= started <= flows:
        raise Stop(f"{process.name} needs longer to load than its session lasts: too busy a machine to measure on.")
    return {
        "a consumer comes back: its keys flow": flows - started,
        "a consumer comes back: its process loads": started - began,
    }


async def _stays_away(platform: Platform, flow: Flow, nth: int) -> dict[str, float]:
    process = _one_that_holds_keys(platform, nth)
    killed = time.time()
    await asyncio.to_thread(process.kill)
    flows = await flow.flows({"reporting": await flow.standing("reporting")})
    process.start()
    return {"a consumer stays away: its keys flow": flows - killed}


async def _writer_falls(platform: Platform, flow: Flow, nth: int) -> dict[str, float]:
    pair = [platform.processes[f"matching-consumer-{number}"] for number in (1, 2)]
    writer, standby = sorted(pair, key=lambda process: _said(process, "writer_holds_lock"), reverse=True)
    before = _said(standby, "writer_holds_lock")
    killed = time.time()
    await asyncio.to_thread(writer.kill)
    stood = await flow.standing("matching")
    flows = await flow.flows({"matching": stood})
    if (locked := _said(standby, "writer_holds_lock")) <= before:
        raise Stop(f"{standby.name} never said that it holds the lock: nothing was measured.")
    writer.start()
    return {
        "the writer falls: the standby holds the lock": locked - killed,
        "the writer falls: its keys flow": flows - killed,
    }


async def _broker_falls(platform: Platform, flow: Flow, nth: int) -> dict[str, float]:
    assert platform.ground is not None
    kafka = platform.ground.kafka
    if not isinstance(kafka, servers.Kafka):
        raise Stop("Only a Kafka of our own can be killed; unset KAFKA_BOOTSTRAP_SERVERS and INFRA.")
    (broker,) = kafka.brokers
    await asyncio.to_thread(broker.kill)
    await asyncio.sleep(DOWN)
    stood = {service: await flow.standing(service) for service in flow.looks}
    began = time.time()
    await asyncio.to_thread(broker.start)
    answers = time.time()
    flows = await flow.flows(stood)
    return {"the broker comes back: it answers": answers - began, "the broker comes back: all keys flow": flows - began}


async def _calm(platform: Platform, flow: Flow) -> None:
    """Everybody works again and has caught up, so that the next case begins as the first did."""
    for process in platform.processes.values():
        await asyncio.to_thread(process.wait_until_ready, PATIENCE)
    await asyncio.sleep(2.5)  # consumers tell their metrics every two seconds
    await flow.flows({service: await flow.standing(service) for service in flow.looks})


def _one_that_holds_keys(platform: Platform, nth: int) -> ServiceProcess:
    """One of reporting's consumers that says in its metrics that it has partitions of `interests`."""
    consumers = [p for p in platform.processes.values() if (p.service, p.role) == ("reporting", "consumer")]
    holding = [process for process in consumers if 'topic="interests"' in process.metrics()]
    return holding[nth % len(holding)]


def _said(process: ServiceProcess, event: str) -> float:
    """When a process last logged an event, as a Unix time; 0 if it never did."""
    for line in reversed(process.child.log.read_text().splitlines()):
        if f'"{event}"' in line and line.startswith("{"):
            told: dict[str, Any] = json.loads(line)
            if told["event"] == event:
                return datetime.fromisoformat(told["timestamp"]).timestamp()
    return 0.0


def _say(line: str) -> None:
    print(f"· {line}", file=sys.stderr, flush=True)
