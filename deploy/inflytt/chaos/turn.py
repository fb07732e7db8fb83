"""One turn: a fault is played under load, everything heals and comes to rest, and what there is to see is judged."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from chassis import rebuild
from inflytt.chaos import checks
from inflytt.chaos.crowd import Crowd, people
from inflytt.chaos.evidence import collect
from inflytt.chaos.faults import FAULTS
from inflytt.chaos.faults.fault import SLOW_MAIL, Blow, plan
from inflytt.chaos.killing import Groups, Player
from inflytt.chaos.organisations import Organisations
from inflytt.chaos.verdict import Verdict
from inflytt.errors import Stop
from inflytt.local import Platform, Say
from inflytt.players.journal import NAME, Journal
from inflytt.players.mailbox import Mailboxes
from inflytt.rebuild import opened

RATE = 20  # households a second, at most
MOST = 200  # jobs, and homes: a municipality has fewer than it has people who want them
TELL = 20.0  # seconds between two words of how far it has come
PATIENCE = 120.0  # seconds until a healed platform must be quiet
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that brokers fall is no news here
WAITING = "select min(send_at) from messages where state = 'queued'"


@dataclass(frozen=True)
class Turn:
    """A fault by name, how often it strikes, under how many events of load; `seed` says who plays and who is struck."""

    fault: str
    blows: int
    events: int
    seed: int
    brokers: int

    @property
    def impossible(self) -> str:
        """Why it can't be played here; empty where it can."""
        return FAULTS[self.fault].impossible(self.brokers)

    @property
    def arguments(self) -> str:
        """Those that play it again."""
        what = f"--kills {self.blows}" if self.fault == "kill" else f"--faults {self.fault} --blows {self.blows}"
        brokers = f" --brokers {self.brokers}" if self.brokers > 1 else ""
        return f"{what}{brokers} --seed {self.seed} --events {self.events} --json"

    async def play(self, platform: Platform, say: Say) -> dict[str, Any]:
        """What was found, as counts; the sentences are in the run's `verdict.json`."""
        fault, journal = FAULTS[self.fault](platform), Journal(platform.run / NAME)
        with fault.laid():
            blows = plan(self.fault, type(fault), fault.targets(), self.blows, self.seed)
            async with Groups(platform) as groups:
                player = Player(fault, groups, say)
                try:
                    await self._under_load(platform, journal, player, blows, say)
                except* Stop as stops:
                    raise _first(stops) from stops
            say("quiet; everything is held against everything")
            evidence = await collect(platform)
            verdict = checks.judge(journal, evidence)
            verdict.lost += await _not_replayable(platform)
        bound = sum(fault.uncertain(blow) for blow in blows)
        return {
            "runs": len(player.recovered),
            "events": len(evidence.distinct),
            **_counted(verdict, platform.run, say),
            "uncertain_bound": bound,
            "recovery": player.recovery,
            "met": verdict.sound and len(verdict.uncertain) <= bound,
        }

    async def _under_load(
        self, platform: Platform, journal: Journal, player: Player, blows: Sequence[Blow], say: Say
    ) -> None:
        """Load and blows at once; then the platform heals, the last letters are answered, and nothing flows any more."""
        assert platform.mail is not None
        platform.mail.behave(delay=SLOW_MAIL)
        cast = people(self.seed, self.events // 4, platform.clock.now())
        seconds = max(*(blow.at + blow.lasts for blow in blows), len(cast) / RATE)
        mailboxes = Mailboxes(platform.mail_url, httpx.AsyncHTTPTransport())
        crowd = Crowd(platform.intake, mailboxes, journal, self.seed)
        offers = Organisations(platform, journal, self.seed, *(min(self.events // n, MOST) for n in (50, 75)))
        say(
            f"{len(cast)} households register within {seconds:.0f} s, {self.fault} {len(blows)} times, seed {self.seed}"
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.play(cast, seconds))
            working = group.create_task(offers.play(seconds))
            await player.play(blows)
            say("everything works again")
            while not crowd.all_in.is_set():
                say(f"{crowd.registered} of {len(cast)} households are registered")
                with suppress(TimeoutError):
                    await asyncio.wait_for(crowd.all_in.wait(), TELL)
            offers.evening.set()
            await working
            say("nobody does anything new; waiting until nothing flows")
            await _rest(platform)
            await asyncio.sleep(1)  # the last letters are read
            crowd.close()
        await _rest(platform)


async def _rest(platform: Platform) -> None:
    """Nothing flows, and no letter waits for a later hour: the clock moves on to it."""
    await platform.quiet(PATIENCE)
    while (later := await _waits_until(platform)) is not None:
        platform.clock.move(seconds=max(timedelta(0), later - platform.clock.now()).total_seconds() + 1)
        await platform.quiet(PATIENCE)


async def _waits_until(platform: Platform) -> datetime | None:
    connection = await asyncpg.connect(platform.databases["notifications"])
    try:
        found: datetime | None = await connection.fetchval(WAITING)
    finally:
        await connection.close()
    return found


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


def _counted(verdict: Verdict, run: Path, say: Say) -> dict[str, int]:
    found = vars(verdict)
    for name, sentences in found.items():
        for sentence in sentences[:20]:
            say(f"{name}: {sentence}")
    (run / "verdict.json").write_text(json.dumps(found, indent=1))
    return {name: len(sentences) for name, sentences in found.items()}
