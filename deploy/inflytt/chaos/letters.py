"""Every letter is asked for by an event, has ended, and arrived at most once. Which there must be, the tables' folds know."""

from collections import Counter, defaultdict
from collections.abc import Callable

from inflytt.audit.story import FATES
from inflytt.chaos.evidence import Evidence
from inflytt.chaos.verdict import Verdict

# How a letter can have ended: what is uncertain may still be answered by the mail server.
ROADS = (["sent"], ["failed"], ["suppressed"], ["uncertain"], ["uncertain", "sent"], ["uncertain", "failed"])


def arrive_once(e: Evidence, verdict: Verdict) -> None:
    """What the ledger says of a letter is what the mail catcher has."""
    arrived, rows = Counter(e.mails), e.rows("notifications", "messages")
    verdict.at_most_once("mail", e.mails)
    verdict.phantoms += [f"mail {one} is in no ledger" for one in arrived.keys() - {row["message_id"] for row in rows}]
    for row in rows:
        there = arrived[row["message_id"]] > 0
        if row["state"] not in ("sent", "suppressed", "uncertain"):  # nor may one fail: the catcher takes everything
            verdict.lost.append(f"letter {row}")
        elif row["state"] == "sent" and not there:
            verdict.lost.append(f"letter {row} never arrived")
        elif row["state"] == "suppressed" and there:
            verdict.phantoms.append(f"letter {row} was not to be sent, and arrived")
        elif row["state"] == "uncertain":
            verdict.uncertain.append(f"letter {row['message_id']} ({row['template']}), arrived: {there}")


def end_once(e: Evidence, verdict: Verdict) -> None:
    """A letter's events tell one known end, and its row the same."""
    told = defaultdict[str, list[str]](list)
    for record in sorted(e.of(*FATES), key=lambda record: record.version):
        told[record.key].append(FATES[record.type])
    verdict.duplicates += [f"letter {id} ended as {', '.join(ends)}" for id, ends in told.items() if ends not in ROADS]
    rows = {row["message_id"]: row["state"] for row in e.rows("notifications", "messages")}
    ended = {id: ends[-1] for id, ends in told.items()}
    verdict.missing("letter's end, said, and not so in the ledger:", ended.items(), rows.items())
    verdict.missing("letter's end, in the ledger, and never said:", rows.items(), ended.items())


def told_once(e: Evidence, verdict: Verdict) -> None:
    """Nobody is told the same of the same offer or interest by two letters, nor anything that no event asks for."""
    rows, known = e.rows("notifications", "messages"), {record.id for record in e.distinct}
    about = [(row["recipient"], row["template"], row["offer_id"] or row["interest_id"]) for row in rows]
    verdict.at_most_once("told", about)
    verdict.phantoms += [f"letter {row}: its event is in no topic" for row in rows if row["event_id"] not in known]


ALL: list[Callable[[Evidence, Verdict], None]] = [arrive_once, end_once, told_once]
