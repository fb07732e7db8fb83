"""A small run as a judge finds it afterwards: journal, topics, tables and mail that fit together, for tests to spoil."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

from inflytt.audit.log import Log, Record
from inflytt.audit.rows import OF_ALL, OF_ONE, READ, Row
from inflytt.chaos.evidence import Evidence
from inflytt.players.journal import Journal

INTEREST, PERSON, JOB, HOME = (str(UUID(int=number)) for number in range(1, 5))
JOB_MATCH, HOME_MATCH, JOB_OFFER, HOME_OFFER = (str(UUID(int=number)) for number in range(5, 9))
MAIL = "ask@inflytt.example"
OF_JOB = {"opportunity_id": JOB, "kind": "job"}
OF_HOME = {"opportunity_id": HOME, "kind": "home"}
SOURCES = {"matches": "matching", "messages": "notifications"}


class World:
    """Tells a run. Everything said has an id that sorts by time, a version, and is heard by all who read its topic."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.versions: dict[tuple[str, str], int] = defaultdict(int)
        self.tables: dict[str, dict[str, list[Row]]] = {
            service: {name: [] for name in OF_ALL | OF_ONE.get(service, {})} for service in READ
        }
        self.mails: list[str] = []

    def say(self, topic: str, key: str, type: str, cause: Record | None = None, /, **value: Any) -> Record:
        self.versions[topic, key] = version = self.versions[topic, key] + 1
        headers = {"ce_id": f"e-{len(self.records):03}", "ce_type": type, "ce_version": str(version)}
        headers |= {"ce_source": SOURCES.get(topic, "intake"), "ce_cause": cause.id if cause else ""}
        return self._append(topic, key, value, headers)

    def tell_partner(self, topic: str, **value: Any) -> Record:
        self.versions[topic, "k"] += 1
        return self._append(topic, "k", value, {"ce_id": f"e-{len(self.records):03}", "ce_source": "intake"})

    def hear_partner(self, topic: str, **value: Any) -> Record:
        return self._append(topic, "k", value, {})

    def _append(self, topic: str, key: str, value: Any, headers: dict[str, str]) -> Record:
        offset = sum(record.topic == topic for record in self.records)
        self.records.append(Record(topic, 0, offset, key, json.dumps(value).encode(), headers))
        return self.records[-1]

    def mail(self, asked: Record, template: str, recipient: str, offer_id: str | None = None) -> str:
        """A letter that an event asks for, sent and said to be."""
        id = f"m-{len(self.mails)}"
        self.mails.append(id)
        row = {"message_id": id, "event_id": asked.id, "recipient": recipient, "template": template, "reason": None}
        row |= {"offer_id": offer_id, "interest_id": INTEREST, "state": "sent"}
        self.tables["notifications"]["messages"].append(row)
        self.say("messages", id, "MessageSent", message_id=id, template=template, person_id=recipient)
        return id

    def evidence(self) -> Evidence:
        """With each service's own counts, as they stand when all is handled."""
        for service, tables in self.tables.items():
            own = [(t, k, v) for (t, k), v in self.versions.items() if SOURCES.get(t, "intake") == service]
            tables["streams"] = [{"topic": t, "key": k, "version": v} for t, k, v in own]
            heard = [record for record in self.records if record.topic in READ[service]]
            ids = dict.fromkeys(record.id for record in heard)
            tables["inbox"] = [{"event_id": id, "taken": 700 + n} for n, id in enumerate(ids)]
            by_version = sorted(heard, key=lambda record: record.version)
            last = {(record.source, record.topic, record.key): record.version for record in by_version}
            tables["heard"] = [
                {"source": s, "topic": t, "key": k, "version": version} for (s, t, k), version in last.items()
            ]
            ends = {record.topic: record.offset + 1 for record in heard}
            tables["offsets"] = [{"topic": topic, "partition": 0, "offset": end} for topic, end in ends.items()]
        return Evidence(Log(self.records), self.tables, self.mails)


