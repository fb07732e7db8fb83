"""Kafka and PostgreSQL for tests, demo and benchmarks: those that the environment names, else our own."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from inflytt.errors import Stop
from inflytt.servers import runs
from inflytt.servers.borrowed import BorrowedKafka, BorrowedPostgres
from inflytt.servers.kafka import Kafka
from inflytt.servers.postgres import Database, Databases, Postgres

__all__ = ["BorrowedKafka", "BorrowedPostgres", "Database", "Databases", "Kafka", "Postgres", "Servers"]


@dataclass(frozen=True)
class Servers:
    run: Path  # this run's folder for logs and data
    kafka: Kafka | BorrowedKafka
    postgres: Postgres | BorrowedPostgres


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
def kafka(run: Path, brokers: int = 1) -> Iterator[Kafka | BorrowedKafka]:
    _refuse_containers()
    if named := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        borrowed = BorrowedKafka(named, _prefix())
        borrowed.check()
        _say(f"Kafka: {named}, named by KAFKA_BOOTSTRAP_SERVERS; our topics begin with {borrowed.prefix}")
        try:
            yield borrowed
        finally:
            borrowed.forget()
        return
    own = Kafka(run, brokers)
    try:
        own.start()
        _say(f"Kafka: our own, at {own.bootstrap_servers}, on {own.java}")
        yield own
    finally:
        own.stop()


@contextlib.contextmanager
def postgres(run: Path) -> Iterator[Postgres | BorrowedPostgres]:
    _refuse_containers()
    if named := os.environ.get("DATABASE_URL"):
        borrowed = BorrowedPostgres(named.replace("postgresql+asyncpg://", "postgresql://", 1), _prefix())
        borrowed.check()
        _say(f"PostgreSQL: the one that DATABASE_URL names; our databases begin with {borrowed.prefix}")
        try:
            yield borrowed
        finally:
            borrowed.forget()
        return
    own = Postgres(run)
    try:
        own.start()
        _say(f"PostgreSQL: our own, at 127.0.0.1:{own.port}, from {own.binaries}")
        yield own
    finally:
        own.stop()


def _refuse_containers() -> None:
    if os.environ.get("INFRA") == "containers":
        raise Stop("INFRA=containers comes with a later issue; unset it to run Kafka and PostgreSQL without.")


def _prefix() -> str:
    return f"inflytt-{secrets.token_hex(4)}-"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
