"""Faults of the servers: brokers and PostgreSQL killed and stopped, a broker's power gone, database sessions ended."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import asyncpg
import psutil

from inflytt import servers
from inflytt.chaos.faults.fault import PARALLEL, Blow, Fault
from inflytt.errors import Stop
from inflytt.local.processes import ServiceProcess
from inflytt.servers.kafka import Broker

PATIENCE = 20.0  # seconds
PAGE = 4096  # bytes


def _not_ours(named: str, what: str) -> str:
    """Why this server can't be harmed; "" where it can."""
    if os.environ.get(named):
        return f"a borrowed {what} is not ours to harm"
    return f"a {what} in a container is not harmed by this fault" if os.environ.get("INFRA") else ""


class OfBroker(Fault):
    """One broker at a time: with three, the other two hold."""

    between = (4.0, 8.0)

    @property
    def brokers(self) -> dict[str, Broker]:
        assert self.platform.ground is not None
        assert isinstance(self.platform.ground.kafka, servers.Kafka)
        return {broker.name: broker for broker in self.platform.ground.kafka.brokers}

    @staticmethod
    def impossible(brokers: int) -> str:
        return _not_ours("KAFKA_BOOTSTRAP_SERVERS", "Kafka")

    def targets(self) -> list[str]:
        return sorted(self.brokers)


class BrokerKill(OfBroker):
    """kill -9; what the broker had written is on its disk."""

    lasts = (1.0, 5.0)

    def strike(self, target: str, rng: random.Random) -> None:
        self.brokers[target].kill()

    def heal(self, target: str) -> None:
        self.brokers[target].start()


class BrokerPower(BrokerKill):
    """kill -9, and of each partition a part that was never synced is gone, up to all of it: the other two hold it."""

    @staticmethod
    def impossible(brokers: int) -> str:
        if brokers < 3:
            return "a single broker holds the only copy of what it had not synced; --brokers 3"
        return OfBroker.impossible(brokers)

    def strike(self, target: str, rng: random.Random) -> None:
        super().strike(target, rng)
        for log in sorted(self.brokers[target].data.glob("*/*.log")):
            if not log.parent.name.startswith("__cluster_metadata"):  # the quorum's own log is synced at each write
                _lose_pages(log, rng)


def _lose_pages(log: Path, rng: random.Random) -> None:
    pages = -(-log.stat().st_size // PAGE)
    os.truncate(log, min(log.stat().st_size, PAGE * rng.randrange(pages + 1)))
    for index in (".index", ".timeindex"):
        log.with_suffix(index).unlink(missing_ok=True)


class BrokerFreeze(OfBroker):
    """SIGSTOP: its connections stand and nothing answers."""

    lasts = (2.0, 8.0)

    def strike(self, target: str, rng: random.Random) -> None:
        self._signal(target, signal.SIGSTOP)

    def heal(self, target: str) -> None:
        self._signal(target, signal.SIGCONT)

    def _signal(self, target: str, sig: signal.Signals) -> None:
        child = self.brokers[target].child
        assert child is not None
        assert child.pid is not None
        os.killpg(child.pid, sig)


class OfPostgres(Fault):
    """A letter that is handed over meanwhile can't be noted as sent."""

    between = (4.0, 8.0)

    @property
    def postgres(self) -> servers.Postgres:
        assert self.platform.ground is not None
        assert isinstance(self.platform.ground.postgres, servers.Postgres)
        return self.platform.ground.postgres

    @staticmethod
    def impossible(brokers: int) -> str:
        return _not_ours("DATABASE_URL", "PostgreSQL")

    def targets(self) -> list[str]:
        return ["postgres"]

    def uncertain(self, blow: Blow) -> int:
        return PARALLEL * self.senders

    def raise_it(self) -> None:
        """Starts it, again where what the last one left is not gone yet."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.postgres.start()
            except Stop:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


class PostgresKill(OfPostgres):
    """kill -9."""

    lasts = (0.0, 4.0)

    def strike(self, target: str, rng: random.Random) -> None:
        self.postgres.kill()

    def heal(self, target: str) -> None:
        self.raise_it()


class PostgresFreeze(OfPostgres):
    """SIGSTOP of the server and all its sessions, which are groups of their own."""

    lasts = (1.0, 8.0)

    def strike(self, target: str, rng: random.Random) -> None:
        for process in self._all():
            process.suspend()

    def heal(self, target: str) -> None:
        for process in self._all():
            process.resume()

    def _all(self) -> list[psutil.Process]:
        """The first of them first: stopped, it makes no more."""
        assert self.postgres.child is not None
        main = psutil.Process(self.postgres.child.pid)
        if main.status() != psutil.STATUS_STOPPED:
            main.suspend()
        return [*main.children(), main]


class Sessions(OfPostgres):
    """Half of a database's sessions, at random, are ended in the middle of what they do."""

    between = (1.0, 3.0)
    lasts = (0.0, 0.0)

    def targets(self) -> list[str]:
        return sorted(self.platform.databases)

    def touched(self, target: str) -> list[ServiceProcess]:
        service = target.removesuffix("_keys")
        return [process for process in self.platform.processes.values() if process.service == service]

    def uncertain(self, blow: Blow) -> int:
        return super().uncertain(blow) if blow.name == "notifications" else 0

    def strike(self, target: str, rng: random.Random) -> None:
        asyncio.run(_end_half(self.platform.databases[target], rng))

    def heal(self, target: str) -> None:
        """They come again by themselves."""


async def _end_half(url: str, rng: random.Random) -> None:
    connection = await asyncpg.connect(url)
    try:
        sessions = await connection.fetch(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by pid"
        )
        pids = [row["pid"] for row in sessions]
        ended = rng.sample(pids, -(-len(pids) // 2))
        await connection.execute("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", ended)
    finally:
        await connection.close()
