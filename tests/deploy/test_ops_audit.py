"""What an auditor sees of matching: a household's chain, made again from real topics, and how evenly groups are found."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

import helpers
from chassis.batch import Batches
from chassis.kafka import create_topics
from chassis.memory import remembering
from chassis.service import Service
from contracts import Event
from contracts.interests import InterestRegistered, OfferAccepted
from contracts.matches import OfferMade
from contracts.opportunities import OwnerAnswered
from contracts.references import reference
from helpers import LULEA, Keys, fresh
from inflytt import chains, ops
from inflytt.errors import Stop
from inflytt.servers import BorrowedKafka, Databases, Kafka
from matching import deciding
from matching.app import service as declared
from matching.domain import proof
from matching.domain.proof import Line
from matching.rankings import Rankings
from matching.store import audit
from matchingsample import adult, household, vacancy
from simulating import Kafka as Topics

SKILL = "tig-svetsning"


class Matching:
    """The service as it hears and says, with all of that on real topics."""

    def __init__(self, service: Service[Any], servers: list[str], prefix: str) -> None:
        self.service, self.servers, self.prefix = service, servers, prefix
        self.topics, self.rankings, self.sent = Topics(), Rankings(), 0

    async def hear(self, *events: Event) -> list[Event]:
        """Returns what matching says to these."""
        keyring = self.service.database.keyring
        keys = await keyring.get({one.subject for event in events for one in helpers.sealing.seals_of(event)})
        assert self.service.consumer is not None
        begin = remembering(self.service.database.transaction, self.rankings)
        batches = Batches("matching", self.service.consumer.handlers, begin)
        await batches.apply([self.topics.write(event, keys=keys) for event in events], keyring)
        return await self.relayed()

    async def relayed(self) -> list[Event]:
        said = await self.topics.relay(self.service.database)
        await self._send()
        return [one.event for one in said]

    async def _send(self) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.servers)
        await producer.start()
        for one in self.topics.records[self.sent :]:
            await producer.send(self.prefix + one.topic, one.value, key=one.key, headers=list(one.headers))
        await producer.stop()
        self.sent = len(self.topics.records)

    async def audited(self, whose: str) -> chains.Audited:
        return await chains.audited(self.service, self.servers, self.prefix, whose, "Vide")

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        async with self.service.database.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql)]


@pytest.fixture
async def matching(kafka: Kafka | BorrowedKafka, postgres: Databases) -> AsyncIterator[Matching]:
    prefix = f"{kafka.prefix}a{secrets.token_hex(3)}."
    servers = kafka.bootstrap_servers.split(",")
    sign_in = {"issuer_url": "http://issuer.test", "oidc_client_id": "desk", "oidc_client_secret": "s" * 32}
    service = await fresh(declared, postgres, Keys(), intake_url="http://intake.test", **sign_in)
    await create_topics(servers, prefix)
    yield Matching(service, servers, prefix)
    await service.database.close()


async def by_force(matching: Matching, sql: str) -> None:
    """Done by somebody who owns the database and has put its triggers out of force."""
    connection = await asyncpg.connect(matching.service.database.url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(sql)
    await connection.close()


async def rejected_once(matching: Matching) -> InterestRegistered:
    came = household(adult(skills=(SKILL,)))
    await matching.hear(household(), came, vacancy(skills_required=(SKILL,)))
    rows = await matching.rows(f"select match_id from matches where interest_id = '{came.interest_id}'")
    async with matching.service.database.transaction() as tx:
        await deciding.reject(tx, rows[0]["match_id"], "vide", "too_far")
    await matching.relayed()
    return came


async def test_a_household_is_found_by_its_reference_and_its_proposals_come_out_the_same(
    matching: Matching, capsys: pytest.CaptureFixture[str]
) -> None:
    came = await rejected_once(matching)
    found = await matching.audited(reference(LULEA, came.interest_id).lower())
    assert [(one.kind, one.by, one.verdict) for one in found.entries] == [
        ("proposed", "system", "same"),
        ("decided", "vide", ""),
    ]
    assert chains.tell(found, as_json=False) == 0
    assert "the chain of 2 entries is whole" in capsys.readouterr().out
    assert chains.tell(found, as_json=True) == 0
    out = capsys.readouterr().out
    assert json.loads(out)["whole"]
    assert SKILL not in out
    assert await matching.rows("select operator, action, detail::jsonb ->> 'interest_id' as whom from operations") == [
        {"operator": "Vide", "action": "audit", "whom": str(came.interest_id)}
    ]


async def test_what_somebody_changed_by_force_is_named_and_fails_the_command(
    matching: Matching, capsys: pytest.CaptureFixture[str]
) -> None:
    came = await rejected_once(matching)
    await by_force(matching, "update audit set by = 'nobody' where kind = 'decided'")
    found = await matching.audited(str(came.interest_id))
    assert found.broken == "entry 3: the chain does not end where it is remembered to"
    assert chains.tell(found, as_json=False) == 1
    assert "broken at entry 3" in capsys.readouterr().out


async def test_a_hash_that_nobody_can_make_again_is_told_with_what_was_said_then(matching: Matching) -> None:
    came = await rejected_once(matching)
    await by_force(matching, 'update audit set outputs = replace(outputs, \'"reasons":"\', \'"reasons":"00\')')
    found = await matching.audited(str(came.interest_id))
    assert (found.entries[0].verdict, found.entries[0].why) == (
        "differs",
        "what was said then comes out again, but is not what was written down",
    )
    assert not found.whole


async def test_who_writes_a_whole_chain_anew_is_found_by_what_the_topics_tell(matching: Matching) -> None:
    came = await rejected_once(matching)
    await by_force(matching, "delete from audit; delete from audit_heads")
    keys = await matching.service.database.keyring.get([came.adults[0].person_id])
    lines = [
        proof.line(h.event, h.envelope.id, "nobody" if h.envelope.actor == "vide" else h.envelope.actor,
                   h.envelope.time.isoformat(), keys)
        for h in matching.topics.records
        if h.topic == "matches" and h.envelope and h.envelope.subject == str(came.interest_id)
    ]  # fmt: skip
    async with matching.service.database.transaction() as tx:
        await audit.append(tx, lines)
    found = await matching.audited(str(came.interest_id))
    assert found.broken is None
    assert found.unlike == ["entry 2: something else was said"]
    assert not found.whole


async def test_an_entry_that_was_left_out_or_made_up_is_found_by_what_the_topics_tell(matching: Matching) -> None:
    came = await rejected_once(matching)
    await by_force(matching, "delete from audit where kind = 'decided'")
    await by_force(
        matching, "update audit_heads set hash = (select hash from audit where interest_id = audit_heads.interest_id)"
    )
    about = {"event": str(uuid4()), "match_id": str(uuid4())}
    async with matching.service.database.transaction() as tx:
        await audit.append(
            tx, [Line(came.interest_id, "placed", about, {"seat": 1}, "system", "2027-01-01T00:00:00+00:00")]
        )
    found = await matching.audited(str(came.interest_id))
    assert found.broken is None
    assert found.unlike == ["entry 2: nobody said so", "MatchReviewed, version 2: no entry tells of it"]


async def test_an_erased_persons_proposals_are_told_as_that_and_fail_nothing(matching: Matching) -> None:
    came = await rejected_once(matching)
    matching.service.database.keyring.forget(came.adults[0].person_id)
    found = await matching.audited(str(came.interest_id))
    assert [one.verdict for one in found.entries] == ["erased", ""]
    assert found.whole


async def test_a_household_that_is_not_there_is_told_so(matching: Matching) -> None:
    with pytest.raises(Stop, match="matching knows no household LUL-000-000"):
        await matching.audited("LUL-000-000")


async def placed(matching: Matching, came: InterestRegistered) -> None:
    """The first match of the household goes all the way."""
    rows = await matching.rows(f"select match_id from matches where interest_id = '{came.interest_id}'")
    async with matching.service.database.transaction() as tx:
        patience = matching.service.settings.patience
        await deciding.approve(tx, rows[0]["match_id"], "vide", "good_fit", uuid4(), patience)
    (offer,) = [event for event in await matching.relayed() if isinstance(event, OfferMade)]
    told: dict[str, UUID] = {"offer_id": offer.offer_id, "interest_id": offer.interest_id}
    answer = OwnerAnswered(
        opportunity_id=offer.opportunity_id, partner_id=offer.partner_id, offer_id=offer.offer_id, answer="yes"
    )
    await matching.hear(OfferAccepted(person_id=offer.people[0], **told), answer)


async def test_groups_from_a_file_are_told_evenly_or_not_and_kept_nowhere(
    matching: Matching, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    welders = [household() for _ in range(10)]
    teachers = [household(adult("forskollarare")) for _ in range(10)]
    await matching.hear(*welders, *teachers, *(vacancy(places=2) for _ in range(2)))
    rows = await matching.rows("select distinct interest_id from matches where state = 'proposed'")
    chosen = [one for one in welders if one.interest_id in {row["interest_id"] for row in rows}]
    await placed(matching, chosen[0])  # and somebody moves up
    file = tmp_path / "groups.csv"
    by_reference = [f"{reference(LULEA, one.interest_id)},secret-one" for one in welders]
    by_person = [f"{one.adults[0].person_id},secret-two" for one in teachers]
    file.write_text("\n".join([*by_reference, *by_person, f"{uuid4()},secret-two"]))
    words = ["fairness", "--groups", str(file), "--database-url", matching.service.database.url, "--as", "Vide"]
    assert await asyncio.to_thread(ops.main, [*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unknown"] == 1
    assert [(one["step"], one["groups"][0]["chosen"], one["ratio"]) for one in told["evenness"]] == [
        ("proposed", len(chosen) + 1, 0.0),
        ("introduced", 1, 0.0),
        ("placed", 1, 0.0),
    ]
    assert await asyncio.to_thread(ops.main, words) == 0
    assert "less than four fifths" in capsys.readouterr().out
    kept = await matching.rows("select action, detail::text from operations")
    assert {row["action"] for row in kept} == {"fairness"}
    assert "secret" not in str(kept)


async def test_a_file_that_tells_no_groups_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("only one column\n")
    with pytest.raises(Stop, match="line 1 is not `reference,group`"):
        ops.main(["fairness", "--groups", str(file), "--database-url", "postgresql://127.0.0.1:1/none"])
    with pytest.raises(Stop, match="can't be read"):
        ops.main(["fairness", "--groups", str(tmp_path / "none"), "--database-url", "postgresql://127.0.0.1:1/none"])
