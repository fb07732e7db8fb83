"""Where reporting is measured: topics and databases of its own on real servers, and the processes that work on them."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import asyncpg

from chassis.kafka import create_topics
from chassis.migrate import migrate
from chassis.service import Service
from inflytt.errors import Stop
from inflytt.servers import Servers
from inflytt.servers.process import Child, free_port

SERVICE = "reporting"
Say = Callable[[str], None]
PATIENCE = 60.0  # seconds without any progress
SECRET = "-" * 32
MET = """select coalesce(sum("offset"), 0)::bigint from offsets where consumer = $1"""


class Ground:
    """`await ground.made()` first. Databases are named; each has the service's tables, and none of its rows."""

    def __init__(self, servers: Servers) -> None:
        self.run, self._postgres = servers.run, servers.postgres
        self.bootstrap, self.prefix = servers.kafka.bootstrap_servers, f"{servers.kafka.prefix}reporting-bench."
        self.port = free_port()
        self.urls: dict[str, str] = {}

    async def made(self, databases: Collection[str]) -> "Ground":
        await create_topics(self.bootstrap.split(","), self.prefix)
        for name in databases:
            self.urls[name] = self._postgres.create_database(f"reporting_{name}").url
            await migrate(SERVICE, self.urls[name])
        return self

    @contextmanager
    def process(self, database: str, *words: str) -> Iterator[Child]:
        """`python -m WORDS`, with what our services are told, on that database until the block ends."""
        child = Child(f"{database}-{words[0]}", [sys.executable, "-m", *words], self.run, env=self._env(database))
        child.start()
        try:
            yield child
        finally:
            child.stop()

    async def rested(self, database: str) -> None:
        """As autovacuum leaves it some minutes later."""
        connection = await asyncpg.connect(self.urls[database])
        await connection.execute("vacuum analyze")
        await connection.close()

    def opened(self, database: str) -> Service[Any]:
        """The real service, on that database. Close it with `await service.database.close()`."""
        service: Service[Any] = import_module(f"{SERVICE}.app").service
        told = {key.removeprefix("INFLYTT_").lower(): value for key, value in self._told(database).items()}
        service.open(service.settings_type(**{k: told[k] for k in told.keys() & service.settings_type.model_fields}))
        return service

    def _env(self, database: str) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("INFLYTT_")}
        return others | self._told(database)

    def _told(self, database: str) -> dict[str, str]:
        return {
            "INFLYTT_ENVIRONMENT": "local",
            "INFLYTT_DATABASE_URL": self.urls[database],
            "INFLYTT_KAFKA_SERVERS": self.bootstrap,
            "INFLYTT_TOPIC_PREFIX": self.prefix,
            "INFLYTT_HTTP_PORT": str(self.port),
            "INFLYTT_ADMIN_PORT": str(free_port()),
            "INFLYTT_COOKIE_SECRET": SECRET,
            "INFLYTT_SERVICE_TOKEN": SECRET,
            "INFLYTT_ISSUER_URL": "http://127.0.0.1:1",  # nobody signs in here: the session is sealed by us
            "INFLYTT_OIDC_CLIENT_ID": SERVICE,
            "INFLYTT_OIDC_CLIENT_SECRET": SECRET,
        }


class Meter:
    """How far a consumer has come in its database, and how fast: from a batch's commit to the last one's."""

    def __init__(self, connection: asyncpg.Connection, wanted: int) -> None:
        self.connection, self.wanted = connection, wanted

    async def watch(self, child: Child) -> tuple[int, float]:
        """(records, seconds) between the first commit that is seen and the one with the last record. Raises Stop."""
        before = done = await self._done()
        first: tuple[int, float] | None = None
        moved = time.monotonic()
        while done < self.wanted:
            await asyncio.sleep(0.005)
            found, now = await self._done(), time.monotonic()
            if found > done:
                first, moved, done = first or (found, now), now, found
            if now - moved > PATIENCE or not child.alive:
                ending = "it is silent" if child.alive else "it has ended"
                raise Stop(f"{child.name}: {done} of {self.wanted} records, and {ending} ({child.log}).")
        if first is None or first[0] == done:
            raise Stop(f"{child.name}: all {done - before} records came in one batch; take more events to a slice.")
        return done - first[0], moved - first[1]

    async def _done(self) -> int:
        return int(await self.connection.fetchval(MET, SERVICE))
