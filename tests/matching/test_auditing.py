"""What is said of households is written down beside it, can't be changed unseen, and is made again from the same words."""

import asyncio
import json
from collections import Counter
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.records import opened
from contracts.erasures import SubjectErased
from contracts.interests import InterestRegistered
from contracts.matches import Assessment, MatchProposed, MatchRetracted
from contracts.opportunities import EmploymentPosted, VacancyChanged, VacancyPosted
from contracts.vocabulary import VOCABULARY
from inventing import everything
from matching import deciding
from matching.domain.audit import Broken, verify
from matching.replaying import Judged, Words, judge, subjects
from matching.store import audit
from matching.store.audit import Chain
from matching.yardstick import all_kinds
from matchingsample import adult, changed, household, vacancy


async def chain_of(platform: Any, interest_id: UUID) -> Chain:
    async with platform.service.database.transaction() as tx:
        return await audit.chain(tx, interest_id)


def broken(chain: Chain) -> Broken | None:
    return verify(str(chain.interest_id), chain.entries, chain.head)


async def judged(platform: Any, chain: Chain) -> list[Judged]:
    """Each proposal of a chain, made again from what the topics hold."""
    words = Words(await opened(platform.heard, platform.keys, lambda _: True))
    keys = await platform.keys.get(subjects(chain.entries))
    return [judge(entry, words, keys) for entry in chain.entries if entry.kind == "proposed"]


async def by_force(platform: Any, sql: str, *args: object) -> None:
    """Done by somebody who owns the database and has put its triggers out of force."""
    connection = await asyncpg.connect(platform.service.database.url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(sql, *args)
    await connection.close()


async def proposed_once(platform: Any) -> tuple[InterestRegistered, MatchProposed]:
    came = household()
    await platform.tell(came, vacancy())
    (said,) = [event for event in await platform.said() if isinstance(event, MatchProposed)]
    return came, said


async def test_what_is_said_of_a_household_is_written_down_in_the_order_it_was_said(platform: Any) -> None:
    came, said = await proposed_once(platform)
    await platform.reject(said.match_id, by="vide")
    chain = await chain_of(platform, came.interest_id)
    assert [(entry.kind, entry.by) for entry in chain.entries] == [("proposed", "system"), ("decided", "vide")]
    assert json.loads(chain.entries[1].outputs) == {"decision": "rejected", "reason": "too_far"}
    assert broken(chain) is None


async def test_what_is_written_down_tells_nobodys_needs(platform: Any) -> None:
    skills = ("tig-svetsning",)
    came = household(adult(skills=skills, commute_max=30, start="2027-02"))
    await platform.tell(came, vacancy(skills_required=skills, start="2027-02"))
    (entry,) = (await chain_of(platform, came.interest_id)).entries
    assert json.loads(entry.outputs).keys() == {"band", "reasons"}
    assert json.loads(entry.inputs)["made_from"] == {
        "vocabulary": VOCABULARY.version,
        "interest": 1,
        "opportunity": 1,
        "assessment": None,
    }
    assert not any(word in entry.inputs + entry.outputs for word in (b"svets", b"2027-02", b"points"))


@pytest.mark.parametrize(
    "sql",
    [
        "update audit set outputs = '{}'",
        "delete from audit",
        "truncate audit",
        "delete from audit_heads",
        "truncate audit_heads",
    ],
)
async def test_the_database_refuses_to_change_what_is_written_down(platform: Any, sql: str) -> None:
    await proposed_once(platform)
    with pytest.raises(asyncpg.RaiseError, match="the audit is only added to"):
        await platform.rows(sql)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("update audit set outputs = replace(outputs, 'rejected', 'approved') where number = 2", 2),
        ("update audit set by = 'somebody' where number = 1", 1),
        ("delete from audit where number = 1", 0),
        ("delete from audit where number = 2", 1),
    ],
)
async def test_what_an_owner_of_the_database_changes_is_found(platform: Any, sql: str, found: int) -> None:
    came, said = await proposed_once(platform)
    await platform.reject(said.match_id)
    await by_force(platform, sql)
    where = broken(await chain_of(platform, came.interest_id))
    assert where is not None
    assert where.entry == found


async def test_two_at_the_desk_and_the_writer_keep_one_chain(platform: Any) -> None:
    came = household(adult(), adult())
    await platform.tell(came, *(vacancy() for _ in range(4)))
    matches = [event for event in await platform.said() if isinstance(event, MatchProposed)]
    await asyncio.gather(
        *(platform.reject(match.match_id, by=f"coordinator-{n}") for n, match in enumerate(matches[:5])),
        platform.tell(vacancy(), vacancy()),
        platform.tell(changed(came, adults=(came.adults[0], adult("forskollarare", came.adults[1].person_id)))),
    )
    chain = await chain_of(platform, came.interest_id)
    assert broken(chain) is None
    assert Counter(entry.kind for entry in chain.entries)["decided"] == 5
    assert await platform.rows("select entries from audit_heads") == [{"entries": len(chain.entries)}]


