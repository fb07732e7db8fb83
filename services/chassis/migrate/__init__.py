"""Migrations: numbered sentences in each service's folder, run by one Alembic environment for all."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

HERE = Path(__file__).parent
LOCK = 7_700_002  # two who migrate at once go one after the other


def create_chassis_tables(op: Any) -> None:
    """The first step of every service's first migration: outbox, inbox and their kin."""
    for statement in (HERE / "chassis.sql").read_text().split(";"):
        if statement.strip():
            op.execute(statement)


def home(service: str) -> Path:
    """The service's own folder."""
    spec = importlib.util.find_spec(service)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"there is no service {service}")
    return Path(spec.submodule_search_locations[0])


def configured(service: str, folder: str = "migrations") -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(home(service) / folder))
    config.set_main_option("path_separator", "newline")
    config.attributes["service"] = service
    return config


async def migrate(service: str, url: str, folder: str = "migrations", schema: str = "") -> None:
    """Brings the database to the newest migration; in `schema`, made if missing, where one is named."""
    config = configured(service, folder)

    def upgrade(connection: Connection) -> None:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        connection.execute(text("set local lock_timeout = '5s'"))
        if schema:
            connection.execute(text(f'create schema if not exists "{schema}"'))
            connection.execute(text(f'set local search_path to "{schema}"'))
            connection.dialect.default_schema_name = schema
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")

    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def migrate_now(service: str, url: str, folder: str = "migrations") -> None:
    asyncio.run(migrate(service, url, folder))
