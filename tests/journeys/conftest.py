"""The whole platform, once for all journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inflytt import local


@pytest.fixture(scope="session")
def platform() -> Iterator[local.Platform]:
    with local.running("journeys", state=None) as running:
        yield running


@pytest.fixture(scope="session")
def pictures(platform: local.Platform) -> Path:
    """Where journeys leave their pictures: `run/pictures`, kept until the next run."""
    folder = platform.run.parent / "pictures"
    folder.mkdir(exist_ok=True)
    return folder
