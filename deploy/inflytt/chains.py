"""`inflytt ops audit`: one household's chain verified, and every proposal in it made again from what the topics hold."""

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis.database import Transaction
from chassis.passing import Passing
from chassis.records import opened
from chassis.service import Service
from contracts.references import reference
from inflytt import local, rebuild
from inflytt.errors import Stop
from inflytt.topics import said_of
from matching import replaying
from matching.domain.audit import verify
from matching.replaying import WRONG, Words, judge, keys_needed, subjects
from matching.store import audit
from matching.store.audit import Chain

COLOURS = {"same": "green", "differs": "red", "not_in_the_log": "red"}


@dataclass(frozen=True)
class Shown:
    """One entry as an operator sees it. `verdict`: of a proposal that was made again; it is empty for the others."""

    number: int
    at: str
    kind: str
    by: str
    about: str
    verdict: str = ""
    why: str = ""


@dataclass(frozen=True)
class Audited:
    """A household's chain. `broken`: which entry is the first that does not follow, and why; None when all do. `unlike`:
    where it is not what the topics tell."""

    reference: str
    interest_id: UUID
    broken: str | None
    unlike: list[str]
    entries: list[Shown]

    @property
    def whole(self) -> bool:
        return self.broken is None and not self.unlike and not any(one.verdict in WRONG for one in self.entries)


def main(given: argparse.Namespace) -> int:
    """0: the chain holds, and all that can be made again is the same; 1: not so, and it is told where."""
    platform = local.attach(given.state)
    service = rebuild.opened("matching", platform)

    async def run() -> Audited:
        try:
            return await audited(service, platform.bootstrap.split(","), platform.prefix, given.whose, given.operator)
        finally:
            await service.database.close()

    try:
        found = asyncio.run(run())
    except OSError as error:
        raise Stop("matching's database does not answer; is the platform up?") from error
    except Passing as error:
        raise Stop(f"{error}; without them nothing can be made again") from error
    return tell(found, given.json)


def tell(found: Audited, as_json: bool) -> int:
    """Prints it; the exit code."""
    if as_json:
        print(json.dumps(asdict(found) | {"whole": found.whole}, ensure_ascii=False, indent=2, default=str))
    else:
        _show(found, Console(width=None if sys.stdout.isatty() else 200))
    return 0 if found.whole else 1


async def audited(service: Service[Any], servers: list[str], prefix: str, whose: str, operator: str) -> Audited:
    """Verifies the chain of one household, by its reference or interest id, and makes its proposals again.

    It is written down that `operator` looked. Raises Stop, and Passing when the keys are not given.
    """
    async with service.database.transaction() as tx:
        interest_id, told = await _household(tx, whose)
        chain = await audit.chain(tx, interest_id)
        detail = json.dumps({"interest_id": str(interest_id)})
        await tx.execute("insert into operations (operator, action, detail) values ($1, 'audit', $2)", operator, detail)
        unsent = {row["id"] for row in await tx.fetch("select id from outbox where key = $1", str(interest_id))}
    keyring = service.database.keyring
    heard = await said_of(servers, prefix, keys_needed(chain.entries))
    words = Words(await opened(heard, keyring, lambda _: True))
    keys = await keyring.get(subjects(chain.entries))
    async with service.database.transaction() as tx:
        now = await audit.chain(tx, interest_id)  # all that the topics hold by now is in it
    later = {UUID(json.loads(entry.inputs)["event"]) for entry in now.entries[len(chain.entries) :]}
    unlike = replaying.unlike(now.entries, words, str(interest_id), unsent | later)
    return Audited(told, interest_id, _broken(chain), unlike, _shown(chain, words, keys))


async def _household(tx: Transaction, whose: str) -> tuple[UUID, str]:
    """Interest id and reference."""
    rows = await tx.fetch("select interest_id, municipality from households")
    known = {row["interest_id"]: reference(row["municipality"], row["interest_id"]) for row in rows}
    found = [id for id, told in known.items() if whose.lower() in (str(id), told.lower())]
    if not found:
        raise Stop(f"matching knows no household {whose}; write its reference (LUL-XXX-XXX) or its interest id.")
    if len(found) > 1:
        raise Stop(f"{whose} is the reference of {', '.join(map(str, found))}; write the interest id.")
    return found[0], known[found[0]]


def _broken(chain: Chain) -> str | None:
    found = verify(str(chain.interest_id), chain.entries, chain.head)
    return f"entry {found.entry + 1}: {found.why}" if found else None


def _shown(chain: Chain, words: Words, keys: dict[UUID, bytes]) -> list[Shown]:
    shown = []
    for number, entry in enumerate(chain.entries, start=1):
        judged = judge(entry, words, keys) if entry.kind == "proposed" else None
        inputs = json.loads(entry.inputs)
        about = " ".join(str(inputs[name]) for name in ("kind", "match_id", "offer_id") if name in inputs)
        found = (judged.verdict, judged.why) if judged else ("", "")
        shown.append(Shown(number, entry.at, entry.kind, entry.by, about, *found))
    return shown


def _show(found: Audited, out: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("", "at", "what", "by", "about", "made again"):
        table.add_column(column, overflow="fold")
    for one in found.entries:
        verdict = Text(f"{one.verdict.replace('_', ' ')} {one.why}", COLOURS.get(one.verdict, ""))
        table.add_row(str(one.number), one.at, one.kind, one.by, one.about, verdict)
    out.print(table)
    counted = Counter(one.verdict.replace("_", " ") for one in found.entries if one.verdict)
    made = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counted.items())) or "none"
    chain = Text(f"broken at {found.broken}", "red") if found.broken else Text("whole", "green")
    out.print(Text(f"{found.reference}: the chain of {len(found.entries)} entries is ") + chain)
    out.print(f"Proposals made again: {made}.")
    for difference in found.unlike:
        out.print(Text(f"✗ not what the topics tell: {difference}", "red"))
