"""The environment that make needs: made once, made whole, or one sentence about what is missing."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
WITHOUT_VENV = """
import importlib.machinery as m, runpy, sys
find = m.PathFinder.find_spec
m.PathFinder.find_spec = classmethod(lambda cls, name, *rest: None if name == "ensurepip" else find(name, *rest))
runpy.run_path(sys.argv[1], run_name="__main__")
"""
WITHOUT_ROOM = """
import runpy, shutil, sys
used = shutil.disk_usage
shutil.disk_usage = lambda path: used(path)._replace(free=10**9)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small one: its only dependency is what its own installation needs."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(CLONE / "deploy" / "bootstrap.py", tmp_path / "deploy")
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname = 'small'\nversion = '1'\n[tool.setuptools]\npackages = []\n"
    )
    stanzas = (CLONE / "requirements.lock").read_text().split("\n")
    first = next(n for n, line in enumerate(stanzas) if line.startswith("setuptools=="))
    last = next(n for n in range(first, len(stanzas)) if not stanzas[n].endswith("\\"))
    (tmp_path / "requirements.lock").write_text("\n".join(stanzas[first : last + 1]) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("fault", "sentence"), [(WITHOUT_VENV, "apt install python3-venv"), (WITHOUT_ROOM, "too little room")]
)
def test_what_is_missing_is_said_in_one_line_at_once(clone: Path, fault: str, sentence: str) -> None:
    bootstrap = str(clone / "deploy" / "bootstrap.py")
    said = subprocess.run([sys.executable, "-c", fault, bootstrap], capture_output=True, text=True, timeout=30)
    assert said.returncode == 1
    assert sentence in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert not (clone / ".venv").exists()


def test_an_environment_that_is_another_checkouts_is_left_alone(clone: Path) -> None:
    theirs = clone / "another" / ".venv"
    theirs.mkdir(parents=True)
    (theirs / "mine").write_text("as it was")
    (clone / ".venv").symlink_to(theirs, target_is_directory=True)
    said = _begin(clone)
    _, error = said.communicate(timeout=30)
    assert said.returncode == 1
    assert "is a link to" in error
    assert str(theirs) in error
    assert len(error.splitlines()) == 1
    assert [path.name for path in theirs.iterdir()] == ["mine"]


def test_a_package_with_another_hash_stops_the_setup_and_leaves_nothing_that_passes_for_ready(clone: Path) -> None:
    lock = clone / "requirements.lock"
    name = lock.read_text().split("\n")[0]
    lock.write_text(f"{name}\n    --hash=sha256:{'0' * 64}\n")
    said = _begin(clone)
    _, error = said.communicate(timeout=100)
    assert said.returncode == 1
    assert "Installing packages failed" in error
    assert "setup.log" in error
    assert not (clone / ".venv" / "ready").exists()


def test_an_interrupted_setup_is_done_again_by_one_of_two_that_run_at_once_and_then_is_instant(clone: Path) -> None:
    interrupted = _begin(clone)
    while not (clone / ".venv" / "bin").exists():
        time.sleep(0.01)
    interrupted.send_signal(signal.SIGINT)
    interrupted.communicate(timeout=60)
    assert interrupted.returncode == 130
    assert not (clone / ".venv" / "ready").exists()
    both = [_begin(clone), _begin(clone)]
    said = [process.communicate(timeout=100)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Installing packages" in text for text in said) == 1
    assert _begin(clone).communicate(timeout=10) == ("", "")


def _begin(clone: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(clone / "deploy" / "bootstrap.py")]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hears_ctrl_c
    )


def _hears_ctrl_c() -> None:
    """Also where the suite runs in the background, whose children inherit that they don't."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
