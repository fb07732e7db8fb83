"""Makes `.venv` from requirements.lock, once; make runs it with the system's Python: standard library only.

It is compiled by older Pythons too, to tell them so: hence the quoted types.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV, LOCK, RUN = ROOT / ".venv", ROOT / "requirements.lock", ROOT / "run"
PYTHON, STAMP, LOG = VENV / "bin" / "python", VENV / "ready", RUN / "setup.log"
OLDEST = (3, 11)
ROOM = 1.5e9  # bytes
PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]


def main() -> None:
    if sys.version_info < OLDEST:
        stop(
            f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}; name another: make PYTHON=python3.13"
        )
    if VENV.is_symlink():
        stop(
            f"{VENV} is a link to {VENV.resolve()}: setting up would change that one. Remove the link and run make again."
        )
    if is_ready():
        return
    try:
        RUN.mkdir(exist_ok=True)
        with alone():
            if not is_ready():
                set_up()
    except OSError as error:
        stop(f"{error.filename or VENV}: {error.strerror}; the environment can't be made here.")


def is_ready() -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted()


def wanted() -> str:
    """Changes with the dependencies, the Python and the clone's place (scripts name it)."""
    content = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return f"{hashlib.sha256(content).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]} {VENV}\n"


def set_up() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        stop("Python's venv is missing: install it (Debian and Ubuntu: apt install python3-venv) and run make again.")
    if shutil.disk_usage(ROOT).free < ROOM:
        stop(f"There is too little room on the disk of {ROOT}: free {ROOM / 1e9:.1f} GB and run make again.")
    whole = STAMP.exists() and PYTHON.exists() and STAMP.read_text().split()[1:] == wanted().split()[1:]
    STAMP.unlink(missing_ok=True)  # from here on a half-made one is not taken for whole
    LOG.write_text("")
    if not whole:
        shutil.rmtree(VENV, ignore_errors=True)
        step("Making .venv", [sys.executable, "-m", "venv", str(VENV)])
    step(
        "Installing packages",
        [*PIP, "--require-hashes", "-r", str(LOCK)],
        count=len(re.findall(r"^\S+==", LOCK.read_text(), re.M)),
    )
    step("Installing inflytt", [*PIP, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    STAMP.write_text(wanted())


@contextlib.contextmanager
def alone() -> "Iterator[None]":
    """One make at a time sets up a clone."""
    with (RUN / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            show("Another make sets up this clone; waiting for it …\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def step(name: str, command: "list[str]", count: int = 0) -> None:
    """Runs it with its output in the log; a bar of `count` packages, fetched and then installed."""
    if not sys.stderr.isatty():
        show(f"{name} …\n")
    with LOG.open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        while process.poll() is None:
            draw(name, count)
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
    if process.returncode:
        stop(f"{name} failed: {last_error()} The whole story is in {LOG}.")
    if sys.stderr.isatty():
        draw(name, count)
        show("\n")


def draw(name: str, count: int) -> None:
    if not sys.stderr.isatty():
        return
    if not count:
        show(f"\r{name} …")
        return
    lines = LOG.read_text(errors="replace").splitlines()
    fetched = min(count, sum(line.startswith(("Collecting ", "Requirement already", "Ignoring ")) for line in lines))
    installed = min(count, len(list(VENV.glob("lib/python*/site-packages/*.dist-info"))))
    filled = 30 * (fetched + installed) // (2 * count)
    bar = "━" * filled + "─" * (30 - filled)
    show(f"\r{name} {bar} fetched {fetched}, installed {installed} of {count} ")


def last_error() -> str:
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing."])[-1]


def show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def stop(sentence: str) -> None:
    show(f"{sentence}\n")
    sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
