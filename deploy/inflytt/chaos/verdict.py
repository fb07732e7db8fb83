"""What a chaos run is judged to have done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from inflytt.audit.findings import Finding


@dataclass
class Verdict:
    """What is wrong, in sentences; `uncertain` are letters of which nobody knows whether they arrived."""

    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    inversions: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """What the audit found; uncertain letters are counted by us."""
        places = {"lost": self.lost, "duplicate": self.duplicates, "order": self.inversions}
        for finding in findings:
            if finding.kind in places:
                places[finding.kind].append(str(finding))

    def missing(self, what: str, expected: Iterable[Any], there: Iterable[Any]) -> None:
        """Everything expected must be there."""
        self.lost += [f"{what} {one}" for one in sorted({*expected} - {*there}, key=str)]

    def at_most_once(self, what: str, found: Iterable[Any]) -> None:
        self.duplicates += [f"{what} {one}: {times} times" for one, times in Counter(found).items() if times > 1]
