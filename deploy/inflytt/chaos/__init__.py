"""`inflytt chaos`: plays faults at random under load, then counts what got lost, doubled or out of order."""

import argparse
import asyncio
import importlib
import json
import random
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from inflytt import local
from inflytt.chaos.faults import FAULTS
from inflytt.chaos.faults.fault import PARALLEL, SMTP_TIMEOUT
from inflytt.chaos.turn import Turn
from inflytt.errors import Stop

BEGAN = time.monotonic()
SETTINGS = {"INFLYTT_SMTP_TIMEOUT": str(SMTP_TIMEOUT), "INFLYTT_SENDS_IN_PARALLEL": str(PARALLEL)}
MANY = 30  # kills from which the load is a thousand events for each


class Unmet(Exception):
    """It ended, and something was lost, doubled or out of order."""


def main(args: list[str]) -> int:
    if "--planted" in args:
        return _another("planted", [arg for arg in args if arg != "--planted"])
    given = _parse(args)
    if given.recovery:
        return _another("recovery", given)
    rows = [_row(Turn(fault, given.blows, given.events, given.seed, given.brokers)) for fault in given.faults]
    met = all(row["met"] for row in rows if "not_run" not in row)
    if given.faults_named:
        told: dict[str, Any] = {"brokers": given.brokers, "seed": given.seed, "faults": rows, "met": met}
    else:
        told = {"kills": given.blows, "brokers": given.brokers, "seed": given.seed} | rows[0]
    told["seconds"] = round(time.monotonic() - BEGAN, 1)
    if given.json:
        print(json.dumps(told))
    return 0 if met else 1


def _another(module: str, given: Any) -> int:
    """What it loads, planted bugs and the benchmarks' own events, is for nobody else to see."""
    code: int = importlib.import_module(f"inflytt.chaos.{module}").main(given)
    return code


def _parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="inflytt chaos", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--kills", type=int, default=10, help="kill -9 so many times")
    what.add_argument("--faults", type=_faults, help=f"all, or some of {', '.join(FAULTS)}, comma between")
    what.add_argument("--planted", action="store_true", help="plant bugs, and see that each is caught")
    parser.add_argument("--blows", type=int, default=5, help="how often each fault strikes")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    parser.add_argument("--seed", type=int, default=None, help="who falls when, and who plays; random where not given")
    parser.add_argument(
        "--events",
        type=int,
        default=None,
        help=f"load for so many events, a household for five; 1500 a fault, 150 a kill, 1000 a kill from {MANY} on",
    )
    parser.add_argument(
        "--recovery", action="store_true", help="measure how soon keys flow again after each kind of fall"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args(args)
    given.seed = random.randrange(1_000_000) if given.seed is None else given.seed
    given.faults_named = given.faults is not None
    if not given.faults_named:
        given.faults, given.blows = ["kill"], given.kills
    given.events = given.events or max(
        1500, (0 if given.faults_named else 1000 if given.kills >= MANY else 150) * given.kills
    )
    return given


def _faults(named: str) -> list[str]:
    names = list(FAULTS) if named == "all" else named.split(",")
    if unknown := [name for name in names if name not in FAULTS]:
        raise argparse.ArgumentTypeError(f"no fault is called {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    return names


def _row(turn: Turn) -> dict[str, Any]:
    """A platform of its own for each turn: what one leaves behind is not counted for another, and can be looked at."""
    row: dict[str, Any] = {"fault": turn.fault}
    if turn.impossible:
        _say(f"{turn.fault}: not run here: {turn.impossible}")
        return row | {"runs": 0, "not_run": turn.impossible}
    began = time.monotonic()
    with (
        suppress(Unmet),
        local.running("chaos", _say, local.SEVERAL, state=None, settings=SETTINGS, brokers=turn.brokers) as platform,
    ):
        try:
            row |= asyncio.run(turn.play(platform, _say))
            if not row["met"]:
                raise Unmet
        except Exception as error:
            _keep(platform.run)
            print(f'again: make chaos ARGS="{turn.arguments}"', file=sys.stderr, flush=True)
            if not isinstance(error, Stop | Unmet):
                traceback.print_exc()
            if not isinstance(error, Unmet):
                _say(str(error))
                row |= {"runs": 0, "ended": str(error), "met": False}
            raise Unmet from error
    return row | {"seconds": round(time.monotonic() - began, 1), "replay": f'make chaos ARGS="{turn.arguments}"'}


def _keep(run: Path) -> None:
    """The next run sweeps away what has a file `alive`."""
    (run / "alive").unlink()
    _say(f"logs, journal, data and verdict stay in {run}")


def _say(line: str) -> None:
    print(f"{time.monotonic() - BEGAN:5.1f} s · {line}", file=sys.stderr, flush=True)
