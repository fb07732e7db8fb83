"""Carries out a plan of blows: each strikes, lasts, is healed, and then the time runs until the work goes on."""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from inflytt.chaos.faults.fault import Blow, Fault
from inflytt.errors import Stop
from inflytt.local import Platform, Say
from inflytt.local.processes import ServiceProcess
from inflytt.local.quiet import groups

PATIENCE, LOOK = 60.0, 0.1  # seconds


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


class Player:
    """Plays one fault. `recovered` holds, for each blow, its target and the seconds from its healing to the work."""

    def __init__(self, fault: Fault, groups: Groups, say: Say) -> None:
        self.fault, self.groups, self.say = fault, groups, say
        self.recovered: list[tuple[str, float]] = []
        self.rising: dict[str, asyncio.Task[None]] = {}

    async def play(self, blows: Sequence[Blow]) -> None:
        """Returns when all that was struck works again."""
        began = time.monotonic()
        for nth, blow in enumerate(blows, 1):
            await asyncio.sleep(max(0.0, began + blow.at - time.monotonic()))
            await asyncio.gather(*(task for name, task in self.rising.items() if self.fault.alone or name == blow.name))
            before = await self._standings(blow.name)
            await asyncio.to_thread(self.fault.strike, blow.name, random.Random(blow.seed))
            self.say(f"{nth} of {len(blows)}: {blow.name} is struck, for {blow.lasts:.1f} s")
            self.rising[blow.name] = asyncio.create_task(self._heal(blow, before))
        await asyncio.gather(*self.rising.values())

    async def _standings(self, target: str) -> dict[str, int]:
        """How far they had come whose work must go on."""
        services = {process.service for process in self.fault.touched(target) if process.role in ("consumer", "all")}
        return {service: (await self.groups.standing(service))[0] for service in sorted(services)}

    async def _heal(self, blow: Blow, before: dict[str, int]) -> None:
        await asyncio.sleep(blow.lasts)
        began = time.monotonic()
        await asyncio.to_thread(self.fault.heal, blow.name)
        times = [("healed", time.monotonic())]
        for process in self.fault.touched(blow.name):
            await self._until_ready(process, began)
            times.append((f"{process.name} ready", time.monotonic()))
        for service, done in before.items():
            await self._until_it_goes_on(service, done, began)
            times.append((f"{service} goes on", time.monotonic()))
        self.recovered.append((blow.name, times[-1][1] - began))
        longest = max(range(len(times)), key=lambda n: times[n][1] - (times[n - 1][1] if n else began))
        self.say(f"{blow.name} works again after {self.recovered[-1][1]:.1f} s; longest until {times[longest][0]}")

    async def _until_ready(self, process: ServiceProcess, began: float) -> None:
        while not await asyncio.to_thread(process.ready):
            if not process.child.alive:
                raise Stop(f"{process.name} ended by itself: {process.child.last_words()}")
            _patience(f"{process.name} is not ready ({process.child.log})", began)
            await asyncio.sleep(LOOK)

    async def _until_it_goes_on(self, service: str, before: int, began: float) -> None:
        while True:
            with suppress(KafkaError, OSError, TimeoutError):  # a broker that is back may have no leaders yet
                done, there = await asyncio.wait_for(self.groups.standing(service), PATIENCE)
                if done > before or done >= there:
                    return
            _patience(f"{service} handles nothing", began)
            await asyncio.sleep(LOOK)

    @property
    def recovery(self) -> dict[str, float]:
        """Seconds: the median and the longest."""
        seconds = [seconds for _, seconds in self.recovered]
        return {"p50": round(statistics.median(seconds), 2), "max": round(max(seconds), 2)} if seconds else {}


def _patience(what: str, began: float) -> None:
    if time.monotonic() - began > PATIENCE:
        raise Stop(f"{what} {PATIENCE:.0f} s after it was healed.")
