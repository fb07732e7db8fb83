"""What one sees while it plays: the phases, how many records stand in each topic, how each process feels."""

import asyncio
import time
from collections.abc import Mapping

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from inflytt.audit import TOPICS
from inflytt.audit.log import PARTITIONS
from inflytt.local import Platform

EVERY = 0.5  # seconds


class Board:
    """`async with` it; `say` begins a phase."""

    def __init__(self, out: Console) -> None:
        self.out, self.began = out, time.monotonic()
        self.phases: list[tuple[str, float]] = []  # name, when it began
        self.topics: dict[str, int] = {}
        self.processes: dict[str, str] = {}
        self.live = Live(get_renderable=self._drawn, console=out, refresh_per_second=4)

    def say(self, phase: str) -> None:
        self.phases.append((phase, time.monotonic()))
        if not self.out.is_terminal:
            self.out.print(f"{time.monotonic() - self.began:5.1f} s  {phase}")

    async def watch(self, platform: Platform) -> None:
        """Looks at topics and processes until it is cancelled. Draws only where somebody sees it."""
        if not self.out.is_terminal:
            return
        names = (*TOPICS, *(f"partner.{id}.{end}" for id in platform.partner_keys for end in ("in", "rejected", "out")))
        parts = [TopicPartition(platform.prefix + name, n) for name in names for n in range(PARTITIONS)]
        consumer = AIOKafkaConsumer(bootstrap_servers=platform.bootstrap.split(","))
        await consumer.start()
        try:
            with self.live:
                async with httpx.AsyncClient(timeout=2) as client:
                    while True:
                        ends = await consumer.end_offsets(parts)
                        self.topics = {
                            name: sum(ends[part] for part in parts if part.topic == platform.prefix + name)
                            for name in names
                        }
                        self.processes = {name: await _feels(client, url) for name, url in platform.admin.items()}
                        await asyncio.sleep(EVERY)
        finally:
            await consumer.stop()

    def _drawn(self) -> Group:
        side = Table.grid(padding=(0, 4))
        side.add_row(_columns("topic", self.topics), _columns("process", self.processes))
        return Group(self._road(), Text(), side)

    def _road(self) -> Table:
        road, ends = Table.grid(padding=(0, 2)), [at for _, at in self.phases[1:]] + [time.monotonic()]
        for (name, at), end in zip(self.phases, ends, strict=False):
            under_way = end == ends[-1]
            road.add_row("[yellow]●[/]" if under_way else "[green]✓[/]", name, f"[dim]{end - at:5.1f} s[/]")
        return road


async def _feels(client: httpx.AsyncClient, admin: str) -> str:
    try:
        roles = (await client.get(f"{admin}/readyz")).json()["roles"]
    except (httpx.HTTPError, ValueError, KeyError):
        return "[red]does not answer[/]"
    return ", ".join(f"[{'green' if state['ok'] else 'red'}]{role}[/]" for role, state in roles.items())


def _columns(heading: str, rows: Mapping[str, int | str]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(heading)
    table.add_column("records" if heading == "topic" else "ready", justify="right" if heading == "topic" else "left")
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table
