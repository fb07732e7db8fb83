"""The user's cache: what is fetched or made once and shared by all clones on the machine."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from inflytt.errors import Stop


def folder() -> Path:
    """INFLYTT_CACHE, else $XDG_CACHE_HOME/inflytt, else ~/.cache/inflytt. Stop when it can't be written."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(os.environ.get("INFLYTT_CACHE") or Path(base) / "inflytt").absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise Stop(
            f"The cache {path} can't be written ({error.strerror}); make it writable or name another in INFLYTT_CACHE."
        ) from error


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time, of all clones; the lock ends with its holder."""
    with (folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
