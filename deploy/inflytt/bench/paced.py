"""How long an event is on its way at 200 a second: from its commit, or from its POST, to its projection elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from uuid import UUID, uuid4

from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout

from chassis.database import Database
from inflytt.bench.events import meter_read
from inflytt.bench.ground import Ground
from inflytt.bench.load import BODY
from inflytt.errors import Stop
from inflytt.servers.process import listens

PACE, SECONDS, WARM = 200, 10, 200  # events a second; events that don't count
PATIENCE = 60.0  # seconds
TELL = """create function tell() returns trigger language plpgsql as
            $$ begin perform pg_notify('projected', new.meter_id::text); return null; end $$;
          create trigger tell after insert on latest for each row execute function tell()"""
Say = Callable[[UUID], Awaitable[float]]  # says an event of this meter; the moment from which its way counts
Way = Callable[[Ground], AbstractAsyncContextManager[Say]]


async def paced(ground: Ground, whose: tuple[str, ...], roles: str, way: Way) -> Sequence[float]:
    """Milliseconds of each event's way, to the commit of its projection as it is seen from a third process."""
    began: dict[UUID, float] = {}
    ended: dict[UUID, float] = {}
    count = PACE * SECONDS + WARM
    await ground.connection.execute(TELL)
    await ground.connection.add_listener(
        "projected", lambda *told: ended.update({UUID(str(told[3])): time.perf_counter()})
    )
    with ExitStack() as stack:
        for role in roles.split():
            stack.enter_context(ground.process(whose, role))
        async with way(ground) as say:

            async def one(meter: UUID) -> None:
                began[meter] = await say(meter)

            await one(uuid4())  # it listens when this one has come through
            await _arrived(ended, 1)
            saying, start = [], time.monotonic()
            for nth in range(count):
                await asyncio.sleep(max(0.0, start + nth / PACE - time.monotonic()))
                saying.append(asyncio.create_task(one(uuid4())))
            try:
                await asyncio.gather(*saying)
            except SQLAlchemyTimeout as error:
                raise Stop(
                    f"This machine is too busy to commit {PACE} events a second; nothing was measured."
                ) from error
            await _arrived(ended, count + 1)
    return [(ended[meter] - moment) * 1000 for meter, moment in list(began.items())[WARM + 1 :]]


@asynccontextmanager
async def commits(ground: Ground) -> AsyncIterator[Say]:
    """From the moment its commit is done."""
    database = Database(ground.database.url, "small")

    async def say(meter: UUID) -> float:
        await database.say(meter_read(meter, 1, "kronan", "2026-11"))
        return time.perf_counter()

    yield say
    await database.close()


@asynccontextmanager
async def posts(ground: Ground) -> AsyncIterator[Say]:
    """From the moment its POST is sent, over connections that are open."""
    deadline = time.monotonic() + PATIENCE
    while not listens(ground.port):
        if time.monotonic() > deadline:
            raise Stop("Nothing listens.")
        await asyncio.sleep(0.02)
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    head = f"HTTP/1.1\r\nhost: 127.0.0.1:{ground.port}\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}"

    async def say(meter: UUID) -> float:
        while free and free[-1][0].at_eof():
            free.pop()  # it idled, and was closed
        reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", ground.port)
        sent = time.perf_counter()
        writer.write(f"POST /meters/{meter} {head}\r\n\r\n".encode() + BODY)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 201"):
            raise Stop(f"A POST was answered with {answer[:40]!r}; nothing was measured.")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        free.append((reader, writer))
        return sent

    yield say
    for _, writer in free:
        writer.close()


async def _arrived(ended: dict[UUID, float], count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(ended) < count:
        if time.monotonic() > deadline:
            raise Stop(f"After {PATIENCE:.0f} s {len(ended)} of {count} events arrived.")
        await asyncio.sleep(0.01)
