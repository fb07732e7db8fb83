"""Was anything lost, doubled or out of order? Knows the doors, the topics and the tables; shares no code with services."""

from typing import Any

from inflytt.audit import rules
from inflytt.audit.log import POSTED
from inflytt.audit.rows import READ
from inflytt.audit.story import Story
from inflytt.chaos import effects, letters
from inflytt.chaos.evidence import Evidence
from inflytt.chaos.verdict import Verdict
from inflytt.players.journal import Journal

ONCE = {  # what can be said only once, and of what
    **dict.fromkeys(("InterestRegistered", "InterestWithdrawn"), ("interest_id",)),
    "ConfirmationRequested": ("person_id",),
    **dict.fromkeys((*POSTED, "OpportunityClosed"), ("opportunity_id",)),
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
    verdict.add(rules.in_the_log(Story(evidence.log)))
    verdict.add(rules.against_the_log(evidence.log, evidence.tables))
    verdict.add(evidence.audited)
    for rule in (all_is_heard, said_once, *letters.ALL):
        rule(evidence, verdict)
    for effect in effects.ALL:
        effect(journal, evidence, verdict)
    return verdict


def all_is_heard(e: Evidence, verdict: Verdict) -> None:
    """Each service has taken every event of its topics, stands at their ends, and did what was due."""
    for service in e.tables:
        topics = READ[service]
        ids = {record.id for record in e.distinct if record.topic in topics}
        verdict.missing(f"{service} has not heard event", ids, e.column(service, "inbox", "event_id"))
        done = {(row["topic"], row["partition"]): row["offset"] for row in e.rows(service, "offsets")}
        there = {where: end for where, end in e.ends.items() if where[0] in topics}
        verdict.missing(f"{service} has not reached", there.items(), done.items())
        verdict.lost += [f"{service} never did {row}" for row in e.rows(service, "overdue")]


def said_once(e: Evidence, verdict: Verdict) -> None:
    """Nothing is said twice of the same, and no event has the same effect twice."""
    for name, fields in ONCE.items():
        verdict.at_most_once(name, (tuple(record.value[field] for field in fields) for record in e.of(name)))
    effects = (
        (record.headers["ce_cause"], record.headers["ce_source"], record.type, record.key, str(_open(record.value)))
        for record in e.distinct
        if record.headers.get("ce_cause")
    )
    verdict.at_most_once("effect", effects)


def _open(value: Any) -> Any:
    """Without ciphertexts: the same, sealed twice, differs."""
    if isinstance(value, dict):
        return {name: _open(part) for name, part in value.items() if name != "ciphertext"}
    return [_open(part) for part in value] if isinstance(value, list) else value
