"""The relay: one per service takes outbox rows to Kafka in order and deletes them after the broker's ack; others stand by."""

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress

import asyncpg
from aiokafka.errors import KafkaError

from chassis import faults, telemetry
from chassis.kafka import start_producer, stop_producer
from chassis.lanes import Lanes
from chassis.passing import AWAY
from chassis.telemetry import log

LOCK = 7_700_001  # the session advisory lock that makes one relay of many
LIMIT = 2000  # rows a reading
HELD = 2 * LIMIT  # rows that are taken and not yet acked
LAST = 3.0  # seconds that it goes on draining after stop()
POLL = 0.5  # seconds; a nudge after each commit makes it sooner
REST = 0.005  # seconds after which what was acked is deleted, when nothing new is to be read
# Deletes what was acked and reads on, in one round trip, past what is on its way. `not in` is a hash here; what this
# statement deletes it still sees: it must be among the known.
NEXT = """
with gone as (delete from outbox where seq = any($1::bigint[]))
select seq, id, topic, key, version, type, headers, payload from outbox
where seq not in (select unnest($2::bigint[])) order by seq limit $3
"""
WAITING = (
    "select count(*) as rows, coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float as age from outbox"
)


class Relay:
    """Drains one service's outbox. Never `id > last` (loses rows that commit late), never `skip locked` (breaks order)."""

    def __init__(self, url: str, servers: list[str], prefix: str = "") -> None:
        self.url, self.servers, self.prefix = url, servers, prefix
        self.state = "starting"  # then "stands by", "holds"
        self.progress = time.monotonic()
        self.woken = asyncio.Event()
        self.ends: float | None = None  # when it stops, at the latest
        self.more = False  # whether there is more to read than was read
        self.rest: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Until stop(): takes the lock when it is free, drains, and starts anew when the database or Kafka went away."""
        while self.ends is None:
            try:
                await self._session()
            except (*AWAY, KafkaError) as error:
                self.state = "starting"
                log.warning("relay_restarts", error=type(error).__name__)
                await asyncio.sleep(0.5)

    def stop(self) -> None:
        """Ends it when the outbox is empty, or soon."""
        self.ends = time.monotonic() + LAST
        self.woken.set()

    async def _session(self) -> None:
        # A process that is stopped (SIGSTOP) keeps its TCP connections; the idle time-out is what takes its lock away.
        connection = await asyncpg.connect(
            self.url,
            timeout=10,
            command_timeout=30,
            server_settings={"application_name": "relay", "idle_session_timeout": "10s"},
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                self.state, self.progress = "stands by", time.monotonic()
                await self._pause(2)
                if self.ends is not None:
                    return
            await connection.add_listener("outbox", lambda *_: self.woken.set())
            await self._drain(connection)
        finally:
            with suppress(*AWAY):
                await connection.close(timeout=2)

    async def _drain(self, connection: asyncpg.Connection) -> None:
        producer = await start_producer(self.servers)
        lanes = Lanes(producer, self.prefix, self._moved)
        self.state = "holds"
        log.info("relay_holds_lock")
        measured = 0.0
        try:
            while True:
                self.woken.clear()
                if self.rest is not None:
                    self.rest.cancel()
                    self.rest = None
                acked = lanes.acked()
                rows = await self._next(connection, acked, lanes.known)
                if acked:
                    faults.point("after outbox delete")
                lanes.forget(acked)
                await lanes.take(rows)
                self.progress = time.monotonic()
                if self.progress - measured > 2:
                    measured = self.progress
                    await _measure(connection)
                if self.ends is not None and (not (rows or lanes.known) or self.progress > self.ends):
                    return
                self.more = len(rows) == LIMIT
                if not self.more or len(lanes.known) >= HELD:
                    await self._pause(POLL)
        finally:
            await lanes.close()
            # After a refused batch an idempotent producer is broken for good: whoever comes next makes a new one.
            await stop_producer(producer)

    async def _next(
        self, connection: asyncpg.Connection, acked: list[int], known: Collection[int]
    ) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await connection.fetch(NEXT, acked, list(known), LIMIT)
        return rows

    def _moved(self) -> None:
        """Something was acked: it can wait to be deleted, unless its place is wanted."""
        if self.more or self.ends is not None:
            self.woken.set()
        elif self.rest is None:
            self.rest = asyncio.get_running_loop().call_later(REST, self.woken.set)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), seconds)


async def _measure(connection: asyncpg.Connection) -> None:
    waiting = await connection.fetchrow(WAITING)
    telemetry.OUTBOX_ROWS.set(waiting["rows"])
    telemetry.OUTBOX_AGE.set(waiting["age"])
