"""Connections to a service's database: SQLAlchemy's engine, and asyncpg under it."""

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BEGIN = text("select 1")


def engine(url: str, pool_size: int, settings: dict[str, str]) -> AsyncEngine:
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,  # an error's text may come into a log
        connect_args={"server_settings": settings, "timeout": 10, "command_timeout": 60},
    )


async def begun(connection: AsyncConnection) -> asyncpg.Connection:
    """Begins, and returns asyncpg's own connection. SQLAlchemy would begin with its first statement, which may never come."""
    await connection.begin()
    assert connection.sync_connection is not None
    under = connection.sync_connection.connection
    driver: asyncpg.Connection = under.driver_connection
    try:
        await under.dbapi_connection._start_transaction()  # type: ignore[union-attr]
    except Exception:
        await connection.execute(BEGIN)  # fails too, and tells it so that the pool learns of it
    return driver
