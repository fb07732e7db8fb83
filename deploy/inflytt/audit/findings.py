"""What the audit finds: each finding names what is wrong, by kind, and where it was looked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["lost", "duplicate", "order", "phantom", "capacity", "uncertain", "canary"]


@dataclass(frozen=True)
class Finding:
    """`what` is a registration, person, key, opportunity, introduction, answer, proposal, message, observation, event …"""

    kind: Kind
    what: str
    id: str
    where: str
    told: str  # the sentence

    def __str__(self) -> str:
        return f"{self.kind}: {self.what} {self.id} ({self.where}): {self.told}"


@dataclass(frozen=True)
class Report:
    """What was looked at, and what was found."""

    findings: list[Finding]
    records: int  # in the topics
    entries: int  # in the players' journal
    rows: int  # in the tables
    letters: int  # at the mail catcher
    seconds: float

    def count(self, kind: Kind) -> int:
        return sum(finding.kind == kind for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.findings,
            "lost": self.count("lost"),
            "duplicates": self.count("duplicate"),
            "order_errors": self.count("order"),
            "phantoms": self.count("phantom"),
            "exceeded": self.count("capacity"),
            "uncertain": self.count("uncertain"),
            "canaries": self.count("canary"),
            "records": self.records,
            "entries": self.entries,
            "rows": self.rows,
            "letters": self.letters,
            "seconds": self.seconds,
            "findings": [vars(finding) for finding in self.findings],
        }


def repeated(values: Iterable[str]) -> list[str]:
    """Those that come more than once."""
    seen: set[str] = set()
    again = [value for value in values if value in seen or seen.add(value)]  # type: ignore[func-returns-value]
    return sorted(set(again))
