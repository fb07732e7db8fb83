"""Real servers, started when the first test asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inflytt import servers
from inflytt.servers import runs
from inflytt.servers.mail import Mail


@pytest.fixture(scope="session")
def run() -> Iterator[Path]:
    """This test run's folder, for logs and data."""
    with runs.folder("test") as path:
        yield path


@pytest.fixture(scope="session")
def kafka(run: Path) -> Iterator[servers.Kafka | servers.BorrowedKafka]:
    with servers.kafka(run) as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres(run: Path) -> Iterator[servers.Databases]:
    with servers.postgres(run) as databases:
        yield databases


@pytest.fixture(scope="session")
def mail(run: Path) -> Iterator[Mail]:
    catcher = Mail(run)
    catcher.start()
    yield catcher
    catcher.stop()
