"""`inflytt demo`: the whole platform on this machine, and a scenario played through the doors that users use."""

import argparse
import asyncio
import contextlib
import json
import signal
import time
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis import rebuild
from inflytt import followup, local
from inflytt.audit import TOPICS, audit
from inflytt.audit.log import read_log
from inflytt.demo import actual
from inflytt.demo.expected import Expected
from inflytt.demo.live import Board
from inflytt.demo.scenario import Scenario
from inflytt.players.people import Size
from inflytt.rebuild import opened
from inflytt.up import PROGRAMME, addresses


def main(args: list[str]) -> int:
    """0 when everything that was expected happened, and nothing else."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(prog="inflytt demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play and stop; otherwise it stays up until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, everything else on stderr")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other people (default: %(default)s)")
    given = parser.parse_args(args)
    out = Console(stderr=True)
    say = lambda text: out.print(f"[dim]·[/] {text}")  # noqa: E731
    with local.running("demo", say) as platform:
        say(followup.send_file(platform.reporting, platform.service_token, PROGRAMME))
        result = asyncio.run(play(platform, given.seed, Size(), Board(out)))
        result["seconds"] = round(time.monotonic() - began, 1)
        if given.json:
            print(json.dumps(result, ensure_ascii=False), flush=True)
        out.print(_figures(result))
        for finding in result["findings"]:
            out.print(Text("✗ ", "red") + Text(finding))
        if not given.once:
            out.print(addresses(platform))
            out.print("Stays up until Ctrl-C.")
            signal.pause()
    return 0 if result["ok"] else 1


async def play(platform: local.Platform, seed: int, size: Size, board: Board) -> dict[str, Any]:
    """Plays, then holds what should be against what is."""
    watching = asyncio.create_task(board.watch(platform))
    try:
        scenario = Scenario(platform, seed, size, board.say)
        await scenario.play()
        board.say("Everything is held against everything")
        return await judged(platform, scenario)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def judged(platform: local.Platform, scenario: Scenario) -> dict[str, Any]:
    """The figures side by side, and the audit's."""
    expected = Expected(scenario, await read_log(platform.bootstrap, platform.prefix, TOPICS))
    figures, (told, found) = expected.figures(), await actual.figures(platform)
    report = await audit(platform)
    verdict = await _verified(platform)
    counted = {name: value for name, value in report.as_json().items() if name in COUNTED}
    found += [*map(str, report.findings), *verdict.differences, *expected.surprises()]
    result = {"seed": scenario.seed, "expected": figures, "actual": told, **counted, "related": expected.related()}
    result |= {"projection_equals_replay": verdict.equal, "findings": found}
    return {"ok": figures == told and not found and verdict.equal, **result}


COUNTED = ("lost", "duplicates", "uncertain", "order_errors", "canaries")


async def _verified(platform: local.Platform) -> rebuild.Verdict:
    """Reporting's projection, live and replayed from the log."""
    service = opened("reporting", platform)
    try:
        return await rebuild.verify(service, platform.bootstrap.split(","), platform.prefix)
    finally:
        await service.database.close()


def _figures(result: dict[str, Any]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("figure", "expected", "actual"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for name, value in result["expected"].items():
        told = result["actual"][name]
        table.add_row(name, str(value), f"[{'green' if told == value else 'red'}]{told}[/]")
    for name in (*COUNTED, "projection_equals_replay"):
        good = result[name] is True or (name in COUNTED and not result[name])
        table.add_row(name, "", f"[{'green' if good else 'red'}]{result[name]}[/]")
    return table
