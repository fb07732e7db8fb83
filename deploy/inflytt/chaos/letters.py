"""Every letter has ended, and arrived at most once. Which there must be, the audit knows."""

from collections import Counter

from inflytt.chaos.evidence import Evidence
from inflytt.chaos.verdict import Verdict


def arrive_once(e: Evidence, verdict: Verdict) -> None:
    arrived, rows = Counter(e.mails), e.rows("notifications", "messages")
    verdict.at_most_once("mail", e.mails)
    verdict.duplicates += [
        f"mail {one} is in no ledger" for one in arrived.keys() - {row["message_id"] for row in rows}
    ]
    for row in rows:
        there = arrived[row["message_id"]] > 0
        if row["state"] not in ("sent", "suppressed", "uncertain"):  # nor may one fail: the catcher takes everything
            verdict.lost.append(f"letter {row}")
        elif row["state"] == "sent" and not there:
            verdict.lost.append(f"letter {row} never arrived")
        elif row["state"] == "uncertain":
            verdict.uncertain.append(f"letter {row['message_id']} ({row['template']}), arrived: {there}")
