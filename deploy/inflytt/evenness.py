"""`inflytt ops fairness`: how evenly an auditor's groups are found. The groups are read from a file, and kept nowhere."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.references import reference
from inflytt.errors import Stop
from matching.domain.fairness import LEAST, Evenness, NotGroups, Seeking, evenness, read_groups, unknown

# Who has sought what: those who do now, and those of whom something was said. A step is reached when it is in the audit.
SOUGHT = """
with said as (
  select interest_id, kind as step, (inputs::jsonb ->> 'match_id')::uuid as match_id,
         (inputs::jsonb ->> 'seeker')::uuid as seeker, inputs::jsonb ->> 'kind' as kind, inputs::jsonb ->> 'offer_id' as offer
  from audit where kind in ('proposed', 'offered', 'placed')),
proposed as (select distinct match_id, seeker, kind, interest_id from said where step = 'proposed'),
offered as (select match_id, offer from said where step = 'offered'),
reached as (
  select seeker, kind, interest_id, 'proposed' as step from proposed
  union select seeker, kind, interest_id, 'introduced' from proposed join offered using (match_id)
  union select p.seeker, p.kind, p.interest_id, 'placed' from proposed p join offered o using (match_id)
    join said s on s.step = 'placed' and s.offer = o.offer
  union select id, kind, interest_id, null from seekers)
select seeker, kind, interest_id, municipality, array_remove(array_agg(step), null) as reached
from reached join households using (interest_id) group by seeker, kind, interest_id, municipality
"""


def main(given: argparse.Namespace, url: str) -> int:
    """0: it is told; whether it is even is for whoever reads it to judge."""
    groups = _groups(given.groups)
    sought = asyncio.run(_sought(url, given.operator, len(groups)))
    found, strangers = evenness(sought, groups), unknown(sought, groups)
    if given.json:
        told = [asdict(one) | {"even": one.even} for one in found]
        print(json.dumps({"evenness": told, "unknown": strangers}, ensure_ascii=False, indent=2))
    else:
        _show(found, strangers, Console(width=None if sys.stdout.isatty() else 200))
    return 0


def _groups(file: Path) -> dict[str, str]:
    try:
        return read_groups(file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{file} can't be read ({type(error).__name__}); give a CSV file in UTF-8.") from error
    except NotGroups as error:
        raise Stop(f"{file}: {error}.") from error


async def _sought(url: str, operator: str, groups: int) -> list[Seeking]:
    """Everybody who has sought anything. It is written down that `operator` asked, and nothing of what they brought."""
    try:
        connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
    except (OSError, asyncpg.PostgresError) as error:
        raise Stop(f"matching's database does not answer ({type(error).__name__}); is the platform up?") from error
    try:
        async with connection.transaction():
            detail = json.dumps({"people": groups})
            await connection.execute(
                "insert into operations (operator, action, detail) values ($1, 'fairness', $2)", operator, detail
            )
            return [_seeking(row) for row in await connection.fetch(SOUGHT)]
    finally:
        await connection.close()


def _seeking(row: Any) -> Seeking:
    named = (str(row["seeker"]), str(row["interest_id"]), reference(row["municipality"], row["interest_id"]).lower())
    return Seeking(row["seeker"], row["kind"], frozenset(named), frozenset(row["reached"]))


def _show(found: Iterable[Evenness], strangers: int, out: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("kind", "step", "groups", "least of largest share", ""):
        table.add_column(column)
    for one in found:
        shares = ", ".join(f"{share.group} {share.chosen} of {share.people}" for share in one.groups) or "–"
        ratio = "–" if one.ratio is None else f"{one.ratio:.3f}"
        mark = {None: Text(""), True: Text("four fifths", "green"), False: Text("less than four fifths", "red")}[
            one.even
        ]
        table.add_row(one.kind, one.step, shares, ratio, mark)
    out.print(table)
    hidden = max((one.suppressed for one in found), default=0)
    out.print(f"Groups of fewer than {LEAST} are not told of: {hidden}. In the file, and unknown here: {strangers}.")
