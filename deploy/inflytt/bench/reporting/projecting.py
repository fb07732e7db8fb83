"""Live projection beside its floor, slice by slice of one log; and the projection made again from all of it."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

import asyncpg

from chassis import rebuild
from chassis.kafka import start_producer
from inflytt.bench.figures import Figure, at_most, counted
from inflytt.bench.reporting.ground import SERVICE, Ground, Meter, Say
from inflytt.bench.reporting.lives import Lives
from inflytt.bench.reporting.log import Log
from inflytt.errors import Stop

OURS, FLOOR, TAPED = "ours", "floor", "taped"
GOAL = 0.6
HASH = "select count(*)::text || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from \"{}\" t"


@dataclass
class Pace:
    """Of all slices together: records, and the seconds that they took."""

    records: int = 0
    seconds: float = 0.0
    each: list[float] = field(default_factory=list)

    def add(self, records: int, seconds: float) -> float:
        self.records, self.seconds = self.records + records, self.seconds + seconds
        self.each.append(records / seconds)
        return self.each[-1]

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


class Projecting:
    """One log, and three databases that it is projected to: by us, by the floor, and where the floor's tape is recorded."""

    def __init__(self, ground: Ground, say: Say) -> None:
        self.ground, self.say = ground, say
        self.paces = {OURS: Pace(), FLOOR: Pace(), TAPED: Pace()}

    async def measure(self, events: int, slices: int) -> list[Figure]:
        """`projected` in records a second beside the floor. Raises Stop when the two don't hold the same rows."""
        producer = await start_producer(self.ground.bootstrap.split(","))
        log, told = Log(producer, self.ground.prefix), Lives(events, 1, datetime.now(UTC)).told()
        try:
            for nth in range(slices):
                size = events // slices if nth < slices - 1 else events - log.records
                await log.write(islice(told, size))
                self.say(f"{log.records} of {events} events are in the log")
                await self._slice(nth, log.records)
        finally:
            await producer.stop()
        await self._same_rows()
        return [beside_floor("projected", self.paces[OURS].rate, self.paces[FLOOR].rate)]

    async def _slice(self, nth: int, records: int) -> None:
        tape = self.ground.run / f"tape-{nth}"
        ours, taped = (SERVICE, "--role", "consumer"), (str(tape),)
        await self._project(TAPED, records, "inflytt.bench.reporting.recording", *taped)
        turns = [(OURS, ("chassis", *ours)), (FLOOR, ("inflytt.bench.reporting.floor", *taped))]
        for whose, words in turns if nth % 2 else reversed(turns):
            await self._project(whose, records, *words)
        tape.unlink()
        rates = ", ".join(f"{whose} {pace.each[-1]:,.0f}" for whose, pace in self.paces.items())
        self.say(f"slice {nth + 1}, records/s: {rates}")

    async def _project(self, whose: str, records: int, *words: str) -> None:
        connection = await asyncpg.connect(self.ground.urls[whose])
        try:
            with self.ground.process(whose, *words) as child:
                self.paces[whose].add(*await Meter(connection, records).watch(child))
        finally:
            await connection.close()

    async def _same_rows(self) -> None:
        """Every projection table by us, and by the floor, holds the same; nothing is parked."""
        hashes = {whose: await self._hashes(whose) for whose in (OURS, FLOOR)}
        differing = [table for table, told in hashes[OURS].items() if hashes[FLOOR][table] != told]
        if differing:
            raise Stop(f"We and the floor don't have the same {', '.join(differing)}; this run measured nothing.")
        self.say("; ".join(f"{table} {told.partition(':')[0]}" for table, told in hashes[OURS].items()))

    async def _hashes(self, whose: str) -> dict[str, str]:
        service = self.ground.opened(whose)
        async with service.database.transaction() as tx:
            parked = (await tx.fetch("select count(*) from parked"))[0][0]
            names = [table.name for table in rebuild.projections(service)]
            hashes = {name: str((await tx.fetch(HASH.format(name)))[0][0]) for name in names}
        await service.database.close()
        if parked:
            raise Stop(f"{parked} events are parked; this run measured nothing.")
        return hashes


async def rebuilt(ground: Ground, floor: float, say: Say) -> list[Figure]:
    """`rebuilt` in records a second, from the log's first batch to its last, beside the floor's rate; and the comparing."""
    service = ground.opened(OURS)
    steps: list[tuple[int, float]] = []
    verdict = await rebuild.verify(
        service, ground.bootstrap.split(","), ground.prefix, lambda done, _: steps.append((done, time.monotonic()))
    )
    await service.database.close()
    (first, began), (last, ended) = steps[0], steps[-1]
    for difference in verdict.differences:
        say(f"rebuild: {difference}")
    unequal = sum(one.live != one.replay for one in verdict.tables.values())
    return [
        beside_floor("rebuilt", (last - first) / (ended - began), floor),
        at_most("rebuild_differences", "tables or rows", len(verdict.differences) + unequal, 0),
        counted("rebuild_comparing", "s", verdict.seconds - (ended - began)),
    ]


def beside_floor(name: str, rate: float, floor: float) -> Figure:
    ratio = rate / floor
    return Figure(name, round(rate), "records/s", round(floor), round(ratio, 3), GOAL, ratio >= GOAL)
