"""`inflytt ops …`: what waits for a person, and what they may do about it. Shows no payload; writes down who did what."""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis import clock
from inflytt import chains, evenness, local, waiting
from inflytt.errors import Stop
from inflytt.waiting import Question, Row


@dataclass(frozen=True)
class Desk:
    """An operator at work: whose databases (URL by service) they see, their name, and the platform's time."""

    databases: dict[str, str]
    operator: str
    now: datetime

    async def look(self, question: Question) -> list[Row]:
        """The answers of all databases to a question of `waiting`, each row with its service."""
        rows: list[Row] = []
        for service, url in self.databases.items():
            connection = await _connect(service, url)
            try:
                rows += [_placed(service, row) for row in await question(connection, self.now)]
            finally:
                await connection.close()
        return rows

    async def redrive(self, key: str | None, sure: bool) -> list[Row]:
        """Marks what is parked of one key, or of all, as due: the running consumer handles it. `sure`: not only shown."""

        async def mark(connection: asyncpg.Connection, _: datetime) -> list[Row]:
            async with connection.transaction():
                found = await waiting.sequences(connection, key)
                if sure and found:
                    await waiting.mark_due(connection, key)
                    await self._noted(connection, "redrive", {"key": key, "records": sum(r["records"] for r in found)})
            return found

        found = await self.look(mark)
        if key is not None and not found:
            raise Stop(f"Nothing is parked of key {key}; `inflytt ops parked` lists what is.")
        return found

    async def skip(self, place: str, why: str) -> list[Row]:
        """One record will never be handled; those behind it may go on."""

        async def skip(connection: asyncpg.Connection, _: datetime) -> list[Row]:
            async with connection.transaction():
                row = await _one(connection, place)
                await waiting.skip(connection, row)
                about = {name: row[name] for name in ("consumer", "topic", "partition", "offset", "type", "key")}
                await self._noted(connection, "skip", {**about, "why": why})
            return [{"id": row["id"], "topic": row["topic"], "offset": row["offset"], "why": why}]

        return await self._at(place).look(skip)

    async def show(self, place: str) -> list[Row]:
        """All that may be shown of one parked record."""

        async def show(connection: asyncpg.Connection, _: datetime) -> list[Row]:
            return [waiting.described(await _one(connection, place))]

        return await self._at(place).look(show)

    def _at(self, place: str) -> "Desk":
        """This desk, with only the database that `reporting:12`, or a plain number where there is one, is in."""
        service, _, number = place.rpartition(":")
        found = {name: url for name, url in self.databases.items() if name == service or not service}
        if not number.isdecimal() or len(found) != 1:
            raise Stop(f"{place} names no record; write SERVICE:ID as `inflytt ops parked` shows it.")
        return Desk(found, self.operator, self.now)

    async def _noted(self, connection: asyncpg.Connection, action: str, detail: dict[str, Any]) -> None:
        await connection.execute(
            "insert into operations (operator, action, detail) values ($1, $2, $3)",
            self.operator,
            action,
            json.dumps(detail, ensure_ascii=False),
        )


def _placed(service: str, row: Row) -> Row:
    """A row with its service, in the id by which it can be asked for where it has one."""
    return row | {"id": f"{service}:{row['id']}"} if "id" in row else {"service": service} | row


async def _connect(service: str, url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=10, command_timeout=30)
    except (OSError, asyncpg.PostgresError) as error:
        raise Stop(f"{service}'s database does not answer ({type(error).__name__}); is the platform up?") from error


async def _one(connection: asyncpg.Connection, place: str) -> asyncpg.Record:
    row = await waiting.record(connection, int(place.rpartition(":")[2]))
    if row is None:
        raise Stop(f"Nothing is parked as {place}; `inflytt ops parked` lists what is.")
    return row


