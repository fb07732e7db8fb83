"""The judge of a run names whatever is lost, doubled, turned around, made of nothing or too much; no process is started."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence_sample import (
    HOME_MATCH,
    HOME_OFFER,
    INTEREST,
    JOB,
    JOB_OFFER,
    MAIL,
    PERSON,
    World,
    journal,
    told,
)
from inflytt.audit.findings import Finding
from inflytt.audit.log import Log, Record
from inflytt.chaos import checks, letters
from inflytt.chaos.checks import judge
from inflytt.chaos.evidence import Evidence
from inflytt.chaos.verdict import Verdict
from inflytt.players.journal import Journal

Found = dict[str, list[str]]


@pytest.fixture
def world() -> World:
    return told()


@pytest.fixture
def evidence(world: World) -> Evidence:
    return world.evidence()


@pytest.fixture
def kept(tmp_path: Path) -> Journal:
    return journal(tmp_path / "journal.jsonl")


def found(verdict: Verdict) -> Found:
    return {name: sentences for name, sentences in vars(verdict).items() if sentences}


def named(verdict: Verdict, where: str, what: str) -> bool:
    """Whether one of the sentences in that list says it."""
    return any(what in sentence for sentence in found(verdict).get(where, ()))


def at(log: Log, type: str, nth: int = 0) -> int:
    return [n for n, record in enumerate(log.records) if record.type == type][nth]


def the(log: Log, type: str, nth: int = 0) -> Record:
    return log.records[at(log, type, nth)]


def changed(record: Record, headers: dict[str, str] | None = None, **value: Any) -> Record:
    raw = json.dumps(record.value | value).encode()
    return replace(record, raw=raw, headers=record.headers | (headers or {}))


def test_a_run_in_which_nothing_went_wrong_has_no_findings(kept: Journal, evidence: Evidence) -> None:
    verdict = judge(kept, evidence)
    assert found(verdict) == {}
    assert verdict.sound


def test_what_a_dying_relay_says_again_identically_is_no_duplicate(kept: Journal, world: World) -> None:
    first = world.records[0]
    world.records.append(replace(first, offset=len([r for r in world.records if r.topic == first.topic])))
    assert found(judge(kept, world.evidence())) == {}


def test_a_verdict_is_unsound_by_whatever_is_found_but_uncertainty() -> None:
    kinds = ("lost", "duplicate", "order", "phantom", "capacity", "canary", "uncertain")
    for kind in kinds:
        verdict = Verdict()
        verdict.add([Finding(kind, "event", "x", "matching", "…")])  # type: ignore[arg-type]
        assert verdict.sound == (kind == "uncertain"), kind
        assert len(found(verdict)) == 1


def test_what_was_found_by_looking_counts(kept: Journal, evidence: Evidence) -> None:
    audited = [Finding("canary", "row", "Kvitter", "reporting.settled", "a person's data stands here")]
    assert found(judge(kept, replace(evidence, audited=audited))).keys() == {"canaries"}


# no acknowledged registration or event lost


LOST_ROWS = {
    ("intake", "interests"): "registered, and no row in intake",
    ("intake", "adults"): "confirmed, and not so in intake",
    ("intake", "opportunities"): "published, and no row in intake",
    ("intake", "partner_inputs"): "a partner's record, not dealt with",
    ("intake", "replies"): "the answer is not kept",
    ("notifications", "messages"): "letter's end, said, and not so in the ledger",
    ("reporting", "inbox"): "reporting has not heard event",
    ("reporting", "offsets"): "reporting has not reached",
    ("matching", "heard"): "matching has handled 0 of",
}


@pytest.mark.parametrize(("place", "sentence"), LOST_ROWS.items(), ids=str)
def test_a_row_that_somebody_deletes_is_lost(
    kept: Journal, evidence: Evidence, place: tuple[str, str], sentence: str
) -> None:
    service, table = place
    del evidence.tables[service][table][0]
    assert named(judge(kept, evidence), "lost", sentence)


LOST_EVENTS = {
    "ConfirmationRequested": "registered, and not asked to confirm",
    "InterestRegistered": "confirmed, and never said",
    "VacancyPosted": "published, and never said",
    "DwellingListed": "published, and never said",
    "MatchReviewed": "matching has said",
    "OfferMade": "approved, and no offer was made",
    "OfferAccepted": "answer to",
    "OwnerAnswered": "the owner's answer, taken and never said",
    "InputRefused": "1 of Kafka's inputs were refused, 0 are said to be",
    "MessageSent": "in the ledger, and never said",
}


@pytest.mark.parametrize(("type", "sentence"), LOST_EVENTS.items())
def test_an_acknowledged_act_of_which_no_topic_tells_is_lost(
    kept: Journal, evidence: Evidence, type: str, sentence: str
) -> None:
    del evidence.log.records[at(evidence.log, type)]
    assert named(judge(kept, evidence), "lost", sentence)


def test_a_consumer_that_has_not_come_to_the_end_has_lost_something(kept: Journal, evidence: Evidence) -> None:
    evidence.rows("matching", "offsets")[0]["offset"] -= 1
    assert named(judge(kept, evidence), "lost", "matching has not reached")


@pytest.mark.parametrize(("did", "fact"), [("withdraw", "withdrawn"), ("close", "closed")])
def test_a_household_that_left_and_a_place_that_closed_have_to_be_told_of(
    kept: Journal, evidence: Evidence, did: str, fact: str
) -> None:
    kept.note("x", did, "http", 200, interest_id=INTEREST, done=True, path=f"/partner/opportunities/{JOB}/close")
    assert found(judge(kept, evidence)) == {
        "lost": [f"{fact}, and never said: {INTEREST if did == 'withdraw' else JOB}"]
    }


@pytest.mark.parametrize("end", [".in", ".rejected", ".out"])
def test_what_partners_wrote_and_are_told_must_be_there(kept: Journal, evidence: Evidence, end: str) -> None:
    for record in [record for record in evidence.log.records if record.topic.endswith(end)]:
        evidence.log.records.remove(record)
    sentence = {".in": "acknowledged and not in its topic", ".rejected": "refused, and never told"}
    assert named(judge(kept, evidence), "lost", sentence.get(end, "offered, and its owner was not told"))


def test_a_malformed_record_that_was_taken_is_named(kept: Journal, evidence: Evidence) -> None:
    evidence.rows("intake", "partner_inputs")[1]["refused"] = None
    assert named(judge(kept, evidence), "lost", "malformed, and not refused")


def test_an_event_that_never_left_its_outbox_is_lost(kept: Journal, evidence: Evidence) -> None:
    waiting = {"id": "e-999", "topic": "interests", "key": INTEREST, "version": 5}
    evidence.rows("intake", "outbox").append(waiting)
    evidence.rows("intake", "streams")[0]["version"] += 1
    assert found(judge(kept, evidence)) == {"lost": ["lost: event e-999 (intake.outbox): interests still waits for it"]}


def test_a_deadline_that_failed_is_lost(kept: Journal, evidence: Evidence) -> None:
    evidence.rows("matching", "overdue").append({"kind": "offer_lapses", "key": JOB_OFFER, "error": "…"})
    assert named(judge(kept, evidence), "lost", "matching never did")


@pytest.mark.parametrize(("did", "status"), [("register", 500), ("confirm", 404), ("post", 409)])
def test_an_act_that_ended_with_a_refusal_is_lost(kept: Journal, evidence: Evidence, did: str, status: int) -> None:
    facts = {"key": "other", "people": [MAIL], "answer": {}, "interest_id": INTEREST, "done": False}
    kept.note(MAIL, did, "http", status, reference="NV-1", told={}, **facts)
    assert any(str(status) in sentence for sentence in judge(kept, evidence).lost)


def test_a_link_that_ends_with_the_household_it_belonged_to_is_no_loss(kept: Journal, world: World) -> None:
    world.say("interests", INTEREST, "InterestWithdrawn", interest_id=INTEREST)
    kept.note("b@inflytt.example", "withdraw", "http", 200, interest_id=INTEREST, done=True)
    kept.note(MAIL, "confirm", "http", 410, interest_id=INTEREST, done=False)
    assert found(judge(kept, world.evidence())) == {}


@pytest.mark.parametrize(("refused", "lost"), [(None, True), ("over", False)])
def test_an_owners_answer_over_kafka_must_be_said_when_it_was_taken(
    kept: Journal, world: World, refused: str | None, lost: bool
) -> None:
    world.hear_partner("partner.lulehem.in", type="answer", offer_id="o-9")
    row = {"topic": "partner.lulehem.in", "partition": 0, "offset": 2, "refused": refused}
    world.tables["intake"]["partner_inputs"].append(row)
    if refused:
        world.tell_partner("partner.lulehem.rejected", partition=0, offset=2)
        world.say("partners", "lulehem", "InputRefused", partner_id="lulehem", door="kafka", input_id="y", code="over")
    kept.note("lulehem", "own", "kafka", None, partition=0, offset=2, offer_id="o-9")
    said = {"lost": ["the owner's answer, taken and never said: o-9"]} if lost else {}
    assert found(judge(kept, world.evidence())) == said


# no second external effect, and every message in a known end


def test_a_letter_that_arrives_twice_is_a_duplicate(kept: Journal, evidence: Evidence) -> None:
    assert found(judge(kept, replace(evidence, mails=[*evidence.mails, "m-0"]))) == {
        "duplicates": ["mail m-0: 2 times"]
    }


def test_a_letter_that_is_noted_as_sent_and_never_arrived_is_lost(kept: Journal, evidence: Evidence) -> None:
    verdict = judge(kept, replace(evidence, mails=evidence.mails[1:]))
    assert found(verdict).keys() == {"lost"}
    assert named(verdict, "lost", "never arrived")


def test_a_letter_that_stands_in_no_ledger_is_a_phantom(kept: Journal, evidence: Evidence) -> None:
    verdict = judge(kept, replace(evidence, mails=[*evidence.mails, "m-9"]))
    assert found(verdict) == {"phantoms": ["mail m-9 is in no ledger"]}


def test_two_letters_that_tell_somebody_the_same_are_a_duplicate(kept: Journal, world: World) -> None:
    world.mail(world.records[0], "confirm", PERSON)
    assert found(judge(kept, world.evidence())).keys() == {"duplicates"}
    assert named(judge(kept, world.evidence()), "duplicates", f"told ('{PERSON}', 'confirm', '{INTEREST}')")


def test_a_letter_that_no_event_asks_for_is_a_phantom(kept: Journal, evidence: Evidence) -> None:
    evidence.rows("notifications", "messages")[0]["event_id"] = "e-999"
    assert found(judge(kept, evidence)).keys() == {"phantoms"}


@pytest.mark.parametrize("state", ["queued", "sending", "handing_over", "failed"])
def test_a_letter_without_a_good_end_is_lost(kept: Journal, evidence: Evidence, state: str) -> None:
    evidence.rows("notifications", "messages")[0]["state"] = state
    lost = [sentence for sentence in judge(kept, evidence).lost if sentence.startswith("letter {")]
    assert any(f"'{state}'" in sentence for sentence in lost)


def test_a_letter_whose_answer_was_lost_is_uncertain_and_nothing_else(kept: Journal, world: World) -> None:
    world.tables["notifications"]["messages"][0]["state"] = "uncertain"
    sent = at(Log(world.records), "MessageSent")
    world.records[sent] = changed(world.records[sent], {"ce_type": "MessageUncertain"})
    assert found(judge(kept, world.evidence())) == {"uncertain": ["letter m-0 (confirm), arrived: True"]}


def test_an_uncertain_letter_that_the_server_answers_for_after_all_has_ended_well(kept: Journal, world: World) -> None:
    sent = at(Log(world.records), "MessageSent")
    world.records[sent] = changed(world.records[sent], {"ce_type": "MessageUncertain"})
    world.say("messages", "m-0", "MessageSent", message_id="m-0")
    assert found(judge(kept, world.evidence())) == {}


@pytest.mark.parametrize(
    ("ends", "known"),
    [
        (["sent"], True),
        (["failed"], True),
        (["suppressed"], True),
        (["uncertain"], True),
        (["uncertain", "sent"], True),
        (["uncertain", "failed"], True),
        (["sent", "uncertain"], False),
        (["suppressed", "failed"], False),
        (["uncertain", "suppressed"], False),
    ],
)
def test_a_letter_ends_once_or_is_answered_for_after_all(evidence: Evidence, ends: list[str], known: bool) -> None:
    said = World()
    for end in ends:
        said.say("messages", "m-0", f"Message{end.title()}", message_id="m-0")
    verdict = Verdict()
    letters.end_once(replace(evidence, log=Log(said.records)), verdict)
    assert bool(verdict.duplicates) != known


def test_a_letter_with_two_ends_is_a_duplicate(kept: Journal, world: World) -> None:
    world.say("messages", "m-0", "MessageSuppressed", message_id="m-0")
    assert named(judge(kept, world.evidence()), "duplicates", "letter m-0 ended as sent, suppressed")


def test_a_letter_whose_ledger_tells_another_end_than_its_event_is_named(kept: Journal, evidence: Evidence) -> None:
    evidence.rows("notifications", "messages")[0]["state"] = "suppressed"
    verdict = judge(kept, replace(evidence, mails=evidence.mails[1:]))
    assert found(verdict).keys() == {"lost"}
    assert named(verdict, "lost", "('m-0', 'sent')")


def test_a_suppressed_letter_that_arrives_is_a_phantom(kept: Journal, world: World) -> None:
    world.tables["notifications"]["messages"][0]["state"] = "suppressed"
    sent = at(Log(world.records), "MessageSent")
    world.records[sent] = changed(world.records[sent], {"ce_type": "MessageSuppressed"})
    assert found(judge(kept, world.evidence())).keys() == {"phantoms"}


def test_an_owner_who_is_told_twice_or_of_what_nobody_made_is_named(kept: Journal, world: World) -> None:
    world.tell_partner("partner.p.out", type="offer_made", offer_id=JOB_OFFER)
    world.tell_partner("partner.p.out", type="offer_made", offer_id="o-9")
    verdict = judge(kept, world.evidence())
    assert found(verdict).keys() == {"duplicates", "phantoms"}
    assert named(verdict, "phantoms", "o-9, which nobody made")


def test_a_refusal_that_is_told_twice_is_a_duplicate(kept: Journal, world: World) -> None:
    world.tell_partner("partner.lulehem.rejected", partition=0, offset=1)
    assert found(judge(kept, world.evidence())) == {"duplicates": ["refusal of (0, 1): 2 times"]}


# idempotent requests


def test_a_key_that_is_answered_differently_the_second_time_is_a_duplicate(kept: Journal, evidence: Evidence) -> None:
    kept.note(MAIL, "register", "http", 201, key="k", people=[MAIL], answer={"interest_id": INTEREST, "status": "…"})
    assert named(judge(kept, evidence), "duplicates", "registration k was answered differently")


def test_a_second_interest_for_one_key_is_a_duplicate(kept: Journal, evidence: Evidence) -> None:
    evidence.rows("intake", "interests").append({"interest_id": "i-2"})
    assert found(judge(kept, evidence)) == {"duplicates": ["interest i-2 is nobody's"]}


@pytest.mark.parametrize(("status", "code"), [(201, ""), (422, "too_short")])
def test_a_key_that_stands_for_two_payloads_is_a_duplicate(
    kept: Journal, evidence: Evidence, status: int, code: str
) -> None:
    kept.note(MAIL, "reuse", "http", status, key="k", answer={"code": code})
    assert found(judge(kept, evidence)).keys() == {"duplicates"}


@pytest.mark.parametrize("interest_id", [INTEREST, "i-2"])
def test_a_second_or_a_strange_kept_answer_is_a_duplicate(kept: Journal, evidence: Evidence, interest_id: str) -> None:
    evidence.rows("intake", "replies").append({"interest_id": interest_id})
    assert found(judge(kept, evidence)).keys() == {"duplicates"}


@pytest.mark.parametrize("type", ["InterestRegistered", "VacancyPosted", "MatchReviewed", "OfferMade", "OwnerAnswered"])
def test_what_is_said_again_as_something_new_is_a_duplicate(kept: Journal, world: World, type: str) -> None:
    first = the(Log(world.records), type)
    world.say(first.topic, first.key, type, **first.value)
    assert named(judge(kept, world.evidence()), "duplicates", type)


def test_an_event_that_has_its_effect_twice_is_a_duplicate(kept: Journal, world: World) -> None:
    first = the(Log(world.records), "MatchProposed")
    world.say("matches", INTEREST, "MatchProposed", the(Log(world.records), "InterestRegistered"), **first.value)
    verdict = judge(kept, world.evidence())
    assert named(verdict, "duplicates", "MatchProposed")


def test_an_effect_is_the_same_though_it_was_sealed_anew(world: World) -> None:
    cause = the(Log(world.records), "InterestRegistered")
    for ciphertext in ("a", "b"):
        world.say("matches", INTEREST, "Scored", cause, reasons={"subject": PERSON, "ciphertext": ciphertext})
    verdict = Verdict()
    checks.said_once(world.evidence(), verdict)
    assert named(verdict, "duplicates", "Scored")


SAID_ONCE = {
    "interest_id": ("InterestRegistered", "InterestWithdrawn"),
    "opportunity_id": ("VacancyPosted", "DwellingListed", "OpportunityClosed"),
    "offer_id": ("OwnerAnswered", "PlacementMade", "PlacementFellThrough", "OfferLapsed", "OfferWithdrawn"),
    "message_id": ("MessageSent", "MessageFailed", "MessageSuppressed", "MessageUncertain"),
}


@pytest.mark.parametrize(("id", "type"), [(id, type) for id, types in SAID_ONCE.items() for type in types])
def test_some_things_are_said_once_of_each(evidence: Evidence, id: str, type: str) -> None:
    said, verdict = World(), Verdict()
    for other in ("a", "b", "b"):
        said.say("matches", "k", type, **{id: other})
    checks.said_once(replace(evidence, log=Log(said.records)), verdict)
    assert verdict.duplicates == [f"{type} ('b',): 2 times"]


@pytest.mark.parametrize("what", ["confirmed", "approved", "place", "answer"])
def test_what_nobody_did_is_a_duplicate(kept: Journal, world: World, what: str) -> None:
    match what:
        case "confirmed":
            kept.entries = [entry for entry in kept.entries if entry.did != "confirm"]
        case "approved":
            kept.entries = [entry for entry in kept.entries if entry.get("match_id") != HOME_MATCH]
        case "place":
            world.tables["intake"]["opportunities"].append({"opportunity_id": "o", "reference": "NV-9"})
        case "answer":
            kept.entries = [e for e in kept.entries if not (e.did == "answer" and e["offer_id"] == HOME_OFFER)]
    assert found(judge(kept, world.evidence())).keys() == {"duplicates"}
