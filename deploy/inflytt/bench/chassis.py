"""The chassis beside its floors: consume and project, drain an outbox, answer a POST; and how long an event is on its way."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg

from chassis.database import Database
from inflytt import servers
from inflytt.bench.events import meter_read
from inflytt.bench.figures import Figure, at_most_ms, beside
from inflytt.bench.ground import FLOOR, OURS, Ground
from inflytt.bench.paced import commits, paced, posts
from inflytt.errors import Stop
from inflytt.servers.process import listens

METERS = [uuid4() for _ in range(1000)]
CONNECTIONS = 64
PATIENCE = 60.0  # seconds
Round = Callable[[Ground, tuple[str, ...]], Awaitable[float]]


def measure(rows: int, seconds: float, rounds: int) -> list[Figure]:
    """Every figure, on servers started for it. Raises Stop when what was written is not what was to be written."""
    with servers.running("bench") as ground:
        return asyncio.run(_measure(ground, rows, seconds, rounds))


async def _measure(real: servers.Servers, rows: int, seconds: float, rounds: int) -> list[Figure]:
    ground = await Ground(real, "bench").made()
    await _fill(ground, rows)
    consuming = await _rounds("consume_and_project", ground, rounds, lambda g, whose: _consume(g, whose, rows))
    draining = await _rounds("relay_drain", ground, rounds, lambda g, whose: _drain(g, whose, rows))
    posting = await _rounds("post", ground, rounds, lambda g, whose: _post(g, whose, seconds))
    _say("commit_to_consumed, post_to_projected and the same by bare loops, ten seconds each")
    committed = await paced(await Ground(real, "paced").made(), OURS, "relay consumer", commits)
    posted = await paced(await Ground(real, "posted").made(), OURS, "api relay consumer", posts)
    bare = await paced(await Ground(real, "bare").made(), FLOOR, "api relay consumer", posts)
    return [
        beside("consume_and_project", "records/s", consuming, 0.9),
        beside("relay_drain", "rows/s", draining, 1.5),
        beside("post", "requests/s", posting, 1.2),
        *at_most_ms("commit_to_consumed", committed, 10, 50),
        *at_most_ms("post_to_projected", posted, 6, 25),
        *at_most_ms("post_to_projected_by_bare_loops", bare, 6, 25),  # whether this machine can have it at all
    ]


async def _rounds(name: str, ground: Ground, rounds: int, one: Round) -> list[tuple[float, float]]:
    """(ours, floor) of each round; they take turns in going first."""
    found = []
    for nth in range(rounds):
        order = (OURS, FLOOR) if nth % 2 else (FLOOR, OURS)
        rates = {whose: await one(ground, whose) for whose in order}
        found.append((rates[OURS], rates[FLOOR]))
        _say(f"{name}, round {nth + 1}: {rates[OURS]:,.0f}, floor {rates[FLOOR]:,.0f}")
    return found


async def _fill(ground: Ground, rows: int) -> None:
    """The log to be consumed, said by the chassis and taken out by its relay; `filled` keeps the outbox's rows."""
    database = Database(ground.database.url, "small")
    for nth in range(0, rows, len(METERS)):
        async with database.transaction() as tx:
            meters = METERS[: rows - nth]
            tx.publish(*(meter_read(meter, nth // len(METERS) + 1, "kronan", "2026-11") for meter in meters))
    await database.close()
    await ground.connection.execute("create table filled as select * from outbox")
    with ground.process(OURS, "relay"):
        await _drained(ground.connection)
    _check("records in the log", await ground.records("readings"), rows)


async def _consume(ground: Ground, whose: tuple[str, ...], rows: int) -> float:
    """Records a second, from the first batch's commit to the last one's."""
    await ground.connection.execute("truncate inbox, heard, offsets, latest")
    first: tuple[float, int] | None = None
    with ground.process(whose, "consumer"):
        deadline = time.monotonic() + PATIENCE
        while True:
            done = await ground.connection.fetchval('select coalesce(sum("offset"), 0)::int from offsets')
            now = time.monotonic()
            first = first or ((now, done) if done else None)
            if first and done >= rows:
                break
            _in_time(deadline, f"{done} of {rows} records were consumed")
            await asyncio.sleep(0.005)
    _check("readings projected", await ground.connection.fetchval("select sum(readings) from latest"), rows)
    return (rows - first[1]) / (now - first[0])


async def _drain(ground: Ground, whose: tuple[str, ...], rows: int) -> float:
    """Rows a second, from their commit to an empty outbox, by a relay that is awake."""
    again = """insert into outbox (id, topic, key, version, type, headers, payload)
               select id, 'drained', key, version, type, headers, payload from filled order by seq limit $1"""
    await ground.connection.execute("truncate outbox")
    before = await ground.records("drained")
    await ground.connection.execute(again, 100)
    with ground.process(whose, "relay"):
        await _drained(ground.connection)
        await ground.connection.execute(again, rows)
        began = time.monotonic()
        await ground.connection.execute("select pg_notify('outbox', '')")
        await _drained(ground.connection)
        took = time.monotonic() - began
    _check("rows drained", await ground.records("drained") - before, rows + 100)
    return rows / took


async def _drained(connection: asyncpg.Connection) -> None:
    deadline = time.monotonic() + PATIENCE
    while await connection.fetchval("select seq from outbox order by seq desc limit 1") is not None:
        _in_time(deadline, "the outbox is not empty")
        await asyncio.sleep(0.005)


async def _post(ground: Ground, whose: tuple[str, ...], seconds: float) -> float:
    """Requests a second that were answered with 201, after a second that warms."""
    await ground.connection.execute("truncate meters, streams, outbox")
    with ground.process(whose, "api"):
        deadline = time.monotonic() + PATIENCE
        while not listens(ground.port):
            _in_time(deadline, "nothing listens")
            await asyncio.sleep(0.02)
        warm, answers = await _load(ground.port, 1), await _load(ground.port, seconds)
    answered = int(warm["201"] + answers["201"])
    _check("kinds of answers", len(answers), 2)
    _check("events said", await ground.connection.fetchval("select count(*) from outbox"), answered)
    _check("readings", await ground.connection.fetchval("select sum(total) from meters"), answered)
    return answers["201"] / answers["seconds"]


async def _load(port: int, seconds: float) -> dict[str, float]:
    words = ("-m", "inflytt.bench.load", str(port), str(seconds), str(CONNECTIONS))
    load = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    out, _ = await load.communicate()
    answers: dict[str, float] = json.loads(out)
    return answers


def _check(what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise Stop(f"{what}: {found} instead of {wanted}; this run measured nothing.")


def _in_time(deadline: float, otherwise: str) -> None:
    if time.monotonic() > deadline:
        raise Stop(f"After {PATIENCE:.0f} s {otherwise}.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