def main(args: list[str]) -> int:
    """0 when it is done; raises Stop with what to do instead."""
    given = _parser().parse_args(args)
    if given.action == "audit":
        return chains.main(given)
    if given.action == "fairness":
        return evenness.main(given, given.database_url or local.attach(given.state).databases["matching"])
    desk = _desk(given)
    out = Console(width=None if sys.stdout.isatty() else 200)
    rows = asyncio.run(_answer(desk, given))
    if given.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    else:
        _print(rows, out)
    if given.action == "redrive" and given.all and not given.yes:
        Console(stderr=True).print("Nothing was done yet: say --yes to redrive all of these.")
    return 0


async def _answer(desk: Desk, given: argparse.Namespace) -> list[Row]:
    match given.action:
        case "show":
            return await desk.show(given.id)
        case "skip":
            return await desk.skip(given.id, given.why)
        case "redrive":
            return await desk.redrive(given.key, sure=given.yes or not given.all)
        case action:
            return await desk.look(waiting.QUESTIONS[action])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="inflytt ops", description=__doc__)
    anywhere = argparse.ArgumentParser(add_help=False)
    anywhere.add_argument("--state", type=Path, default=local.STATE, help="which platform (default: %(default)s)")
    anywhere.add_argument("--as", dest="operator", metavar="NAME", default=getpass.getuser(), help="who does it")
    anywhere.add_argument("--json", action="store_true")
    everywhere = argparse.ArgumentParser(add_help=False, parents=[anywhere])
    everywhere.add_argument("--service", help="only this one", choices=local.SERVICES)
    everywhere.add_argument("--database-url", help="one database, instead of a platform's")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, question in waiting.QUESTIONS.items():
        actions.add_parser(name, help=question.__doc__, parents=[everywhere])
    show = actions.add_parser("show", help="one parked record, without what it says", parents=[everywhere])
    show.add_argument("id", metavar="SERVICE:ID")
    redrive = actions.add_parser("redrive", help="have parked records handled again, in order", parents=[everywhere])
    which = redrive.add_mutually_exclusive_group(required=True)
    which.add_argument("--key", help="all that is parked of this key")
    which.add_argument("--all", action="store_true", help="of every key; only listed without --yes")
    redrive.add_argument("--yes", action="store_true")
    skip = actions.add_parser("skip", help="never handle a parked record; those behind it go on", parents=[everywhere])
    skip.add_argument("id", metavar="SERVICE:ID")
    skip.add_argument("--why", required=True, help="written down with your name")
    _add_audits(actions, anywhere)
    return parser


def _add_audits(actions: Any, anywhere: argparse.ArgumentParser) -> None:
    """What an auditor asks, of matching alone."""
    audit = actions.add_parser(
        "audit", help="verify a household's chain, and make its proposals again", parents=[anywhere]
    )
    audit.add_argument("whose", metavar="LUL-XXX-XXX", help="the household's reference, or its interest id")
    fairness = actions.add_parser("fairness", help="how evenly groups are found", parents=[anywhere])
    fairness.add_argument(
        "--groups", type=Path, required=True, metavar="FILE", help="CSV: reference,group; kept nowhere"
    )
    fairness.add_argument("--database-url", help="matching's, instead of a platform's")


def _desk(given: argparse.Namespace) -> Desk:
    if given.database_url:
        return Desk({given.service or "here": given.database_url}, given.operator, clock.now())
    platform = local.attach(given.state)
    services: Iterable[str] = [given.service] if given.service else local.SERVICES
    return Desk({name: platform.databases[name] for name in services}, given.operator, platform.clock.now())


def _print(rows: list[Row], out: Console) -> None:
    if not rows:
        out.print("Nothing.")
        return
    if len(rows) == 1 and len(rows[0]) > 10:  # one thing, in full
        table = Table(box=None, show_header=False, pad_edge=False)
        for name, value in rows[0].items():
            table.add_row(Text(name, "bold"), Text(waiting.cell(value)))
    else:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in rows[0]:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(Text(waiting.cell(value)) for value in row.values()))
    out.print(table)
