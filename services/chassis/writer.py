"""The single writer: one process holds an advisory lock, on the connection that all it writes goes through; others stand by."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chassis.database import Database, Transaction

# A process that is stopped (SIGSTOP) keeps its TCP connections; the time-outs are what takes its lock away.
SESSION = {"idle_session_timeout": "10s", "idle_in_transaction_session_timeout": "10s"}
LOCK = "select pg_try_advisory_lock(hashtextextended($1, 0))"


class LockLost(ConnectionError):
    """The connection that held the lock is gone: nothing is written until the lock is held again."""


class Writer:
    """Writes only while it holds the lock: a lost connection is a lost lock, and then no transaction commits."""

    def __init__(self, database: Database, lock: str) -> None:
        self.database, self.lock = database, lock
        self.connection: AsyncConnection | None = None
        self.locked: asyncpg.Connection | None = None  # the very connection that took the lock

    @property
    def holds(self) -> bool:
        """Whether the lock is held, as far as is known without asking."""
        return self.locked is not None and not self.locked.is_closed()

    @asynccontextmanager
    async def holding(
        self, stopping: asyncio.Event, stands_by: Callable[[], object], every: float = 1.0
    ) -> AsyncIterator[bool]:
        """Waits for the lock, asking `every` so many seconds; False when it is time to stop instead."""
        engine = create_async_engine(
            self.database.url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,
            connect_args={
                "server_settings": {**SESSION, "application_name": f"{self.database.source} writer"},
                "timeout": 10,
                "command_timeout": 60,
            },
        )
        try:
            async with engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                while not await driver.fetchval(LOCK, self.lock):
                    stands_by()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(stopping.wait(), every)
                        break
                else:
                    self.connection, self.locked = connection, driver
                yield self.holds
        finally:
            self.connection = self.locked = None
            with suppress(Exception):
                await engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction on the connection that holds the lock. Raises LockLost."""
        if not self.holds:
            raise LockLost
        async with self.database.transaction(connection=self.connection) as tx:
            if tx.driver is not self.locked:
                raise LockLost  # SQLAlchemy has connected anew, by itself and without the lock
            yield tx
