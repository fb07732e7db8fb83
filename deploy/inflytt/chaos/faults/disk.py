"""A full disk under PostgreSQL: its data moves to a small file system of its own, which is then filled to the last byte."""

import errno
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inflytt.chaos.faults.servers import PAGE, OfPostgres
from inflytt.errors import Stop

SIZE = 1 << 30  # bytes; taken from memory, and only as far as it is used


class FullDisk(OfPostgres):
    """No block is left: not for a table's next page, nor for the log's next file."""

    lasts = (2.0, 6.0)

    @staticmethod
    def impossible(brokers: int) -> str:
        if os.geteuid() != 0:
            return "only root can mount a small file system to fill"
        return OfPostgres.impossible(brokers)

    @property
    def data(self) -> Path:
        assert self.postgres.child is not None
        assert self.postgres.child.cwd is not None
        return self.postgres.child.cwd / "data"

    @property
    def ballast(self) -> Path:
        return self.data / "ballast"

    @contextmanager
    def laid(self) -> Iterator[None]:
        aside, data = self.data.with_name("aside"), self.data
        self.postgres.stop()
        data.rename(aside)
        data.mkdir()
        owner = aside.stat()
        options = f"size={SIZE},mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
        _run("mount", "-t", "tmpfs", "-o", options, "inflytt", str(data))
        try:
            _move(aside, data)
            self.postgres.start()
            for process in self.platform.processes.values():
                process.wait_until_ready()
            yield
        finally:
            self.postgres.stop()
            try:
                _move(data, aside)  # it stays, should somebody want to look
            finally:
                _run("umount", "--lazy", str(data))
            data.rmdir()
            aside.rename(data)

    def strike(self, target: str, rng: random.Random) -> None:
        with self.ballast.open("wb") as ballast:
            _fill(ballast.fileno())

    def heal(self, target: str) -> None:
        """Room again; a server that could not write its log has given up, and is started."""
        self.ballast.unlink()
        assert self.postgres.child is not None
        if not self.postgres.child.alive:
            self.raise_it()


def _fill(file: int) -> None:
    """Takes what is left, in ever smaller pieces: others write at the same time."""
    taken, piece = 0, SIZE
    while piece >= PAGE:
        try:
            os.posix_fallocate(file, taken, piece)
            taken += piece
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            piece //= 2


def _move(source: Path, to: Path) -> None:
    _run("cp", "-a", f"{source}/.", str(to))
    for one in source.iterdir():
        shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"{' '.join(command)}: {done.stderr.strip()}")
