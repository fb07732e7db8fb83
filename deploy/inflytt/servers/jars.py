"""Kafka's jars: each fetched once from Maven Central and used only if it has the SHA-256 sum in `jars.lock`."""

import hashlib
import http.client
import re
import ssl
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from jgo.constants import MAVEN_CENTRAL_URL
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from inflytt.errors import Stop
from inflytt.servers import cache

LOCK = Path(__file__).with_name("jars.lock")
PARALLEL = 8
PATIENCE = 30  # seconds without a byte
TRIES = 3


@dataclass(frozen=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where a Maven repository has it."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.name}"


def listed(lock: Path = LOCK) -> list[Jar]:
    return [Jar(*re.split("[: ]", line)) for line in lock.read_text().splitlines()]


def fetch(
    jars: Sequence[Jar] | None = None, repository: str = MAVEN_CENTRAL_URL, into: Path | None = None
) -> list[Path]:
    """The jars' paths, in the order of the list. Stop names the jar that is wrong or can't be had."""
    jars, into = jars or listed(), into or cache.folder() / "jars"
    into.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in jars if not _is_there(into / jar.name, jar)]
    if missing:
        _fetch_all(missing, repository, into)
    return [into / jar.name for jar in jars]


def _is_there(path: Path, jar: Jar) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _fetch_all(jars: Sequence[Jar], repository: str, into: Path) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[size]}")
    with Progress(*columns, console=Console(stderr=True)) as bar, ThreadPoolExecutor(PARALLEL) as threads:
        task, received = bar.add_task("Kafka's jars, once", total=len(jars), size=""), 0

        def count(size: int) -> None:
            nonlocal received
            received += size
            bar.update(task, size=f"{received / 1e6:.0f} MB")

        def one(jar: Jar) -> None:
            _fetch_one(jar, f"{repository}/{jar.path}", into, count)
            bar.advance(task)

        try:
            list(threads.map(one, jars))
        except Stop:
            threads.shutdown(cancel_futures=True)
            raise


def _fetch_one(jar: Jar, url: str, into: Path, count: Callable[[int], None]) -> None:
    part = into / f".{jar.name}.{uuid.uuid4().hex}"
    try:
        found = _try_hard(jar, url, part, count)
        if found != jar.sha256:
            raise Stop(
                f"{jar.name} has another checksum ({found[:12]}…) than jars.lock says ({jar.sha256[:12]}…) "
                "and is not used; something between here and Maven Central changes it."
            )
        part.replace(into / jar.name)
    finally:
        part.unlink(missing_ok=True)


def _try_hard(jar: Jar, url: str, part: Path, count: Callable[[int], None]) -> str:
    for attempt in range(TRIES):
        try:
            return _download(url, part, count)
        except (OSError, http.client.HTTPException) as error:
            reason = error
            time.sleep(attempt)
    raise Stop(f"{jar.name} can't be fetched ({reason}); check network, proxy and disk.") from reason


def _download(url: str, part: Path, count: Callable[[int], None]) -> str:
    """Writes the content to `part` and returns its SHA-256 sum."""
    digest, size = hashlib.sha256(), 0
    context = ssl.create_default_context()  # honours SSL_CERT_FILE and SSL_CERT_DIR
    with urllib.request.urlopen(url, timeout=PATIENCE, context=context) as answer, part.open("wb") as file:  # noqa: S310
        while block := answer.read(1 << 16):
            file.write(block)
            digest.update(block)
            size += len(block)
            count(len(block))
        if size < int(answer.headers.get("Content-Length", 0)):
            raise http.client.IncompleteRead(b"", size)
    return digest.hexdigest()
