"""The audit: what it makes of topics, tables, a journal and mail, and how it names what is missing."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.references import reference
from inflytt.audit import journal as held
from inflytt.audit import order
from inflytt.audit.canaries import Canaries
from inflytt.audit.journal import Held, mail
from inflytt.audit.log import Log, Record
from inflytt.audit.story import Story
from inflytt.audit.tables import TABLES, differences
from inflytt.players.journal import Journal
from inflytt.players.mailbox import Letter

SOURCES = {"matches": "matching", "messages": "notifications"}
INTEREST, PERSON, PLACE, MATCH, OFFER = (str(UUID(int=number)) for number in range(1, 6))


class Topics:
    """Says events as the relays do: numbered per key, in one partition."""

    def __init__(self) -> None:
        self.log = Log()
        self.versions: dict[tuple[str, str], int] = {}

    def say(self, topic: str, key: str, type: str, **value: Any) -> Record:
        self.versions[topic, key] = version = self.versions.get((topic, key), 0) + 1
        headers = {"ce_id": str(uuid4()), "ce_type": type, "ce_version": str(version)}
        headers |= {"ce_source": SOURCES.get(topic, "intake"), "ce_time": "2026-11-24T09:00:00+01:00"}
        record = Record(topic, 0, len(self.log.records), key, json.dumps(value).encode(), headers)
        self.log.records.append(record)
        return record


@pytest.fixture
def topics() -> Topics:
    """One household, one vacancy, one yes from each side, one mail."""
    said, offer = Topics(), {"offer_id": OFFER, "interest_id": INTEREST, "opportunity_id": PLACE, "people": [PERSON]}
    adult = {"person_id": PERSON}
    said.say("interests", INTEREST, "ConfirmationRequested", interest_id=INTEREST, **adult)
    said.say("interests", INTEREST, "InterestRegistered", interest_id=INTEREST, adults=[adult], awaited=[])
    said.say("opportunities", PLACE, "VacancyPosted", partner_id="norrverk", reference="NV-001", places=1)
    said.say("matches", INTEREST, "MatchProposed", match_id=MATCH)
    said.say("matches", INTEREST, "MatchReviewed", match_id=MATCH, decision="approved")
    said.say("matches", INTEREST, "OfferMade", match_id=MATCH, partner_id="norrverk", **offer)
    said.say("interests", INTEREST, "OfferAccepted", offer_id=OFFER, interest_id=INTEREST, person_id=PERSON)
    said.say("opportunities", PLACE, "OwnerAnswered", offer_id=OFFER, answer="yes")
    said.say("matches", INTEREST, "PlacementMade", **offer)
    said.say("messages", "m-1", "MessageSent", template="placement", person_id=PERSON)
    return said


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """What the players were answered of the same."""
    told = reference("2580", UUID(INTEREST))
    kept = Journal(tmp_path / "journal.jsonl")
    kept.note("household 1", "register", "POST /anmal", 303, taken=True, adults=["ask@inflytt.example"])
    kept.note("household 1, adult 1", "letter", "mail", None, message_id="m-1", reference=told)
    kept.note("household 1, adult 1", "confirm", "POST /bekrafta", 200, reference=told, confirmed=True)
    kept.note("norrverk", "post", "POST /partner/vacancies", 201, reference="NV-001", taken=True, opportunity_id=PLACE)
    kept.note("coordinator", "approve", "POST /approve", 303, match_id=MATCH, done=True)
    answer = {"offer_id": OFFER, "answer": "yes"}
    kept.note("household 1, adult 1", "person_answer", "POST /accept", 303, reference=told, said="ja", **answer)
    kept.note("norrverk", "owner_answer", "POST /answer", 200, taken=True, **answer)
    return kept


def told(findings: list[Any]) -> list[tuple[str, str, str]]:
    return [(finding.kind, finding.what, finding.id) for finding in findings]


def test_a_whole_road_gives_no_findings(topics: Topics, journal: Journal) -> None:
    story = Story(topics.log)
    assert order.in_topics(topics.log) == []
    assert order.on_the_road(story) == []
    assert Held(journal, story).findings() == []


def test_the_audit_knows_an_interest_by_the_reference_that_intake_tells() -> None:
    for id in (UUID(INTEREST), uuid4(), UUID(int=2**128 - 1)):
        assert held.reference(str(id)) == reference("2580", id)


def test_a_missing_version_is_named(topics: Topics) -> None:
    gone = topics.log.records.pop(1)
    [finding] = order.in_topics(topics.log)
    assert finding.kind == "order"
    assert "version 3 came after 1" in finding.told
    assert gone.key in finding.told


def test_a_record_that_the_relay_sent_again_is_no_finding_but_another_with_its_id_is(topics: Topics) -> None:
    first = topics.log.records[0]
    topics.log.records.append(Record(**vars(first)))
    assert order.in_topics(topics.log) == []
    topics.log.records.append(Record(**{**vars(first), "raw": b"{}"}))
    assert told(order.in_topics(topics.log)) == [("duplicate", "ConfirmationRequested", first.id)]


def test_a_placement_without_everybodys_yes_is_named(topics: Topics) -> None:
    topics.log.records = [r for r in topics.log.records if r.type != "OfferAccepted"]
    assert told(order.on_the_road(Story(topics.log))) == [("order", "introduction", OFFER)]


@pytest.mark.parametrize(
    ("type", "what"),
    [
        ("ConfirmationRequested", "registration"),
        ("VacancyPosted", "opportunity"),
        ("MatchReviewed", "decision"),
        ("OfferMade", "introduction"),
        ("OfferAccepted", "answer"),
        ("OwnerAnswered", "answer"),
    ],
)
def test_what_a_player_was_answered_and_no_topic_tells_of_is_named(
    topics: Topics, journal: Journal, type: str, what: str
) -> None:
    topics.log.records = [record for record in topics.log.records if record.type != type]
    assert ("lost", what) in [found[:2] for found in told(Held(journal, Story(topics.log)).findings())]


def test_the_same_key_answered_with_another_id_is_a_duplicate(topics: Topics, journal: Journal) -> None:
    for id in (INTEREST, PLACE):
        journal.note("household 2", "register", "POST /api", 201, taken=True, adults=["b"], interest_id=id)
    found = told(Held(journal, Story(topics.log)).findings())
    assert ("duplicate", "registration", PLACE) in found


def test_a_row_that_is_gone_changed_or_unheard_of_is_named(topics: Topics) -> None:
    table = next(table for table in TABLES if (table.database, table.name) == ("matching", "offers"))
    wanted = dict(table.told(Story(topics.log)))
    assert wanted == {OFFER: "placed"}
    assert differences(table, wanted, wanted) == []
    assert told(differences(table, wanted, {})) == [("lost", "introduction", OFFER)]
    [changed] = differences(table, wanted, {OFFER: "lapsed"})
    assert changed.told == "the topics tell 'placed', the row says 'lapsed'"
    [stranger] = differences(table, {}, wanted)
    assert stranger.told == "the row says 'placed', and no topic tells of it"


def test_every_table_has_a_fold_that_this_road_passes(topics: Topics) -> None:
    story = Story(topics.log)
    assert all(isinstance(table.told(story), dict) for table in TABLES)


def test_a_finding_is_told_by_the_names_that_people_know(topics: Topics, journal: Journal) -> None:
    table = next(table for table in TABLES if (table.database, table.name) == ("intake", "interests"))
    held = Held(journal, story := Story(topics.log))
    [finding] = differences(table, dict(table.told(story)), {})
    named = f"{reference('2580', UUID(INTEREST))}, household 1: the topics tell of it, and there is no row"
    assert held.named(finding).told == named


def test_a_letter_is_sent_once_and_arrives_once(topics: Topics, journal: Journal) -> None:
    story, letter = Story(topics.log), Letter("1", "ask@inflytt.example", "", "", "sv", "m-1")
    assert mail([letter], journal, story) == []
    assert told(mail([letter, letter], journal, story)) == [("duplicate", "message", "m-1")]
    assert {finding.told for finding in mail([], journal, story)} == {
        "it was sent, and never arrived",
        "somebody read it, and it is gone",
    }
    stranger = Letter("2", "ask@inflytt.example", "", "", "sv", "m-2")
    assert told(mail([letter, stranger], journal, story)) == [("lost", "message", "m-2")]


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_canary_is_heard_in_plain_text_hex_and_base64(before: str, tmp_path: Path) -> None:
    canaries = Canaries(["Kvitterbxkd"])
    plain = f"{before}Kvitterbxkd, Ask"
    for text in (plain, plain.lower(), plain.encode().hex(), base64.b64encode(plain.encode()).decode()):
        (tmp_path / "intake.log").write_text(f"one line\nname={text}\n")
        [finding] = canaries.in_logs([tmp_path / "intake.log"])
        assert (finding.id, finding.where) == ("Kvitterbxkd", "intake.log:2")
    assert canaries.among([("a row", "row", "Kvitter")]) == []


def test_a_name_in_a_topic_is_found(topics: Topics) -> None:
    topics.say("messages", "m-2", "MessageSent", template="offer", person_id="Kvitterbxkd")
    assert [finding.what for finding in Canaries(["kvitterbxkd"]).in_topics(topics.log)] == ["MessageSent"]
