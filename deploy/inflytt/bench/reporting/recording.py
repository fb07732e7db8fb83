"""The service's own consumer process, which records what its transactions ask.

`python -m inflytt.bench.reporting.recording FILE`, until SIGTERM.
"""

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import uvloop

from chassis import telemetry
from chassis.batch import Batches
from chassis.database import Transaction
from chassis.keyring import Keyring
from chassis.process import Process
from chassis.records import Heard, Tally
from chassis.service import Service
from inflytt.bench.reporting.tape import Recorded, Statement

ASKED = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "copy_records_to_table")


class Driver:
    """A connection of asyncpg that remembers what it was asked."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self.statements: list[Statement] = []

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._driver, name)
        if name not in ASKED:
            if asyncio.iscoroutinefunction(asked) or name in ("cursor", "prepare", "transaction"):
                raise NotImplementedError(f"a tape can't hold {name}")
            return asked

        def ask(*args: Any, **more: Any) -> Any:
            more = {key: list(value) if key == "records" else value for key, value in more.items()}
            self.statements.append(Statement(name, args, more))
            return asked(*args, **more)

        return ask


class Recorder:
    """Stands in for the beginning and the applying of a consumer's batches; what commits comes on the tape."""

    def __init__(self, batches: Batches, tape: BinaryIO) -> None:
        self.tape, self._begin, self._apply = tape, batches.begin, batches.apply
        self._records = 0  # of the batch under way
        batches.begin, batches.apply = self.begin, self.apply  # type: ignore[method-assign]

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self._begin() as tx:
            driver = Driver(tx.driver)
            tx.driver = driver
            yield tx
        if self._records:
            pickle.dump(Recorded(self._records, driver.statements), self.tape)

    async def apply(self, records: Sequence[Heard], keyring: Keyring) -> Tally:
        self._records = len(records)
        try:
            return await self._apply(records, keyring)
        finally:
            self._records = 0


def main() -> int:
    telemetry.configure_logging("reporting", "tape")
    service: Service[Any] = import_module("reporting.app").service
    service.open()
    process = Process(service, "consumer")
    assert process.listening is not None
    with Path(sys.argv[1]).open("wb") as tape, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        Recorder(process.listening.batches, tape)
        return runner.run(process.run())


if __name__ == "__main__":
    sys.exit(main())
