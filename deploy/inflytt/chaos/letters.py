"""Every letter that an event asks for is in the ledger once, has ended, and arrived at most once."""

from collections import Counter
from collections.abc import Iterator

from inflytt.chaos.evidence import Evidence, Record
from inflytt.chaos.verdict import Verdict

TO_PEOPLE = {
    "OfferMade": "offer",
    "PlacementMade": "placement",
    "OfferLapsed": "lapsed",
    "AcceptanceTooLate": "too_late",
}
ENDS = {
    "sent": "MessageSent",
    "failed": "MessageFailed",
    "suppressed": "MessageSuppressed",
    "uncertain": "MessageUncertain",
}


def told_once(e: Evidence, verdict: Verdict) -> None:
    rows = {(row["event_id"], row["recipient"], row["template"]): row for row in e.rows("notifications", "messages")}
    expected = {letter for record in e.of("ConfirmationRequested", *TO_PEOPLE) for letter in _asked(record)}
    verdict.missing("no letter in the ledger for", expected, rows)
    arrived, known = Counter(e.mails), {row["message_id"] for row in rows.values()}
    verdict.duplicates += [f"mail {one} arrived {times} times" for one, times in arrived.items() if times > 1]
    verdict.duplicates += [f"mail {one} is in no ledger" for one in arrived if one not in known]
    said = {(record.body["message_id"], record.type) for record in e.of(*ENDS.values())}
    shown = {(row["message_id"], row["outcome"]) for row in e.rows("reporting", "letters")}
    for row in rows.values():
        identity, state = row["message_id"], row["state"]
        if state not in ENDS or state == "failed":  # the catcher takes everything
            verdict.lost.append(f"letter {row}")
            continue
        if state == "sent" and not arrived[identity]:
            verdict.lost.append(f"letter {identity} is noted as sent and never arrived")
        if state == "uncertain":
            verdict.uncertain.append(f"letter {identity} ({row['template']}), arrived: {arrived[identity] > 0}")
        verdict.missing("nobody said how the letter ended:", [(identity, ENDS[state])], said)
        verdict.missing("reporting does not know how the letter ended:", [(identity, state)], shown)


def _asked(record: Record) -> Iterator[tuple[str, str, str]]:
    """(event, recipient, template) of the letters that everybody may expect after it."""
    if record.type == "ConfirmationRequested":
        yield record.id, record.body["person_id"], "confirm"
        return
    yield from ((record.id, person, TO_PEOPLE[record.type]) for person in record.body["people"])
    if record.type == "OfferMade":
        yield record.id, record.body["partner_id"], "owner_offer"
