"""The nudger wakes the relay after commits, so that what was said leaves at once."""

import asyncio
from contextlib import suppress

import asyncpg

AWAKE = 10.0  # seconds without a commit after which its connection is closed
PAUSE = 0.002  # seconds in which commits share a nudge


class Nudger:
    """One NOTIFY for all commits of a moment, on a connection of its own, never in a transaction.

    A NOTIFY inside the transaction takes a lock that all commits share. The relay polls as well, so a lost nudge
    costs half a second and nothing else.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.wanted = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.closed = False

    def nudge(self) -> None:
        self.wanted.set()
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._notify())

    async def _notify(self) -> None:
        # The relay's own poll finds the rows.
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            connection = await asyncpg.connect(self.url, timeout=5)
            try:
                while not self.closed:
                    await asyncio.wait_for(self.wanted.wait(), AWAKE)
                    self.wanted.clear()
                    await connection.execute("select pg_notify('outbox', '')")
                    await asyncio.sleep(PAUSE)
            finally:
                await connection.close(timeout=1)

    async def close(self) -> None:
        self.closed = True
        self.wanted.set()  # a cancellation that meets the end of a connect is lost in Python 3.11
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
