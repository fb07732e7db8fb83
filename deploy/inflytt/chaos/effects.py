"""What outsiders were promised by a 2xx, or wrote to Kafka, is said once. That every table follows, the audit sees."""

from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import groupby

from inflytt.audit.log import POSTED
from inflytt.chaos.evidence import Evidence
from inflytt.chaos.verdict import Verdict
from inflytt.players.journal import Journal


def registrations(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """One key, one interest, the same answer each time; and one request to confirm for each adult."""
    told = sorted(journal.those("register"), key=lambda entry: str(entry["key"]))
    asked = Counter(record.value["interest_id"] for record in e.of("ConfirmationRequested"))
    known = dict[str, int]()
    for key, entries in groupby(told, key=lambda entry: str(entry["key"])):
        answers = [(entry.status, entry["answer"], len(entry["people"])) for entry in entries]
        status, body, people = answers[0]
        if status != 201:
            verdict.lost.append(f"registration {key} was answered {status} {body}")
        elif any(answer != answers[0] for answer in answers):
            verdict.duplicates.append(f"registration {key} was answered differently the second time")
        else:
            known[body["interest_id"]] = people
    verdict.missing("registered, and no row in intake:", known, e.column("intake", "interests", "interest_id"))
    verdict.missing("registered, and not asked to confirm:", known.items(), asked.items())
    unknown = (e.column("intake", "interests", "interest_id") | set(asked)) - set(known)
    verdict.duplicates += [f"interest {one} is nobody's" for one in unknown]


def requests(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """A key stands for one payload: with another it is refused. One first answer is kept of each interest."""
    for entry in journal.those("reuse"):
        if (entry.status, entry["answer"].get("code")) != (422, "idempotency_key_reused"):
            verdict.duplicates.append(f"key {entry['key']} was taken for another payload: {entry.status}")
    kept = [row["interest_id"] for row in e.rows("intake", "replies")]
    verdict.at_most_once("kept answer of", kept)
    told = {entry["answer"]["interest_id"] for entry in journal.those("register") if entry.status == 201}
    verdict.missing("answered, and the answer is not kept:", told, kept)
    verdict.duplicates += [f"kept answer of {one} was given to nobody" for one in {*kept} - told]


def confirmations(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """Who pressed the button is confirmed, and with the one who wrote the household can be matched."""
    gone = {entry["interest_id"] for entry in journal.those("withdraw")}
    writers = {entry["people"][0] for entry in journal.those("register")}
    confirmed, registered = Counter[str](), set[str]()
    for entry in journal.those("confirm"):
        if not entry["done"]:
            if entry["interest_id"] not in gone:
                verdict.lost.append(f"the link to confirm {entry['interest_id']} was answered {entry.status}")
            continue
        confirmed[entry["interest_id"]] += 1
        registered |= {entry["interest_id"]} if entry.who in writers else set()
    noted = Counter(row["interest_id"] for row in e.rows("intake", "adults") if row["confirmed_at"])
    verdict.missing("confirmed, and not so in intake:", confirmed.items(), noted.items())
    verdict.duplicates += [f"{one} was confirmed by nobody" for one in noted if one not in confirmed]
    said = {record.value["interest_id"] for record in e.of("InterestRegistered")}
    verdict.missing("confirmed, and never said:", registered, said)


def withdrawals(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    gone = {entry["interest_id"] for entry in journal.those("withdraw") if entry["done"]}
    verdict.missing("withdrawn, and never said:", gone, (r.value["interest_id"] for r in e.of("InterestWithdrawn")))


def places(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """One reference, one place, by either door."""
    ids = {row["reference"]: row["opportunity_id"] for row in e.rows("intake", "opportunities")}
    published = {str(entry["reference"]) for entry in journal.those("post", "dwelling")}
    verdict.missing("published, and no row in intake:", published, ids)
    verdict.duplicates += [f"place {one} is nobody's" for one in ids.keys() - published]
    for entry in journal.those("post"):
        if entry.status != 201 or entry["told"]["opportunity_id"] != ids.get(entry["reference"]):
            verdict.lost.append(f"vacancy {entry['reference']} was answered {entry.status} {entry['told']}")
    there = {ids[one] for one in published if one in ids}
    said = {record.value["opportunity_id"] for record in e.of(*POSTED)}
    verdict.missing("published, and never said:", there, said)
    closed = {str(entry["path"]).split("/")[3] for entry in journal.those("close") if entry.status == 200}
    verdict.missing("closed, and never said:", closed, (r.value["opportunity_id"] for r in e.of("OpportunityClosed")))


def inputs(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """Every record of a partner is taken or refused, and what is refused is told once."""
    taken = {(row["partition"], row["offset"]): row["refused"] for row in e.rows("intake", "partner_inputs")}
    sent = {
        (entry["partition"], entry["offset"]): entry.did
        for entry in journal.those("dwelling", "wrong", "own")
        if entry.door == "kafka"
    }
    there = {
        (r.partition, r.offset) for r in e.log.records if r.topic.startswith("partner.") and r.topic.endswith(".in")
    }
    verdict.missing("a partner's record, acknowledged and not in its topic:", sent, there)
    verdict.missing("a partner's record, not dealt with:", sent, taken)
    refused = {where for where, code in taken.items() if code}
    verdict.missing("malformed, and not refused:", (where for where, did in sent.items() if did == "wrong"), refused)
    answers = [(r.value["partition"], r.value["offset"]) for r in e.to_partners(".rejected")]
    verdict.missing("refused, and never told:", refused, answers)
    verdict.at_most_once("refusal of", answers)
    events = [record for record in e.of("InputRefused") if record.value["door"] == "kafka"]
    if len(events) != len(refused):
        verdict.lost.append(f"{len(refused)} of Kafka's inputs were refused, {len(events)} are said to be")


def decisions(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """Approved is introduced, once, and its owner is told."""
    approved = {entry["match_id"] for entry in journal.those("approve") if entry["done"]}
    offered = {record.value["match_id"]: record.value["offer_id"] for record in e.of("OfferMade")}
    verdict.missing("approved, and no offer was made:", approved, offered)
    tried = {entry["match_id"] for entry in journal.those("approve")}
    verdict.duplicates += [f"match {one} was approved by nobody" for one in offered.keys() - tried]
    told = [(r.value["type"], r.value["offer_id"]) for r in e.to_partners(".out")]
    verdict.at_most_once("the owner was told", told)
    made = {offer for what, offer in told if what == "offer_made"}
    verdict.missing("offered, and its owner was not told:", offered.values(), made)
    verdict.phantoms += [f"the owner was told of offer {one}, which nobody made" for one in made - {*offered.values()}]


def answers(journal: Journal, e: Evidence, verdict: Verdict) -> None:
    """Who was told that the answer is received has answered, once."""
    done, tried = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for entry in journal.those("answer"):
        tried[entry["offer_id"]].add(entry.who)
        if entry["done"]:
            done[entry["offer_id"]].add(entry.who)
    said = Counter(record.value["offer_id"] for record in e.of("OfferAccepted", "OfferDeclined"))
    verdict.lost += [f"answer to {one}" for one, people in done.items() if said[one] < len(people)]
    verdict.duplicates += [f"answer to {one}" for one, count in said.items() if count > len(tried[one])]
    owners = {record.value["offer_id"] for record in e.of("OwnerAnswered")}
    taken = {(row["partition"], row["offset"]) for row in e.rows("intake", "partner_inputs") if not row["refused"]}
    own = [
        entry
        for entry in journal.those("own")
        if entry.status == 200 or (entry.get("partition"), entry.get("offset")) in taken
    ]
    verdict.missing("the owner's answer, taken and never said:", (entry["offer_id"] for entry in own), owners)


ALL: list[Callable[[Journal, Evidence, Verdict], None]] = [
    registrations,
    requests,
    confirmations,
    withdrawals,
    places,
    inputs,
    decisions,
    answers,
]
