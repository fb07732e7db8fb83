"""kill -9 at random times, a new start soon after, and how long it takes until the work goes on."""

import asyncio
import random
import statistics
import time
from dataclasses import dataclass
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from inflytt.errors import Stop
from inflytt.local import Platform, Say
from inflytt.local.processes import ServiceProcess
from inflytt.local.quiet import groups

BETWEEN, DOWN = (2.0, 6.0), (0.0, 2.0)  # seconds between two kills, and until the process is started again
PATIENCE, LOOK = 60.0, 0.1  # seconds


@dataclass(frozen=True)
class Kill:
    at: float  # seconds from the beginning
    name: str  # of the process
    down: float  # seconds


def plan(names: list[str], kills: int, seed: int) -> list[Kill]:
    """Who falls when; the same for the same seed. Everybody falls once before anybody falls twice."""
    rng, told, at, left = random.Random(f"kills {seed}"), list[Kill](), 2.0, list[str]()
    for _ in range(kills):
        at += rng.uniform(*BETWEEN)
        left = left or rng.sample(names, len(names))
        told.append(Kill(at, left.pop(), rng.uniform(*DOWN)))
    return told


class Groups:
    """How far each service's consumer group has come, by what it has committed to Kafka."""

    def __init__(self, platform: Platform) -> None:
        self.prefix, servers = platform.prefix, platform.bootstrap.split(",")
        self.admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        self.ends = AIOKafkaConsumer(bootstrap_servers=servers)
        self.groups = groups()

    async def __aenter__(self) -> Self:
        await self.admin.start()
        await self.ends.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.admin.close()
        await self.ends.stop()

    async def standing(self, service: str) -> tuple[int, int]:
        """Records that the service's group has done with, and records that there are."""
        group, topics = next((g, t) for g, t in self.groups.items() if g.partition(".")[0] == service)
        places = [TopicPartition(self.prefix + topic, partition) for topic in topics for partition in range(6)]
        ends = await self.ends.end_offsets(places)
        done = await self.admin.list_consumer_group_offsets(self.prefix + group)
        return sum(done[place].offset for place in places if place in done), sum(ends.values())


class Killer:
    """Carries out a plan. `recovered` holds, for each kill, the process and the seconds from its start to its work."""

    def __init__(self, platform: Platform, groups: Groups, say: Say) -> None:
        self.platform, self.groups, self.say = platform, groups, say
        self.recovered: list[tuple[str, float]] = []

    async def run(self, kills: list[Kill]) -> None:
        """Returns when the last one that fell works again."""
        began, rising = time.monotonic(), dict[str, asyncio.Task[None]]()
        for nth, kill in enumerate(kills, 1):
            await asyncio.sleep(max(0.0, began + kill.at - time.monotonic()))
            if kill.name in rising:
                await rising[kill.name]
            process = self.platform.processes[kill.name]
            await asyncio.to_thread(process.kill)
            self.say(f"kill {nth} of {len(kills)}: {kill.name}, down for {kill.down:.1f} s")
            rising[kill.name] = asyncio.create_task(self._raise(process, kill.down))
        await asyncio.gather(*rising.values())

    async def _raise(self, process: ServiceProcess, down: float) -> None:
        before, _ = await self.groups.standing(process.service)
        await asyncio.sleep(down)
        process.start()
        began = time.monotonic()
        await self._until_ready(process, began)
        if process.role in ("consumer", "all"):
            await self._until_it_goes_on(process, before, began)
        self.recovered.append((process.name, time.monotonic() - began))
        self.say(f"{process.name} works again after {self.recovered[-1][1]:.1f} s")

    async def _until_ready(self, process: ServiceProcess, began: float) -> None:
        while not await asyncio.to_thread(process.ready):
            if not process.child.alive:
                raise Stop(f"{process.name} ended after its restart: {process.child.last_words()}")
            _patience(process, began, "is not ready")
            await asyncio.sleep(LOOK)

    async def _until_it_goes_on(self, process: ServiceProcess, before: int, began: float) -> None:
        while True:
            done, there = await self.groups.standing(process.service)
            if done > before or done >= there:
                return
            _patience(process, began, "handles nothing")
            await asyncio.sleep(LOOK)

    @property
    def recovery(self) -> dict[str, float]:
        """Seconds: the median and the longest."""
        seconds = [seconds for _, seconds in self.recovered]
        return {"p50": round(statistics.median(seconds), 2), "max": round(max(seconds), 2)} if seconds else {}


def _patience(process: ServiceProcess, began: float, what: str) -> None:
    if time.monotonic() - began > PATIENCE:
        raise Stop(f"{process.name} {what} {PATIENCE:.0f} s after its restart ({process.child.log})")
