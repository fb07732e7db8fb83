"""A small scenario, really played: expected is actual; then somebody deletes things, and the audit names each of them."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from rich.console import Console

from inflytt import chains, local, rebuild
from inflytt.audit import audit
from inflytt.demo import play
from inflytt.demo.live import Board
from inflytt.players.journal import NAME, Journal
from inflytt.players.people import Size

SMALL = Size(
    households=8,
    couples=3,
    silent_partners=1,
    silent=1,
    leaving=1,
    twice=1,
    rubbish=2,
    vacancies=10,
    dwellings=5,
    queues=1,
)
pytestmark = pytest.mark.timeout(300)


@dataclass
class Played:
    platform: local.Platform
    result: dict[str, Any]


@pytest.fixture(scope="module")
async def played() -> AsyncIterator[Played]:
    with local.running("scenario", state=None) as platform:
        yield Played(platform, await play(platform, 3, SMALL, Board(Console(stderr=True))))


async def test_what_was_expected_happened_and_nothing_else(played: Played) -> None:
    told = played.result
    assert told["findings"] == []
    assert told["expected"] == told["actual"]
    assert told["projection_equals_replay"]
    assert told["ok"]
    assert told["actual"]["placed"] > 0


async def test_every_households_chain_holds_and_its_proposals_come_out_the_same(played: Played) -> None:
    service = rebuild.opened("matching", played.platform)
    servers, prefix = played.platform.bootstrap.split(","), played.platform.prefix
    async with service.database.transaction() as tx:
        households = [str(row["interest_id"]) for row in await tx.fetch("select interest_id from audit_heads")]
    found = [await chains.audited(service, servers, prefix, id, "auditor") for id in households]
    await service.database.close()
    assert [one.reference for one in found if not one.whole] == []
    verdicts = Counter(entry.verdict for one in found for entry in one.entries if entry.kind == "proposed")
    assert verdicts["same"] > 0
    assert verdicts.keys() <= {"same", "erased"}


DELETED = {  # what is deleted, where, and by which id it must be named
    "registration": ("intake", "interests", "interest_id"),
    "opportunity": ("matching", "opportunities", "opportunity_id"),
    "introduction": ("matching", "offers", "offer_id"),
    "message": ("notifications", "messages", "message_id"),
    "observation": ("reporting", "households", "interest_id"),
    "key": ("intake_keys", "keys", "subject"),
}


async def test_the_audit_names_what_somebody_deletes(played: Played) -> None:
    deleted = {what: await delete_one(played.platform, *place) for what, place in DELETED.items()}
    found = (await audit(played.platform)).findings
    for what, id in deleted.items():
        assert any(finding.kind == "lost" and finding.what == what and id in finding.id for finding in found), what


async def test_the_audit_finds_a_name_where_none_may_stand(played: Played) -> None:
    [canary, *_] = [word for word in played_words(played) if word.startswith("Kvitter")]
    connection = await asyncpg.connect(played.platform.databases["reporting"])
    await connection.execute("update settled set code = $1", f"till {canary}")
    await connection.close()
    found = (await audit(played.platform)).findings
    assert ("canary", "reporting.settled", canary) in {(finding.kind, finding.where, finding.id) for finding in found}


def played_words(played: Played) -> list[str]:
    [begin] = Journal.read(played.platform.run / NAME).those("begin")
    return list(begin["canaries"])


async def delete_one(platform: local.Platform, database: str, table: str, id: str) -> str:
    """One row goes, as if by hand; the id of what it told of."""
    connection = await asyncpg.connect(platform.databases[database])
    gone = await connection.fetchval(
        f"delete from {table} where ctid = (select ctid from {table} order by {id} limit 1) returning {id}"
    )
    await connection.close()
    return str(gone)
