"""Processes of the small service `tally`: waited for, stopped, killed; their doors, and their JSON logs, read."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx

from inflytt.servers.process import Child

T = TypeVar("T")


async def until(check: Callable[[], Awaitable[T]], seconds: float = 20.0) -> T:
    """What `check` says as soon as it says something true; AssertionError with its last answer after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (said := await check()):
        assert time.monotonic() < deadline, f"still {said!r} after {seconds} s"
        await asyncio.sleep(0.05)
    return said


class Worker:
    """One process of tally: its doors, its log, its end."""

    def __init__(self, child: Child, port: int, admin: int) -> None:
        self.child, self.port, self.admin = child, port, admin
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=15)
        self.ops = httpx.AsyncClient(base_url=f"http://127.0.0.1:{admin}", timeout=5)

    async def count(self, counter: UUID, note: str = "", **headers: str) -> httpx.Response:
        return await self.http.post(f"/counters/{counter}", json={"note": note}, headers=headers)

    async def states(self, door: str = "/readyz") -> dict[str, Any]:
        """What the health door says of each role; nothing while it does not answer."""
        try:
            return (await self.ops.get(door)).json()["roles"]
        except httpx.TransportError:
            return {}

    async def ready(self) -> bool:
        states = await self.states()
        return bool(states) and all(state["ok"] for state in states.values())

    async def is_ready(self, seconds: float = 30.0) -> "Worker":
        await until(self._ready_or_dead, seconds)
        return self

    async def _ready_or_dead(self) -> bool:
        assert self.child.alive, f"ended while starting: {self.child.last_words()}"
        return await self.ready()

    async def ended(self, seconds: float = 20.0) -> int | None:
        """Its exit code, when it ends by itself."""

        async def code() -> bool:
            return not self.child.alive

        await until(code, seconds)
        return self.child.kill()

    async def stop(self, seconds: float = 20.0) -> int | None:
        """SIGTERM, and its exit code; -9 when that did not end it in time."""
        return await asyncio.to_thread(self.child.stop, seconds)

    def kill(self) -> None:
        self.child.kill()

    def signal(self, signum: signal.Signals) -> None:
        assert self.child.pid is not None
        os.kill(self.child.pid, signum)

    def log(self, event: str = "") -> list[dict[str, Any]]:
        """What it logged, oldest first; only lines that say `event`, where one is named."""
        lines = [json.loads(line) for line in self.child.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if event in ("", line["event"])]

    async def close(self) -> None:
        self.child.kill()
        await self.http.aclose()
        await self.ops.aclose()


async def count_all(worker: Worker, counters: Iterable[UUID], note: str = "") -> tuple[list[UUID], list[UUID]]:
    """Counts these, ten at a time: those with a 2xx, and those without an answer or with a 503, which may have happened."""
    acked: list[UUID] = []
    unsure: list[UUID] = []
    ten = asyncio.Semaphore(10)

    async def one(counter: UUID) -> None:
        async with ten:
            try:
                answer = await worker.count(counter, note)
            except httpx.TransportError:
                unsure.append(counter)
                return
        assert answer.status_code in (201, 503), answer.text
        (acked if answer.status_code == 201 else unsure).append(counter)

    await asyncio.gather(*(one(counter) for counter in counters))
    return acked, unsure


def some(counters: int, each: int) -> list[UUID]:
    """`counters` new ids, each `each` times, taking turns."""
    return [uuid4() for _ in range(counters)] * each
