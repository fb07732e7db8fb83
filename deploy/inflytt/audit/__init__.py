"""`inflytt audit`: what the players were answered, the topics, the tables and the mail, held against each other.

Works on any running platform, from outside. What judges shares no code with the services; this command alone, which
finds the platform and waits for it, stands on the code that starts one.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path

import asyncpg
import httpx
from rich.console import Console
from rich.text import Text

from inflytt import local
from inflytt.audit import erasure, rules, tables
from inflytt.audit import journal as held
from inflytt.audit.canaries import Canaries
from inflytt.audit.findings import Finding, Report
from inflytt.audit.log import TOPICS, Log, read_log
from inflytt.audit.rows import read_rows
from inflytt.audit.story import Story
from inflytt.players.journal import NAME, Journal
from inflytt.players.mailbox import Letter, Mailboxes

__all__ = ["TOPICS", "audit", "main"]
PATIENCE = 60.0  # seconds until what flows must have come to rest


def main(args: list[str]) -> int:
    """0: nothing found; 1: something is, and named."""
    parser = argparse.ArgumentParser(prog="inflytt audit", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--state", type=Path, default=local.STATE, help="which platform (default: %(default)s)")
    given = parser.parse_args(args)
    report = asyncio.run(audit(local.attach(given.state)))
    if given.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        _show(report, Console())
    return 1 if report.findings else 0


async def audit(platform: local.Platform) -> Report:
    """Waits until nothing flows, then looks everywhere. Raises Stop where it goes on flowing."""
    began = time.monotonic()
    await platform.quiet(PATIENCE)
    partners = [f"partner.{id}.{end}" for id in platform.partner_keys for end in ("in", "rejected", "out")]
    log = await read_log(platform.bootstrap, platform.prefix, (*TOPICS, *partners))
    journal, letters = Journal.read(platform.run / NAME), await _letters(platform)
    connections = {name: await asyncpg.connect(url) for name, url in platform.databases.items()}
    try:
        compared, rows = await tables.compare(story := Story(log), connections)
        findings = [*rules.in_the_log(story), *rules.against_the_log(log, await read_rows(connections)), *compared]
        findings += await erasure.left_behind(story, connections)
        findings += [*(players := held.Held(journal, story)).findings(), *held.mail(letters, journal, story)]
        findings += await _canaries(platform, journal, letters, log, connections)
    finally:
        for connection in connections.values():
            await connection.close()
    seconds = round(time.monotonic() - began, 1)
    return Report(
        [players.named(finding) for finding in findings],
        len(log.records),
        len(journal.entries),
        rows,
        len(letters),
        seconds,
    )


async def _letters(platform: local.Platform) -> list[Letter]:
    async with httpx.AsyncHTTPTransport() as line:
        mail = Mailboxes(platform.mail_url, line)
        await mail.look()
        return mail.letters


async def _canaries(
    platform: local.Platform,
    journal: Journal,
    letters: list[Letter],
    log: Log,
    connections: dict[str, asyncpg.Connection],
) -> list[Finding]:
    """What to look for: what the players say, and every address that a letter to a person went to."""
    organisations = {row["email"] for row in await connections["intake"].fetch("select email from partners")}
    words = {word for entry in journal.those("begin") for word in entry["canaries"]}
    canaries = Canaries(words | {letter.to for letter in letters} - organisations)
    return await canaries.anywhere(log, connections, platform.logs, platform.admin)


def _show(report: Report, out: Console) -> None:
    for finding in report.findings:
        out.print(Text("✗ ", "red") + Text(str(finding)))
    looked = (
        f"{report.records} records, {report.rows} rows, {report.letters} letters and {report.entries} journal entries"
    )
    verdict = f"[red]{len(report.findings)} findings[/]" if report.findings else "[green]nothing is missing[/]"
    out.print(f"{looked} in {report.seconds} s: {verdict}.")
