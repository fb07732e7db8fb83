"""How changes are written to the projection: set by set, never row by row."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql

from chassis.database import Transaction
from reporting.domain.projection import FIRST, KEYS, Rows
from reporting.store.tables import Base


async def write(tx: Transaction, rows: Rows) -> None:
    """Writes a fold's changes: one statement for all rows of a table that change the same columns."""
    for table, changed in rows.items():
        alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
        for _, values in sorted(changed.items()):  # in one order, so that two writers never wait in a circle
            alike.setdefault(tuple(sorted(values)), []).append(values)
        for columns, changes in alike.items():
            await tx.execute(_upsert(table, columns), *([row[name] for row in changes] for name in columns))


@cache
def _upsert(table: str, columns: tuple[str, ...]) -> str:
    types = Base.metadata.tables[table].columns
    arrays = ", ".join(
        f"${number}::{types[name].type.compile(dialect=postgresql.dialect())}[]"
        for number, name in enumerate(columns, 1)
    )
    sets = ", ".join(
        f"{name} = coalesce({table}.{name}, excluded.{name})" if name in FIRST else f"{name} = excluded.{name}"
        for name in columns
        if name not in KEYS[table]
    )
    names, keys = ", ".join(columns), ", ".join(KEYS[table])
    # every name is one of our own tables' and columns'
    return f"insert into {table} ({names}) select * from unnest({arrays}) on conflict ({keys}) do update set {sets}"  # noqa: S608
