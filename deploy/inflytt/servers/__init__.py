"""Kafka and PostgreSQL for tests, demo and benchmarks: those that the environment names, else our own, or in containers."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from inflytt.errors import Stop
from inflytt.servers import runs
from inflytt.servers.borrowed import BorrowedKafka, BorrowedPostgres
from inflytt.servers.containers import ContainedKafka, ContainedPostgres
from inflytt.servers.kafka import Kafka
from inflytt.servers.postgres import Database, Databases, Postgres

__all__ = [
    "BorrowedKafka",
    "BorrowedPostgres",
    "ContainedKafka",
    "ContainedPostgres",
    "Database",
    "Databases",
    "Kafka",
    "OwnKafka",
    "OwnPostgres",
    "Postgres",
    "Servers",
]
OwnKafka = Kafka | ContainedKafka  # may be stopped, killed and started again
OwnPostgres = Postgres | ContainedPostgres


@dataclass(frozen=True)
class Servers:
    run: Path  # this run's folder for logs and data
    kafka: OwnKafka | BorrowedKafka
    postgres: OwnPostgres | BorrowedPostgres


@contextlib.contextmanager
def running(name: str, brokers: int = 1) -> Iterator[Servers]:
    """Both servers, started together and stopped at the end, with a folder `run/<name>-…` of their own.

    `brokers`: 1 or 3, where Kafka is our own.
    """
    with runs.folder(name) as run, contextlib.ExitStack() as open_:
        with ThreadPoolExecutor(2) as threads:
            broker = threads.submit(open_.enter_context, kafka(run, brokers))
            databases = threads.submit(open_.enter_context, postgres(run))
        yield Servers(run, broker.result(), databases.result())


@contextlib.contextmanager
def kafka(run: Path, brokers: int = 1) -> Iterator[OwnKafka | BorrowedKafka]:
    if named := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        borrowed = BorrowedKafka(named, _prefix(), brokers)
        borrowed.check()
        _say(f"Kafka: {named}, named by KAFKA_BOOTSTRAP_SERVERS; our topics begin with {borrowed.prefix}")
        try:
            yield borrowed
        finally:
            borrowed.forget()
        return
    with own_kafka(run, brokers) as own:
        own.start()
        whose = f"our own, on {own.java}" if isinstance(own, Kafka) else f"in a container of {own.image}"
        _say(f"Kafka: {whose}, at {own.bootstrap_servers}")
        yield own


@contextlib.contextmanager
def own_kafka(run: Path, brokers: int = 1) -> Iterator[OwnKafka]:
    """One that may be stopped and killed, not started yet: in a container where INFRA says so."""
    own = _contained_kafka(run, brokers) if _in_containers() else Kafka(run, brokers)
    try:
        yield own
    finally:
        own.stop() if isinstance(own, Kafka) else own.child.remove()


@contextlib.contextmanager
def postgres(run: Path) -> Iterator[OwnPostgres | BorrowedPostgres]:
    if named := os.environ.get("DATABASE_URL"):
        borrowed = BorrowedPostgres(named.replace("postgresql+asyncpg://", "postgresql://", 1), _prefix())
        borrowed.check()
        _say(f"PostgreSQL: the one that DATABASE_URL names; our databases begin with {borrowed.prefix}")
        try:
            yield borrowed
        finally:
            borrowed.forget()
        return
    with own_postgres(run) as own:
        own.start()
        whose = f"our own, from {own.binaries}" if isinstance(own, Postgres) else f"in a container of {own.image}"
        _say(f"PostgreSQL: {whose}, at {urlsplit(own.url).netloc.partition('@')[2]}")
        yield own


@contextlib.contextmanager
def own_postgres(run: Path) -> Iterator[OwnPostgres]:
    """One that may be stopped and killed, not started yet: in a container where INFRA says so."""
    own = ContainedPostgres(run) if _in_containers() else Postgres(run)
    try:
        yield own
    finally:
        own.stop() if isinstance(own, Postgres) else own.child.remove()


def _contained_kafka(run: Path, brokers: int) -> ContainedKafka:
    if brokers != 1:
        raise Stop(f"In containers there is one broker, not {brokers}; unset INFRA, or leave the brokers at one.")
    return ContainedKafka(run)


def _in_containers() -> bool:
    infra = os.environ.get("INFRA", "")
    if infra not in ("", "containers"):
        raise Stop(f"INFRA={infra} is not known; it may be `containers`, or unset for Kafka and PostgreSQL without.")
    return infra == "containers"


def _prefix() -> str:
    return f"inflytt-{secrets.token_hex(4)}-"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
