"""Reporting at a million events: projection and rebuild beside a bare loop, dashboards, and reports for a board."""

import asyncio
from dataclasses import dataclass

import uvloop

from inflytt import servers
from inflytt.bench.figures import Figure
from inflytt.bench.reporting import boards, dashboards
from inflytt.bench.reporting.ground import Ground, Say
from inflytt.bench.reporting.projecting import FLOOR, OURS, TAPED, Projecting, rebuilt


@dataclass(frozen=True)
class Sizes:
    """`events` in the log, in so many `slices`; `requests` of each page."""

    events: int
    slices: int
    requests: int


def measure(sizes: Sizes, say: Say) -> list[Figure]:
    """Every figure, on servers started for it. Raises Stop when what was written is not what was to be written."""
    with servers.running("bench") as real, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measured(Ground(real), sizes, say))


async def measured(ground: Ground, sizes: Sizes, say: Say) -> list[Figure]:
    """Every figure, on servers that run."""
    projecting = Projecting(await ground.made((OURS, FLOOR, TAPED)), say)
    found = await projecting.measure(sizes.events, sizes.slices)
    found += await rebuilt(ground, projecting.paces[FLOOR].rate, say)
    await ground.rested(OURS)
    with dashboards.door(ground, OURS) as client:
        boards.loaded(client)
        return [*found, *dashboards.measure(client, sizes.requests, say), *boards.measure(client, say)]
