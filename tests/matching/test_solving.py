"""A round is solved beside the loop: it is told how far it has come, and nothing that ends the worker is silent."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from inflytt.bench.matching.households import standard
from matching.domain.rounds.package import Gets, NotARound, Round
from matching.domain.rounds.solve import solve
from matching.solving import SolvingFailed, solved

SMALL, LARGE = standard(30, 1), standard(400, 1)


class Told:
    """What was said, and the first time that anything was."""

    def __init__(self) -> None:
        self.all: list[tuple[str, int, int]] = []
        self.something = asyncio.Event()

    def __call__(self, what: str, done: int, of: int) -> None:
        self.all.append((what, done, of))
        self.something.set()


def workers() -> list[int]:
    """The processes that this one has started, and that still are."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if b"matching.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_the_result_is_what_the_same_round_gives_in_process_and_progress_is_told() -> None:
    told = Told()
    assert (await solved(SMALL, told)).result == solve(SMALL)
    assert told.all[0] == ("relaxing", 0, 4)
    assert ("solving exactly", 0, len(SMALL.households)) in told.all
    assert not workers()


async def test_a_round_that_cannot_be_is_refused_in_the_same_words() -> None:
    wrong = Round(SMALL.households, SMALL.places, (Gets("nobody", "home", "p", "c", "r"),), SMALL.terms)
    with pytest.raises(NotARound, match="the round has no such household"):
        await solved(wrong)


async def test_a_worker_that_is_killed_is_told_of_and_the_next_round_is_solved() -> None:
    told = Told()
    solving = asyncio.create_task(solved(LARGE, told))
    await told.something.wait()
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(SolvingFailed, match="was killed"):
        await solving
    assert (await solved(SMALL)).result.allocations


async def test_a_round_that_is_cancelled_leaves_no_process() -> None:
    told = Told()
    solving = asyncio.create_task(solved(LARGE, told))
    await told.something.wait()
    assert len(workers()) == 1
    solving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await solving
    assert not workers()


async def test_a_round_too_large_for_its_memory_says_so() -> None:
    with pytest.raises(SolvingFailed, match="more than the 100 MiB"):
        await solved(LARGE, memory=100 * 2**20)


async def test_a_second_round_waits_for_the_first() -> None:
    first, second = Told(), Told()
    one = asyncio.create_task(solved(LARGE, first))
    await first.something.wait()
    other = asyncio.create_task(solved(SMALL, second))
    await second.something.wait()
    assert second.all == [("waiting", 0, 1)]
    assert len(workers()) == 1
    one.cancel()
    assert (await other).result.allocations


async def test_a_worker_whose_asker_is_gone_goes_too() -> None:
    asker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ASKER,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert asker.stdout is not None
    worker = int(await asker.stdout.readline())
    asker.kill()
    await asker.wait()
    while Path(f"/proc/{worker}").exists() and _state(worker) != "Z":
        await asyncio.sleep(0.05)


ASKER = """
import asyncio, os
from pathlib import Path
from inflytt.bench.matching.households import standard
from matching.solving import solved
def say(what, done, of):
    print(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[0], flush=True)
asyncio.run(solved(standard(400, 1), say))
"""


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


async def test_the_loop_is_never_away_for_long_while_a_large_round_is_handed_over() -> None:
    told, longest = Told(), 0.0
    solving = asyncio.create_task(solved(LARGE, told))
    while not told.something.is_set():
        began = time.thread_time()  # what others do on the machine is not ours
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - began)
    solving.cancel()
    await asyncio.gather(solving, return_exceptions=True)
    assert longest < 0.05
