"""What the players sent and were answered, a JSON line each: what the audit and the expected figures stand on."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "journal.jsonl"


@dataclass(frozen=True)
class Entry:
    """One act at a door: who, what they did, where, the answer's status, and the ids that were told."""

    at: str  # wall time, ISO 8601
    who: str
    did: str
    door: str
    status: int | None  # of HTTP; None on Kafka, where an answer comes later
    facts: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def get(self, name: str) -> Any:
        return self.facts.get(name)


class Journal:
    """Written line by line, so that a killed demo leaves what it did."""

    def __init__(self, path: Path, entries: Iterable[Entry] = ()) -> None:
        self.path, self.entries = path, list(entries)

    @classmethod
    def read(cls, path: Path) -> "Journal":
        """The journal of a run; an empty one where nobody has played. Raises ValueError for a line that is none."""
        lines = path.read_text().splitlines() if path.exists() else []
        return cls(path, [Entry(**json.loads(line)) for line in lines])

    def note(self, who: str, did: str, door: str, status: int | None = None, **facts: Any) -> None:
        entry = Entry(datetime.now(UTC).isoformat(), who, did, door, status, facts)
        self.entries.append(entry)
        with self.path.open("a") as file:
            file.write(json.dumps(vars(entry), ensure_ascii=False, default=str) + "\n")

    def those(self, *did: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.did in did)
