"""A process that we start, wait for, stop or kill; it never outlives us, nor is it mistaken for another one later."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psutil

from inflytt.errors import Stop

T = TypeVar("T")
_leash: subprocess.Popen[str] | None = None
_leash_guard = threading.Lock()
_given: set[int] = set()  # ports; what we were given and do not listen at yet would look free


def free_port() -> int:
    """A free TCP port of 127.0.0.1, below the range that outgoing connections take: ours again after a kill."""
    for _ in range(1000):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port not in _given:
                    _given.add(port)
                    return port
    raise Stop("No TCP port between 20000 and 32000 is free on 127.0.0.1; stop what uses them and try again.")


def now(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end on a loop of its own, whether or not the caller is on a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Child:
    """A process in a group of its own, with its log and pid files in `run`. After its end it can be started again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        run: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
        group: int | None = None,
        gentle: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name, self.command, self.run = name, [str(part) for part in command], run
        self.env, self.cwd, self.user, self.group, self.gentle = env, cwd, user, group, gentle
        self.log = run / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        if self.alive:
            raise RuntimeError(f"{self.name} already runs as {self.pid}")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                user=self.user,
                group=self.group,
                extra_groups=[] if self.user is not None else None,
                start_new_session=True,
            )
        _tell_leash(f"+ {self.process.pid} {int(self.gentle)}")
        with contextlib.suppress(psutil.Error):
            cmdline = psutil.Process(self.process.pid).cmdline()
            (self.run / f"{self.name}.pid").write_text(json.dumps({"pid": self.process.pid, "cmdline": cmdline}))

    def wait_until(self, ready: Callable[[], bool], patience: float = 60.0) -> None:
        """Returns when `ready()`; Stop with the end of the log when the process ends or `patience` seconds pass."""
        deadline = time.monotonic() + patience
        while not ready():
            if not self.alive:
                raise Stop(f"{self.name} ended while starting ({self.log}): {self.last_words()}")
            if time.monotonic() > deadline:
                raise Stop(f"{self.name} was not ready within {patience:.0f} s ({self.log}): {self.last_words()}")
            time.sleep(0.02)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return " | ".join(lines[-5:]) or "it said nothing."

    def stop(self, patience: float = 20.0) -> int | None:
        """Asks it to end, kills it after `patience` seconds. Its exit code, minus the signal if any."""
        if self.process is None:
            return None
        if self.alive:
            _signal(self.process.pid, self.gentle)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        return self.kill()

    def kill(self) -> int | None:
        """kill -9, for it and all in its group."""
        if self.process is None:
            return None
        if self.alive:
            _signal(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        _tell_leash(f"- {self.process.pid}")
        (self.run / f"{self.name}.pid").unlink(missing_ok=True)
        return code


def end_leftover(pid_file: Path) -> None:
    """Kills the process that a pid file names, if that pid still is the process which we started."""
    with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError, ValueError, KeyError):
        left = json.loads(pid_file.read_text())
        process = psutil.Process(left["pid"])
        if process.cmdline() == left["cmdline"]:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _signal(group: int, sig: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sig)


def _tell_leash(line: str) -> None:
    global _leash
    with _leash_guard:
        if _leash is None or _leash.poll() is not None:
            script = Path(__file__).with_name("leash.py")
            command = [sys.executable, "-I", "-S", str(script)]
            _leash = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
        assert _leash.stdin is not None
        _leash.stdin.write(line + "\n")
        _leash.stdin.flush()
