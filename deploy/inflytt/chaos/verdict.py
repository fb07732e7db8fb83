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
    phantoms: list[str] = field(default_factory=list)  # what follows from something that did not happen
    exceeded: list[str] = field(default_factory=list)  # more promised than there is
    canaries: list[str] = field(default_factory=list)  # a person's data where it must not be
    uncertain: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing is wrong; what is uncertain is listed, and not wrong."""
        return not any(sentences for name, sentences in vars(self).items() if name != "uncertain")

    def add(self, findings: Iterable[Finding]) -> None:
        """What the audit found, each in the list of its kind."""
        places = {
            "lost": self.lost,
            "duplicate": self.duplicates,
            "order": self.inversions,
            "phantom": self.phantoms,
            "capacity": self.exceeded,
            "canary": self.canaries,
            "uncertain": self.uncertain,
        }
        for finding in findings:
            places[finding.kind].append(str(finding))

    def missing(self, what: str, expected: Iterable[Any], there: Iterable[Any]) -> None:
        """Everything expected must be there."""
        self.lost += [f"{what} {one}" for one in sorted({*expected} - {*there}, key=str)]

    def at_most_once(self, what: str, found: Iterable[Any]) -> None:
        self.duplicates += [f"{what} {one}: {times} times" for one, times in Counter(found).items() if times > 1]
