"""Rounds are solved beside the loop: in a process of their own, one at a time, with progress; cancelling ends it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import NamedTuple

from matching.domain.rounds.needs import Needs
from matching.domain.rounds.package import NotARound, Round
from matching.domain.rounds.relax import Say, silently
from matching.domain.rounds.solve import RoundResult
from matching.worker import LENGTH, WHOLE, Piece, Pieces, framed, pieces, unframed

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # sums come out the same on however many cores
MEMORY = 3 * 2**30  # bytes that a solve may take
_one = asyncio.Lock()


class SolvingFailed(Exception):
    """The round has no result, and why: a sentence for who asked. It may be asked for again."""


class Answer(NamedTuple):
    """A round's result, and what it tells of what is missing."""

    result: RoundResult
    needs: Needs


async def solved(asked: Round, say: Say = silently, memory: int = MEMORY) -> Answer:
    """The round's result and its needs, by a worker process that may take so many bytes. `say` is called in the loop as it goes on.

    While another round is being solved this one waits. Raises NotARound as `solve` does, SolvingFailed when the worker
    ends without a result. Cancelled, it leaves no process behind.
    """
    if _one.locked():
        say("waiting", 0, 1)
    async with _one:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "matching.worker", str(memory), stdin=PIPE, stdout=PIPE, env=os.environ | ONE_THREAD
        )
        try:
            await _asked(worker, asked)
            return await _answer(worker, say)
        finally:
            await _ended(worker)


async def _asked(worker: Process, asked: Round) -> None:
    assert worker.stdin is not None
    with suppress(ConnectionError):  # a worker that is gone is found out where its answer is awaited
        for piece in pieces(asked):
            worker.stdin.write(framed(piece))
            await worker.stdin.drain()
            await asyncio.sleep(0)  # a drain that need not wait doesn't let others go first


async def _answer(worker: Process, say: Say) -> Answer:
    found = Pieces()
    while (piece := await _next(worker)) != WHOLE:
        match piece:
            case "progress", [what, done, of]:
                say(what, done, of)
            case "refused", str(sentence):
                raise NotARound(sentence)
            case "failed", str(sentence):
                raise SolvingFailed(sentence)
            case _:
                found.add(piece)
        await asyncio.sleep(0)
    return Answer(found.whole(RoundResult), found.whole(Needs))


async def _next(worker: Process) -> Piece:
    assert worker.stdout is not None
    try:
        (length,) = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))
        return unframed(await worker.stdout.readexactly(length))
    except asyncio.IncompleteReadError:
        raise SolvingFailed(_how_it_ended(await worker.wait())) from None


def _how_it_ended(code: int) -> str:
    if code == -signal.SIGKILL:
        return "the worker was killed: by hand, or because the machine ran out of memory"
    if code < 0:
        return f"the worker broke down ({signal.Signals(-code).name})"
    return f"the worker ended without a result (exit code {code})"


async def _ended(worker: Process) -> None:
    """It is no more; what it still had to say is read, or its end would not be noticed."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    with suppress(ProcessLookupError):
        worker.kill()
    worker.stdin.close()
    while await worker.stdout.read(2**16):
        pass
    await worker.wait()
