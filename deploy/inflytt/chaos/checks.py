"""Was anything lost, doubled or out of order? Knows the doors, the topics and the tables; shares no code with services."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from inflytt.chaos import effects, letters
from inflytt.chaos.evidence import Evidence, Record, Stream
from inflytt.chaos.verdict import Verdict
from inflytt.players.journal import Journal

ONCE = {  # what can be said only once, and of what
    **dict.fromkeys(("InterestRegistered", "InterestWithdrawn"), ("interest_id",)),
    "ConfirmationRequested": ("person_id",),
    **dict.fromkeys(("VacancyPosted", "DwellingListed", "OpportunityClosed"), ("opportunity_id",)),
    **dict.fromkeys(("MatchReviewed", "OfferMade"), ("match_id",)),
    **dict.fromkeys(("OfferAccepted", "OfferDeclined"), ("offer_id", "person_id")),
    **dict.fromkeys(("OwnerAnswered", "PlacementMade", "PlacementFellThrough", "OfferLapsed"), ("offer_id",)),
    **dict.fromkeys(("OfferWithdrawn", "AcceptanceTooLate"), ("offer_id",)),
    **dict.fromkeys(("MessageSent", "MessageFailed", "MessageSuppressed", "MessageUncertain"), ("message_id",)),
    "PartnerRegistered": ("partner_id",),
}


def judge(journal: Journal, evidence: Evidence) -> Verdict:
    """Holds all that is known against each other."""
    verdict = Verdict()
    rules: list[Callable[[Evidence, Verdict], None]] = [log_is_in_order, all_is_heard, nothing_is_left, said_once]
    for rule in [*rules, standing_proposals, capacity_holds, letters.told_once]:
        rule(evidence, verdict)
    for effect in effects.ALL:
        effect(journal, evidence, verdict)
    return verdict


def log_is_in_order(e: Evidence, verdict: Verdict) -> None:
    """Versions of a key run 1, 2, 3 … in one partition, once what was said again identically is left out."""
    streams, first = defaultdict[Stream, list[Record]](list), dict[str, Record]()
    for record in e.records:
        known = first.setdefault(record.id, record)
        if known is record:
            streams[record.stream].append(record)
        elif (known.value, known.headers, known.partition) != (record.value, record.headers, record.partition):
            verdict.duplicates.append(f"event {record.id} was said twice, differently")
    for stream, records in streams.items():
        versions = [record.version for record in records]
        if versions != list(range(1, len(versions) + 1)) or len({record.partition for record in records}) > 1:
            verdict.inversions.append(f"{stream} has versions {versions[:20]}")
    for service in e.tables:
        for row in e.rows(service, "streams"):
            said = _said(e, service, row["topic"], row["key"], streams)
            if said != row["version"]:
                verdict.lost.append(f"{service} numbered {row['version']} of {row['topic']} {row['key']}, {said} came")


def _said(e: Evidence, service: str, topic: str, key: str, streams: dict[Stream, list[Record]]) -> int:
    if not topic.startswith("partner."):
        return len(streams.get((service, topic, key), ()))
    return len({(r.value, *r.headers.items()) for r in e.partners if (r.topic, r.key) == (topic, key)})


def all_is_heard(e: Evidence, verdict: Verdict) -> None:
    """Each service has handled every event of its topics, to the last version of each key."""
    last = {record.stream: record.version for record in sorted(e.distinct, key=lambda record: record.version)}
    for service in e.tables:
        topics = e.column(service, "offsets", "topic")
        heard = {(row["source"], row["topic"], row["key"]): row["version"] for row in e.rows(service, "heard")}
        due = {stream: version for stream, version in last.items() if stream[1] in topics}
        verdict.missing(f"{service} has not handled", due.items(), heard.items())
        ids = {record.id for record in e.distinct if record.topic in topics}
        verdict.missing(f"{service} has not heard event", ids, e.column(service, "inbox", "event_id"))
        done = {(row["topic"], row["partition"]): row["offset"] for row in e.rows(service, "offsets")}
        there = {where: end for where, end in e.ends.items() if where[0] in topics and end}
        verdict.missing(f"{service} has not reached", there.items(), done.items())


def nothing_is_left(e: Evidence, verdict: Verdict) -> None:
    for service in e.tables:
        verdict.inversions += [f"{service} parked {row}" for row in e.rows(service, "parked")]
        verdict.lost += [f"{service} never sent {row}" for row in e.rows(service, "outbox")]
        verdict.lost += [f"{service} never did {row}" for row in e.rows(service, "overdue")]


def said_once(e: Evidence, verdict: Verdict) -> None:
    """Nothing is said twice of the same, and no event has the same effect twice."""
    for name, fields in ONCE.items():
        verdict.at_most_once(name, (tuple(record.body[field] for field in fields) for record in e.of(name)))
    effects = (
        (record.headers["ce_cause"], record.headers["ce_source"], record.type, record.key, str(_open(record.body)))
        for record in e.distinct
        if record.headers.get("ce_cause")
    )
    verdict.at_most_once("effect", effects)


def _open(value: Any) -> Any:
    """Without ciphertexts: the same, sealed twice, differs."""
    if isinstance(value, dict):
        return {name: _open(part) for name, part in value.items() if name != "ciphertext"}
    return [_open(part) for part in value] if isinstance(value, list) else value


def standing_proposals(e: Evidence, verdict: Verdict) -> None:
    """What matching holds for proposed is what it last said, and reporting knows of all."""
    last: dict[str, str] = {}
    for record in e.records:
        if record.type in ("MatchProposed", "MatchRetracted", "MatchReviewed"):
            last[record.body["match_id"]] = record.type
    said = {match for match, name in last.items() if name == "MatchProposed"}
    held = {row["match_id"] for row in e.rows("matching", "matches") if row["state"] == "proposed"}
    verdict.missing("matching does not hold the proposal", said, held)
    verdict.missing("matching never said the proposal", held, said)
    shown = {
        row["match_id"]
        for row in e.rows("reporting", "proposals")
        if row["retracted_at"] is None and row["decision"] is None
    }
    verdict.missing("reporting does not show the proposal", said, shown)
    verdict.missing("reporting shows a retracted proposal", shown, said)


def capacity_holds(e: Evidence, verdict: Verdict) -> None:
    placed = Counter(record.body["opportunity_id"] for record in e.of("PlacementMade"))
    seats = [(record.body["opportunity_id"], record.body["seat"]) for record in e.of("PlacementMade")]
    verdict.at_most_once("seat", seats)
    for row in e.rows("matching", "opportunities"):
        taken = placed[row["opportunity_id"]]
        if taken > row["places"]:
            verdict.duplicates.append(f"{row['opportunity_id']} has {row['places']} places and {taken} placements")
        if taken != row["taken"]:
            verdict.lost.append(f"{row['opportunity_id']} says {row['taken']} taken, {taken} were placed")
