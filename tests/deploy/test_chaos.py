"""The judge of a chaos run sees what was lost, doubled or turned around; no process is started here."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inflytt.chaos.checks import judge
from inflytt.chaos.evidence import OF_ALL, OF_ONE, Evidence, Record
from inflytt.chaos.killing import plan
from inflytt.chaos.verdict import Verdict
from inflytt.players.journal import Journal

INTEREST, PERSON, LETTER = "i-1", "p-1", "m-1"


def record(offset: int, topic: str, kind: str, version: int = 1, **body: Any) -> Record:
    source = "notifications" if topic == "messages" else "intake"
    headers = {"ce_id": f"{topic}-{offset}", "ce_type": kind, "ce_source": source, "ce_version": str(version)}
    return Record(topic, 0, offset, LETTER if topic == "messages" else INTEREST, headers, json.dumps(body).encode())


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
        service: {name: [] for name in OF_ALL | questions} for service, questions in OF_ONE.items()
    }
    tables["intake"]["interests"] = [{"interest_id": INTEREST, "state": "awaiting"}]
    tables["intake"]["streams"] = [{"topic": "interests", "key": INTEREST, "version": 1}]
    tables["notifications"]["streams"] = [{"topic": "messages", "key": LETTER, "version": 1}]
    tables["notifications"]["messages"] = [
        {"message_id": LETTER, "event_id": ASKED.id, "recipient": PERSON, "template": "confirm", "state": "sent"}
    ]
    tables["reporting"]["households"] = [
        {"interest_id": INTEREST, "requested_at": 1, "registered_at": None, "withdrawn_at": None}
    ]
    tables["reporting"]["letters"] = [{"message_id": LETTER, "outcome": "sent"}]
    for event in (ASKED, SENT):
        heard = {"source": event.stream[0], "topic": event.topic, "key": event.key, "version": 1}
        tables["reporting"]["heard"].append(heard)
        tables["reporting"]["inbox"].append({"consumer": "reporting", "event_id": event.id})
        tables["reporting"]["offsets"].append({"topic": event.topic, "partition": 0, "offset": 1})
    return Evidence([ASKED, SENT], [], {("interests", 0): 1, ("messages", 0): 1}, tables, [LETTER])


def found(verdict: Verdict) -> dict[str, list[str]]:
    return {name: sentences for name, sentences in vars(verdict).items() if sentences}


def test_a_run_in_which_nothing_went_wrong_has_no_findings(journal: Journal, evidence: Evidence) -> None:
    assert found(judge(journal, evidence)) == {}


def test_what_a_dying_relay_says_again_identically_is_no_duplicate(journal: Journal, evidence: Evidence) -> None:
    again = replace(ASKED, offset=1)
    evidence.tables["reporting"]["offsets"][0]["offset"] = 2
    seen = replace(evidence, records=[ASKED, again, SENT], ends={("interests", 0): 2, ("messages", 0): 1})

    assert found(judge(journal, seen)) == {}


@pytest.mark.parametrize(
    ("service", "table"),
    [
        ("intake", "interests"),
        ("notifications", "messages"),
        ("reporting", "households"),
        ("reporting", "letters"),
        ("reporting", "heard"),
        ("reporting", "inbox"),
    ],
)
def test_a_row_that_somebody_deletes_is_lost(journal: Journal, evidence: Evidence, service: str, table: str) -> None:
    del evidence.tables[service][table][0]

    assert judge(journal, evidence).lost


def test_an_event_that_is_not_in_its_topic_is_lost(journal: Journal, evidence: Evidence) -> None:
    assert judge(journal, replace(evidence, records=[SENT])).lost


def test_a_letter_that_arrives_twice_is_a_duplicate(journal: Journal, evidence: Evidence) -> None:
    assert found(judge(journal, replace(evidence, mails=[LETTER, LETTER]))).keys() == {"duplicates"}


def test_a_second_interest_for_one_key_is_a_duplicate(journal: Journal, evidence: Evidence) -> None:
    evidence.tables["intake"]["interests"].append({"interest_id": "i-2", "state": "awaiting"})

    assert found(judge(journal, evidence)).keys() == {"duplicates"}


def test_versions_that_come_the_other_way_round_are_an_inversion(journal: Journal, evidence: Evidence) -> None:
    late = record(0, "interests", "Unknown", version=2)
    first = replace(ASKED, offset=1, headers=ASKED.headers | {"ce_id": "x"})

    assert judge(journal, replace(evidence, records=[late, first, SENT])).inversions


def test_a_letter_whose_answer_was_lost_is_uncertain_and_nothing_else(journal: Journal, evidence: Evidence) -> None:
    evidence.tables["notifications"]["messages"][0]["state"] = "uncertain"
    evidence.tables["reporting"]["letters"][0]["outcome"] = "uncertain"
    said = record(0, "messages", "MessageUncertain", message_id=LETTER)

    assert found(judge(journal, replace(evidence, records=[ASKED, said]))).keys() == {"uncertain"}


def test_the_same_seed_kills_the_same_at_the_same_time_and_spares_nobody() -> None:
    names = ["intake-api", "intake-relay", "matching-consumer"]

    assert plan(names, 9, seed=4) == plan(names, 9, seed=4) != plan(names, 9, seed=5)
    assert {kill.name for kill in plan(names, 3, seed=4)} == set(names)
