"""The judge of a chaos run sees what was lost, doubled or turned around; no process is started here."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inflytt.audit.findings import Finding
from inflytt.audit.log import Log, Record
from inflytt.chaos.checks import judge
from inflytt.chaos.evidence import OF_ALL, OF_ONE, Evidence
from inflytt.chaos.killing import plan
from inflytt.chaos.verdict import Verdict
from inflytt.players.journal import Journal

INTEREST, PERSON, LETTER = "i-1", "p-1", "m-1"


def record(offset: int, topic: str, kind: str, version: int = 1, **body: Any) -> Record:
    source = "notifications" if topic == "messages" else "intake"
    headers = {"ce_id": f"{topic}-{offset}", "ce_type": kind, "ce_source": source, "ce_version": str(version)}
    return Record(topic, 0, offset, LETTER if topic == "messages" else INTEREST, json.dumps(body).encode(), headers)


ASKED = record(0, "interests", "ConfirmationRequested", interest_id=INTEREST, person_id=PERSON)
SENT = record(0, "messages", "MessageSent", message_id=LETTER)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """One household has registered, once, and was answered."""
    journal = Journal(tmp_path / "journal.jsonl")
    answer = {"interest_id": INTEREST, "status": "awaiting_confirmation"}
    journal.note("a@b.example", "register", "http", 201, key="k", people=["a@b.example"], tries=1, answer=answer)
    return journal


@pytest.fixture
def evidence() -> Evidence:
    """All is as it should be after that registration: asked to confirm, a letter sent, everybody has heard."""
    tables: dict[str, dict[str, list[dict[str, Any]]]] = {
        service: {name: [] for name in OF_ALL | OF_ONE.get(service, {})}
        for service in ("intake", "notifications", "reporting")
    }
    tables["intake"]["interests"] = [{"interest_id": INTEREST}]
    tables["notifications"]["messages"] = [
        {"message_id": LETTER, "template": "confirm", "state": "sent", "reason": None}
    ]
    for event in (ASKED, SENT):
        tables["reporting"]["inbox"].append({"event_id": event.id})
        tables["reporting"]["offsets"].append({"topic": event.topic, "partition": 0, "offset": 1})
    return Evidence(Log([ASKED, SENT]), tables, [LETTER])


def found(verdict: Verdict) -> dict[str, list[str]]:
    return {name: sentences for name, sentences in vars(verdict).items() if sentences}


def test_a_run_in_which_nothing_went_wrong_has_no_findings(journal: Journal, evidence: Evidence) -> None:
    assert found(judge(journal, evidence)) == {}


def test_what_a_dying_relay_says_again_identically_is_no_duplicate(journal: Journal, evidence: Evidence) -> None:
    evidence.tables["reporting"]["offsets"][0]["offset"] = 2
    seen = replace(evidence, log=Log([ASKED, replace(ASKED, offset=1), SENT]))

    assert found(judge(journal, seen)) == {}


@pytest.mark.parametrize(
    ("service", "table"),
    [("intake", "interests"), ("reporting", "inbox")],
)
def test_a_row_that_somebody_deletes_is_lost(journal: Journal, evidence: Evidence, service: str, table: str) -> None:
    del evidence.tables[service][table][0]

    assert judge(journal, evidence).lost


def test_a_consumer_that_has_not_come_to_the_end_has_lost_something(journal: Journal, evidence: Evidence) -> None:
    evidence.tables["reporting"]["offsets"][0]["offset"] = 0

    assert found(judge(journal, evidence)).keys() == {"lost"}


def test_an_event_that_is_not_in_its_topic_is_lost(journal: Journal, evidence: Evidence) -> None:
    assert judge(journal, replace(evidence, log=Log([SENT]))).lost


def test_a_letter_that_arrives_twice_is_a_duplicate(journal: Journal, evidence: Evidence) -> None:
    assert found(judge(journal, replace(evidence, mails=[LETTER, LETTER]))).keys() == {"duplicates"}


def test_a_letter_that_is_noted_as_sent_and_never_arrived_is_lost(journal: Journal, evidence: Evidence) -> None:
    assert found(judge(journal, replace(evidence, mails=[]))).keys() == {"lost"}


def test_what_the_audit_finds_counts(journal: Journal, evidence: Evidence) -> None:
    audited = [
        Finding("lost", "event", "x", "matching", "not handled"),
        Finding("order", "event", "y", "matching", "…"),
    ]

    assert found(judge(journal, replace(evidence, audited=audited))).keys() == {"lost", "inversions"}


def test_a_second_interest_for_one_key_is_a_duplicate(journal: Journal, evidence: Evidence) -> None:
    evidence.tables["intake"]["interests"].append({"interest_id": "i-2"})

    assert found(judge(journal, evidence)).keys() == {"duplicates"}


def test_versions_that_come_the_other_way_round_are_an_inversion(journal: Journal, evidence: Evidence) -> None:
    late = record(0, "interests", "Unknown", version=2)
    first = replace(ASKED, offset=1, headers=ASKED.headers | {"ce_id": "x"})

    assert judge(journal, replace(evidence, log=Log([late, first, SENT]))).inversions


def test_a_letter_whose_answer_was_lost_is_uncertain_and_nothing_else(journal: Journal, evidence: Evidence) -> None:
    evidence.tables["notifications"]["messages"][0]["state"] = "uncertain"
    said = record(0, "messages", "MessageUncertain", message_id=LETTER)

    assert found(judge(journal, replace(evidence, log=Log([ASKED, said])))).keys() == {"uncertain"}


def test_the_same_seed_kills_the_same_at_the_same_time_and_spares_nobody() -> None:
    names = ["intake-api", "intake-relay", "matching-consumer"]

    assert plan(names, 9, seed=4) == plan(names, 9, seed=4) != plan(names, 9, seed=5)
    assert {kill.name for kill in plan(names, 3, seed=4)} == set(names)