def told() -> World:
    """A household registers, a job of two places and a home of a pool are published; it is placed in both."""
    world = World()
    adult = {"person_id": PERSON}
    asked = world.say("interests", INTEREST, "ConfirmationRequested", interest_id=INTEREST, **adult)
    world.mail(asked, "confirm", PERSON)
    whole = {"adults": [adult], "awaited": []}
    registered = world.say("interests", INTEREST, "InterestRegistered", interest_id=INTEREST, **whole)
    posted = {"partner_id": "norrverk", "reference": "NV-1", "allocation": "owner_decides", "places": 2}
    world.say("opportunities", JOB, "VacancyPosted", opportunity_id=JOB, **posted)
    listed = {"partner_id": "lulehem", "reference": "LH-1", "allocation": "pool", "places": 1}
    world.say("opportunities", HOME, "DwellingListed", opportunity_id=HOME, **listed)
    world.hear_partner("partner.lulehem.in", reference="LH-1")
    world.hear_partner("partner.lulehem.in", rubbish=True)
    world.tell_partner("partner.lulehem.rejected", partition=0, offset=1)
    world.say("partners", "lulehem", "InputRefused", partner_id="lulehem", door="kafka", input_id="x", code="empty")
    for match, offer, place in ((JOB_MATCH, JOB_OFFER, OF_JOB), (HOME_MATCH, HOME_OFFER, OF_HOME)):
        introduce(world, registered, match, offer, place)
    _rows(world)
    return world


def introduce(world: World, registered: Record, match: str, offer: str, place: dict[str, str]) -> None:
    """One pair's road: proposed, approved, offered, answered by both, placed."""
    about = {"interest_id": INTEREST, **place}
    offered = {"offer_id": offer, "partner_id": "p", "people": [PERSON], **about}
    world.say("matches", INTEREST, "MatchProposed", registered, match_id=match, **about)
    world.say("matches", INTEREST, "MatchReviewed", match_id=match, decision="approved", **about)
    made = world.say("matches", INTEREST, "OfferMade", match_id=match, **offered)
    owner = world.tell_partner(f"partner.{offer[-1]}.out", type="offer_made", offer_id=offer)
    assert owner.id
    world.mail(made, "offer", PERSON, offer)
    accepted = {"offer_id": offer, "interest_id": INTEREST, "person_id": PERSON}
    world.say("interests", INTEREST, "OfferAccepted", **accepted)
    own = {"opportunity_id": place["opportunity_id"], "offer_id": offer, "answer": "yes"}
    yes = world.say("opportunities", place["opportunity_id"], "OwnerAnswered", **own)
    world.say("matches", INTEREST, "PlacementMade", yes, seat=1, **offered)


def _rows(world: World) -> None:
    intake, matching = world.tables["intake"], world.tables["matching"]
    intake["interests"] = [{"interest_id": INTEREST}]
    intake["adults"] = [{"interest_id": INTEREST, "confirmed_at": "2026-11-24"}]
    intake["replies"] = [{"interest_id": INTEREST}]
    intake["opportunities"] = [
        {"opportunity_id": JOB, "reference": "NV-1"},
        {"opportunity_id": HOME, "reference": "LH-1"},
    ]
    intake["partner_inputs"] = [
        {"topic": "partner.lulehem.in", "partition": 0, "offset": 0, "refused": None},
        {"topic": "partner.lulehem.in", "partition": 0, "offset": 1, "refused": "empty"},
    ]
    matching["opportunities"] = [
        {"opportunity_id": JOB, "places": 2, "taken": 1},
        {"opportunity_id": HOME, "places": 1, "taken": 1},
    ]
    matching["seats"] = [
        {"offer_id": JOB_OFFER, "opportunity_id": JOB, "seat": 1},
        {"offer_id": HOME_OFFER, "opportunity_id": HOME, "seat": 1},
    ]


def journal(path: Path) -> Journal:
    """What the players were answered of the same."""
    kept, answer = Journal(path), {"interest_id": INTEREST, "status": "awaiting_confirmation"}
    for tries in (1, 2):
        kept.note(MAIL, "register", "http", 201, key="k", people=[MAIL], tries=tries, answer=answer)
    kept.note(MAIL, "reuse", "http", 422, key="k", answer={"code": "idempotency_key_reused"})
    kept.note(MAIL, "confirm", "http", 200, interest_id=INTEREST, done=True)
    kept.note("norrverk", "post", "http", 201, reference="NV-1", told={"opportunity_id": JOB}, path="")
    kept.note("lulehem", "dwelling", "kafka", None, partition=0, offset=0, reference="LH-1")
    kept.note("lulehem", "wrong", "kafka", None, partition=0, offset=1)
    for match, offer in ((JOB_MATCH, JOB_OFFER), (HOME_MATCH, HOME_OFFER)):
        kept.note("vide", "approve", "http", 200, match_id=match, done=True)
        kept.note(MAIL, "answer", "http", 200, interest_id=INTEREST, offer_id=offer, answer="yes", done=True)
        kept.note("norrverk", "own", "http", 200, offer_id=offer)
    return kept
