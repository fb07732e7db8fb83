"""`inflytt chaos --planted`: bugs are planted in the code from outside, one at a time, and a test must catch each."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from inflytt import servers
from inflytt.errors import Stop
from inflytt.servers.process import Child
from inflytt.servers.runs import CLONE

BEGAN = time.monotonic()
FOLDER = CLONE / "tests" / "planted"
AT_A_TIME = 2
PATIENCE = 240.0  # seconds for one bug; the run without one has as much for each of its tests


@dataclass(frozen=True)
class Ran:
    """What became of a pytest run: the tests that failed, each with the first line it said, and those that passed."""

    failed: dict[str, str]
    passed: int
    code: int | None  # None: it did not end in time
    seconds: float


def main(args: list[str]) -> int:
    """The exit code: 0 when every bug was caught by its test, and no test failed without one. Raises Stop."""
    given = _parse(args)
    plants = chosen(given.only)
    with servers.running("planted") as here:
        told = _run(here, plants)
    for row in told["rows"]:
        if not row["caught"]:
            _say(f"NOT CAUGHT: {row['bug']}. {row['harm']}")
    if given.json:
        print(json.dumps(told))
    return 0 if told["met"] else 1


def _parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="inflytt chaos --planted", description=__doc__)
    parser.add_argument("--planted", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--only", action="append", default=[], metavar="BUG", help="plant just this one; may come again"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser.parse_args(args)


def chosen(names: list[str]) -> list[Any]:
    """The bugs to plant, each with `name`, `harm` and `caught_by`. Raises Stop where one no longer fits the code."""
    sys.path.insert(0, str(FOLDER))
    try:
        import planting  # the tests' own: no bug stands beside the services' code
    finally:
        sys.path.remove(str(FOLDER))
    if unknown := set(names) - {one.name for one in planting.PLANTS}:
        raise Stop(f"There is no planted bug {', '.join(sorted(unknown))}; {FOLDER.name}/ has them all.")
    if misfits := planting.misfits():
        raise Stop(f"The code has changed under planted bugs; adapt them in {FOLDER.name}/: " + "; ".join(misfits))
    return [one for one in planting.PLANTS if not names or one.name in names]


def _run(here: servers.Servers, plants: list[Any]) -> dict[str, Any]:
    """All on the same servers, a few at a time; beside the bugs their tests, once, without any."""
    tests = sorted({one.caught_by for one in plants})
    with ThreadPoolExecutor(AT_A_TIME) as side_by_side:
        clean = side_by_side.submit(_tested, here, "no-bug", tests, PATIENCE * len(tests))
        rows = list(side_by_side.map(lambda one: _row(here, one), plants))
        sound = clean.result()
    for name, said in sound.failed.items():
        _say(f"FAILS WITHOUT A BUG: {name}: {said}")
    caught = sum(row["caught"] for row in rows)
    return {
        "planted": len(rows),
        "caught": caught,
        "without": {"tests": len(tests), "passed": sound.passed, "failed": sound.failed},
        "rows": rows,
        "seconds": round(time.monotonic() - BEGAN, 1),
        "met": caught == len(rows) and sound.code == 0 and sound.passed == len(tests),
    }


def _row(here: servers.Servers, plant: Any) -> dict[str, Any]:
    ran = _tested(here, plant.name, [plant.caught_by], PATIENCE)
    test, said = next(iter(ran.failed.items()), (None, f"nothing failed, exit code {ran.code}"))
    _say(f"{plant.name}: {'caught' if test else 'NOT CAUGHT'} in {ran.seconds} s: {said}")
    return {
        "bug": plant.name,
        "caught": test is not None,
        "test": test,
        "seconds": ran.seconds,
        "said": said,
        "harm": plant.harm,
    }


def _tested(here: servers.Servers, name: str, tests: list[str], patience: float) -> Ran:
    """Runs these tests in a process of their own, with the bug of this name; "no-bug" is none."""
    report, began = here.run / f"{name}.xml", time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:cacheprovider", f"--junitxml={report}"]
    child = Child(name, [*command, *tests], here.run, env=_environment(here, name), cwd=CLONE)
    child.start()
    assert child.process is not None
    try:
        code: int | None = child.process.wait(patience)
    except subprocess.TimeoutExpired:
        code = None
    child.stop()
    failed, passed = _read(report)
    return Ran(failed, passed, code, round(time.monotonic() - began, 1))


def _environment(here: servers.Servers, name: str) -> Mapping[str, str]:
    path = os.pathsep.join(filter(None, [str(FOLDER), os.environ.get("PYTHONPATH", "")]))
    mine = {name: value for name, value in os.environ.items() if name not in ("INFRA", "PLANTED")}
    return {
        **mine,
        **({} if name == "no-bug" else {"PLANTED": name}),
        "PYTHONPATH": path,
        "KAFKA_BOOTSTRAP_SERVERS": here.kafka.bootstrap_servers,
        "DATABASE_URL": here.postgres.url,
    }


def _read(report: Path) -> tuple[dict[str, str], int]:
    """From pytest's report: the tests that failed (not: could not begin, or end), with what they said first; how many passed."""
    if not report.exists():
        return {}, 0
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - pytest wrote it, for us
    failed = {_id(case): said[0] for case in cases if (said := list(_said(case)))}
    return failed, sum(not list(case) for case in cases)


def _id(case: ElementTree.Element) -> str:
    return f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"


def _said(case: ElementTree.Element) -> Iterable[str]:
    for failure in case.iter("failure"):
        yield (failure.get("message") or "it failed").splitlines()[0][:200]


def _say(line: str) -> None:
    print(f"{time.monotonic() - BEGAN:5.1f} s · {line}", file=sys.stderr, flush=True)
