"""`inflytt chaos`: kills services and relays at random under load, then counts what got lost, doubled or out of order."""

import argparse
import asyncio
import json
import random
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from chassis import rebuild
from inflytt import local
from inflytt.chaos import checks
from inflytt.chaos.crowd import Crowd, people
from inflytt.chaos.evidence import Evidence, collect
from inflytt.chaos.killing import Groups, Kill, Killer, plan
from inflytt.chaos.organisations import Organisations
from inflytt.chaos.verdict import Verdict
from inflytt.errors import Stop
from inflytt.local import Platform
from inflytt.players.journal import NAME, Journal
from inflytt.players.mailbox import Mailboxes
from inflytt.rebuild import opened

BEGAN = time.monotonic()
ROLES = ("api", "consumer", "relay")
SMTP_TIMEOUT = 5  # seconds; three of it and the letters of a dead sender are back in line
PARALLEL = 4  # letters that a sender hands over side by side
SETTINGS = {"INFLYTT_SMTP_TIMEOUT": str(SMTP_TIMEOUT), "INFLYTT_SENDS_IN_PARALLEL": str(PARALLEL)}
SLOW_MAIL = 0.1  # seconds the mail server takes for each letter, so that kills meet letters on their way
RATE = 10  # households a second, at most
PATIENCE = 120.0  # seconds until a healed platform must be quiet


class Unmet(Exception):
    """It ended, and something was lost, doubled or out of order."""


def main(args: list[str]) -> int:
    given = _parse(args)
    told = dict[str, Any]()
    with suppress(Unmet), local.running("chaos", _say, ROLES, state=None, settings=SETTINGS) as platform:
        try:
            told |= asyncio.run(_run(platform, given))
            told["seconds"] = round(time.monotonic() - BEGAN, 1)
            if not told["met"]:
                raise Unmet
        except Exception:
            _keep(platform.run)
            print(f"again: {_replay(given)}", file=sys.stderr)
            raise
    if given.json:
        print(json.dumps(told))
    return 0 if told["met"] else 1


def _parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="inflytt chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None, help="who falls when, and who plays; random where not given")
    parser.add_argument(
        "--events", type=int, default=None, help="load for so many events: a household for five; 150 a kill"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args(args)
    given.seed = random.randrange(1_000_000) if given.seed is None else given.seed
    given.events = given.events or max(1500, 150 * given.kills)
    return given


async def _run(platform: Platform, given: argparse.Namespace) -> dict[str, Any]:
    journal = Journal(platform.run / NAME)
    kills = plan(sorted(platform.processes), given.kills, given.seed)
    async with Groups(platform) as groups:
        killer = Killer(platform, groups, _say)
        try:
            await _play(platform, journal, kills, killer, given)
        except* Stop as stops:
            raise _first(stops) from stops
    _say("quiet; everything is held against everything")
    evidence = await collect(platform)
    verdict = checks.judge(journal, evidence)
    verdict.lost += await _not_replayable(platform)
    bound = PARALLEL * sum(kill.name == "notifications-consumer" for kill in kills)
    return _told(platform, given, evidence, verdict, bound) | {"recovery": killer.recovery}


async def _play(
    platform: Platform, journal: Journal, kills: list[Kill], killer: Killer, given: argparse.Namespace
) -> None:
    """Load and kills at once; then the platform heals, the last letters are answered, and nothing flows any more."""
    assert platform.mail is not None
    platform.mail.behave(delay=SLOW_MAIL)
    cast = people(given.seed, given.events // 5, platform.clock.now())
    seconds = max(kills[-1].at if kills else 0.0, len(cast) / RATE)
    mailboxes = Mailboxes(platform.mail_url, httpx.AsyncHTTPTransport())
    crowd = Crowd(platform.intake, mailboxes, journal, given.seed)
    offers = Organisations(platform, journal, given.seed, given.events // 50, given.events // 75)
    _say(f"{len(cast)} households register within {seconds:.0f} s, {len(kills)} kills, seed {given.seed}")
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.play(cast, seconds))
        working = group.create_task(offers.play(seconds))
        await killer.run(kills)
        _say("everything runs again; the last households register")
        await crowd.all_in.wait()
        offers.evening.set()
        await working
        _say("nobody does anything new; waiting until nothing flows")
        await platform.quiet(PATIENCE)
        await asyncio.sleep(1)  # the last letters are read
        crowd.closed.set()
    await platform.quiet(PATIENCE)


async def _not_replayable(platform: Platform) -> list[str]:
    """Where reporting's projection is not what its topics make."""
    service = opened("reporting", platform)
    found = await rebuild.verify(service, platform.bootstrap.split(","), platform.prefix)
    await service.database.close()
    return found.differences


def _first(stops: BaseExceptionGroup[Stop]) -> Stop:
    """Several may give up at once, each for the same reason."""
    one = stops.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one


def _told(
    platform: Platform, given: argparse.Namespace, evidence: Evidence, verdict: Verdict, bound: int
) -> dict[str, Any]:
    found = vars(verdict)
    for name, sentences in found.items():
        for sentence in sentences[:20]:
            _say(f"{name}: {sentence}")
    (platform.run / "verdict.json").write_text(json.dumps(found, indent=1))
    return {
        "kills": given.kills,
        "events": len(evidence.distinct),
        **{name: len(sentences) for name, sentences in found.items()},
        "uncertain_bound": bound,
        "seed": given.seed,
        "replay": _replay(given),
        "met": verdict.sound and len(verdict.uncertain) <= bound,
    }


def _replay(given: argparse.Namespace) -> str:
    return f'make chaos ARGS="--kills {given.kills} --seed {given.seed} --events {given.events} --json"'


def _keep(run: Path) -> None:
    """The next run sweeps away what has a file `alive`."""
    (run / "alive").unlink()
    _say(f"logs, journal, data and verdict stay in {run}")


def _say(line: str) -> None:
    print(f"{time.monotonic() - BEGAN:5.1f} s · {line}", file=sys.stderr, flush=True)
