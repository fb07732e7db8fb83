"""A tape: what a consumer's transactions asked of PostgreSQL, statement by statement."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Statement(NamedTuple):
    """A call of asyncpg's connection."""

    method: str
    args: tuple[Any, ...]
    more: dict[str, Any]


class Recorded(NamedTuple):
    """One committed transaction, and how many records it was of."""

    records: int
    statements: list[Statement]


def played(file: Path) -> Iterator[Recorded]:
    """What is on the tape, in order."""
    with file.open("rb") as tape:
        while tape.peek(1):
            yield pickle.load(tape)  # noqa: S301 - our own, of this run
