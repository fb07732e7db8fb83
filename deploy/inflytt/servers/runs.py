"""A run's own folder in this clone's `run/`: pid files, logs, data. What a killed run left is ended and removed."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from inflytt.servers.process import end_leftover

CLONE = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def folder(name: str, root: Path = CLONE / "run") -> Iterator[Path]:
    """A new folder `root / "<name>-…"`, removed afterwards; after an error it stays, for its logs, until the next run."""
    path, alive = _claim(name, root)
    with alive:
        try:
            yield path
        except Exception:
            raise
        except BaseException:
            remove(path)
            raise
        remove(path)


def _claim(name: str, root: Path) -> tuple[Path, TextIO]:
    """The folder, and the lock that says its owner lives. One at a time, lest another's sweep comes between the two."""
    root.mkdir(exist_ok=True)
    door = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        sweep(root)
        path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root))
        path.chmod(0o711)  # PostgreSQL, run by root as another user, passes through
        alive = (path / "alive").open("w")
        fcntl.flock(alive, fcntl.LOCK_EX)
        return path, alive
    finally:
        os.close(door)


def sweep(root: Path) -> None:
    """Ends and removes the runs of `root` whose owner is gone: nobody holds the lock on their file `alive`."""
    for alive in root.glob("*/alive"):
        with contextlib.suppress(FileNotFoundError), alive.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            for pid_file in alive.parent.glob("*.pid"):
                end_leftover(pid_file)
            remove(alive.parent)


def remove(path: Path) -> None:
    """The folder, and what its links lead to under the temporary folder."""
    for link in path.iterdir():
        if link.is_symlink() and link.resolve().is_relative_to(tempfile.gettempdir()):
            shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)
