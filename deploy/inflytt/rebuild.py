"""`inflytt rebuild SERVICE [--verify]`: a projection made again from the log, compared with the live one or put in its place."""

import argparse
import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from chassis import rebuild
from chassis.replay import NotReplayable
from chassis.service import Service
from inflytt import local
from inflytt.errors import Stop

T = TypeVar("T")


def main(args: list[str]) -> int:
    """0: equal, or renewed; 1: not equal, and the rows are named."""
    parser = argparse.ArgumentParser(prog="inflytt rebuild", description=__doc__)
    parser.add_argument("service", choices=local.SERVICES)
    parser.add_argument("--verify", action="store_true", help="compare only; changes nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--state", type=Path, default=local.STATE, help="which platform (default: %(default)s)")
    given = parser.parse_args(args)
    platform = local.attach(given.state)
    service = opened(given.service, platform)
    out = Console(stderr=given.json)
    if given.verify:
        verdict = _do(rebuild.verify, service, platform, out)
        print(json.dumps(asdict(verdict), ensure_ascii=False, indent=2)) if given.json else _show(verdict, out)
        return 0 if verdict.equal else 1
    records = _do(rebuild.renew, service, platform, out)
    if given.json:
        print(json.dumps({"service": service.name, "records": records}))
    out.print(f"{service.name}'s projection is new, made of {records} records.")
    return 0


def opened(name: str, platform: local.Platform) -> Service[Any]:
    """The platform's own service, with the settings its processes have; this process' own environment stays as it is."""
    service: Service[Any] = importlib.import_module(f"{name}.app").service
    told = {key.removeprefix("INFLYTT_").lower(): value for key, value in platform.environments[name].items()}
    service.open(service.settings_type(**{key: told[key] for key in told.keys() & service.settings_type.model_fields}))
    return service


def _do(work: Callable[..., Awaitable[T]], service: Service[Any], platform: local.Platform, out: Console) -> T:
    """Runs a rebuild, with a bar while the log is read."""
    columns = (TextColumn("the log of {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

    async def run() -> T:
        try:
            return await work(service, platform.bootstrap.split(","), platform.prefix, show)
        finally:
            await service.database.close()

    with Progress(*columns, console=out, transient=True) as bar:
        reading = bar.add_task(service.name, total=None)

        def show(done: int, total: int) -> None:
            bar.update(reading, completed=done, total=total)

        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(run())
        except NotReplayable as error:
            raise Stop(f"{error}.") from error
        except asyncpg.LockNotAvailableError as error:
            raise Stop("somebody reads the tables for longer than 5 s; nothing was changed. Try again.") from error
        except OSError as error:
            raise Stop(f"{service.name}'s database does not answer; is the platform up?") from error


def _show(verdict: rebuild.Verdict, out: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("table", "rows", "live", "replay"):
        table.add_column(column, justify="right" if column == "rows" else "left")
    for name, compared in verdict.tables.items():
        colour = "green" if compared.live == compared.replay else "red"
        table.add_row(name, str(compared.rows), compared.live[:12], f"[{colour}]{compared.replay[:12]}[/]")
    out.print(table)
    for difference in verdict.differences:
        out.print(Text("✗ ", "red") + Text(difference))
    word = "[green]equal[/]" if verdict.equal else "[red]not equal[/]"
    out.print(f"Live and replay are {word}: {verdict.records} records in {verdict.seconds} s.")