async def test_two_that_add_to_many_chains_at_once_never_wait_in_a_circle(platform: Any) -> None:
    come = [household(adult(), adult()) for _ in range(2)]
    await platform.tell(*come, vacancy())
    rows = await platform.rows("select match_id from matches order by interest_id, seeker_id")
    one, other, third, fourth = (row["match_id"] for row in rows)

    async def reject(*some: UUID) -> None:
        async with platform.service.database.transaction() as tx:
            for match_id in some:
                await deciding.reject(tx, match_id, "vide", "too_far")

    await asyncio.gather(reject(one, third), reject(fourth, other), platform.tell(vacancy(), vacancy()))
    for home in come:
        chain = await chain_of(platform, home.interest_id)
        assert broken(chain) is None
        assert Counter(entry.kind for entry in chain.entries)["decided"] == 2


async def test_what_is_said_and_taken_back_leaves_no_entry(platform: Any) -> None:
    came, said = await proposed_once(platform)
    with pytest.raises(ZeroDivisionError):
        async with platform.service.database.transaction() as tx:
            await deciding.reject(tx, said.match_id, "vide", "too_far")
            await tx.flush()
            raise ZeroDivisionError
    assert len((await chain_of(platform, came.interest_id)).entries) == 1


async def test_a_proposal_is_made_again_from_the_version_that_it_was_made_from(platform: Any) -> None:
    """Also when both sides have said something else since, in the same batch."""
    came, place = household(adult(extent_percent=50)), vacancy()
    told = {name: getattr(place, name) for name in VacancyPosted.model_fields}
    other = VacancyChanged(**told | {"extent_percent": 75})
    await platform.tell(came, place, other, changed(came, adults=(adult(None, came.adults[0].person_id),)))
    chain = await chain_of(platform, came.interest_id)
    assert [json.loads(entry.inputs)["made_from"]["opportunity"] for entry in chain.entries[:2]] == [1, 2]
    assert await judged(platform, chain) == [Judged("same"), Judged("same")]


async def test_a_proposal_that_rests_on_an_assessment_is_made_again_with_it(platform: Any) -> None:
    came = household(adult(adapted_work=True))
    told = {name: getattr(vacancy(), name) for name in VacancyPosted.model_fields}
    await platform.tell(came, EmploymentPosted(**told))
    assert await platform.said() == []
    assessment = Assessment(reference="dnr-12", role="handlaggare", made="2026-11-01")
    async with platform.service.database.transaction() as tx:
        await deciding.assess(tx, came.interest_id, came.adults[0].person_id, assessment, "vide")
    await platform.said()
    chain = await chain_of(platform, came.interest_id)
    assert [entry.kind for entry in chain.entries] == ["assessed", "proposed"]
    assert b"dnr-12" not in b"".join(entry.inputs + entry.outputs for entry in chain.entries)
    assert await judged(platform, chain) == [Judged("same")]


async def test_a_changed_score_is_told_with_what_differs(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    came, _ = await proposed_once(platform)
    chain = await chain_of(platform, came.interest_id)
    kind = all_kinds()["job"]
    start = kind.lines[-1]._replace(points=90)
    languages = kind.lines[0]._replace(points=80)
    lines = (languages, *kind.lines[1:-1], start)
    monkeypatch.setattr("matching.replaying.all_kinds", lambda: {"job": type(kind)(**{**vars(kind), "lines": lines})})
    assert [one.verdict for one in await judged(platform, chain)] == ["differs"]


async def test_another_vocabulary_and_words_that_are_gone_are_told_apart(platform: Any) -> None:
    came, _ = await proposed_once(platform)
    before = await chain_of(platform, came.interest_id)
    await by_force(
        platform, "update audit set inputs = regexp_replace(inputs, '\"vocabulary\":\\d+', '\"vocabulary\":0')"
    )
    assert [one.verdict for one in await judged(platform, await chain_of(platform, came.interest_id))] == [
        "other_vocabulary"
    ]
    platform.heard.clear()
    assert [one.verdict for one in await judged(platform, before)] == ["not_in_the_log"]


async def test_after_an_erasure_the_chain_holds_and_no_proposal_can_be_made_again(platform: Any) -> None:
    came, said = await proposed_once(platform)
    person = came.adults[0].person_id
    platform.keys.forget(person)
    await platform.tell(SubjectErased(subject_id=person, interest_id=came.interest_id))
    chain = await chain_of(platform, came.interest_id)
    assert [entry.kind for entry in chain.entries] == ["proposed", "retracted"]
    assert broken(chain) is None
    assert await judged(platform, chain) == [Judged("erased")]
    assert said.reasons.value is not None


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_any_story_every_chain_holds_and_every_proposal_comes_out_the_same(
    platform: Any, seed: int
) -> None:
    said = await everything(platform, seed, steps=25)
    verdicts: Counter[str] = Counter()
    kinds: set[str] = set()
    rows = await platform.rows("select interest_id from audit_heads")
    for row in rows:
        chain = await chain_of(platform, row["interest_id"])
        assert broken(chain) is None
        verdicts.update(one.verdict for one in await judged(platform, chain))
        kinds |= {json.loads(entry.inputs)["kind"] for entry in chain.entries if entry.kind == "proposed"}
    assert verdicts.keys() <= {"same", "erased"}
    assert verdicts["same"] > 10
    written = await platform.rows("select kind, count(*) as n from audit group by kind")
    proposed, retracted = (sum(isinstance(e, kind) for e in said) for kind in (MatchProposed, MatchRetracted))
    counted = {row["kind"]: row["n"] for row in written}
    assert (counted["proposed"], counted.get("retracted", 0)) == (proposed, retracted)
    assert kinds >= all_kinds().keys() - {"employment"}  # which waits for an assessment
