"""How evenly groups of people are found, for those who may see it: the groups come from outside, and are kept nowhere."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

LEAST = 10  # people: a smaller group is not told of
FOUR_FIFTHS = 0.8  # of the best served group's share: less is to be looked into
Step = Literal["proposed", "introduced", "placed"]
STEPS: tuple[Step, ...] = ("proposed", "introduced", "placed")


class NotGroups(ValueError):
    """What was given does not tell who belongs to which group, and where it fails."""


@dataclass(frozen=True)
class Seeking:
    """One who sought places of one kind, and how far it came. `named`: every way an auditor may write who it is."""

    seeker: UUID
    kind: str
    named: frozenset[str]
    reached: frozenset[Step]


@dataclass(frozen=True)
class Share:
    """One group: how many sought, and how many of them came so far."""

    group: str
    people: int
    chosen: int

    @property
    def share(self) -> float:
        return self.chosen / self.people


@dataclass(frozen=True)
class Evenness:
    """Of one kind and step: the groups that are large enough, how many are not, and the least share as a part of the
    largest. `ratio` is None where fewer than two groups can be told of, or nobody came so far."""

    kind: str
    step: Step
    groups: tuple[Share, ...]
    suppressed: int
    ratio: float | None

    @property
    def even(self) -> bool | None:
        """Whether the four-fifths mark is met."""
        return None if self.ratio is None else self.ratio >= FOUR_FIFTHS


def read_groups(lines: Iterable[str]) -> dict[str, str]:
    """Groups by who is in them, from CSV lines `seeker or interest reference,group`. Raises NotGroups."""
    found: dict[str, str] = {}
    for nth, row in enumerate(csv.reader(lines), start=1):
        if not row:
            continue
        if len(row) != 2 or not all(part.strip() for part in row):
            raise NotGroups(f"line {nth} is not `reference,group`")
        name, group = row[0].strip().lower(), row[1].strip()
        if found.setdefault(name, group) != group:
            raise NotGroups(f"line {nth} puts {row[0].strip()} into a second group")
    return found


def evenness(sought: Iterable[Seeking], groups: Mapping[str, str]) -> list[Evenness]:
    """Of each kind that was sought, each step. Who is in no group counts nowhere."""
    by_kind: dict[str, list[tuple[str, Set[Step]]]] = {}
    for one in sought:
        group = next((groups[name] for name in _narrowest(one) if name in groups), None)
        if group is not None:
            by_kind.setdefault(one.kind, []).append((group, one.reached))
    return [_even(kind, step, found) for kind, found in sorted(by_kind.items()) for step in STEPS]


def unknown(sought: Iterable[Seeking], groups: Mapping[str, str]) -> int:
    """How many of those who were put into groups nobody here knows."""
    return len(groups.keys() - {name for one in sought for name in one.named})


def _narrowest(one: Seeking) -> list[str]:
    """What is said of the seeker goes before what is said of the household."""
    return sorted(one.named, key=lambda name: (name != str(one.seeker), name))


def _even(kind: str, step: Step, found: list[tuple[str, Set[Step]]]) -> Evenness:
    people = Counter(group for group, _ in found)
    chosen = Counter(group for group, reached in found if step in reached)
    told = tuple(Share(group, people[group], chosen[group]) for group in sorted(people) if people[group] >= LEAST)
    shares = [one.share for one in told]
    ratio = min(shares) / max(shares) if len(shares) > 1 and max(shares) else None
    return Evenness(kind, step, told, len(people) - len(told), ratio)
