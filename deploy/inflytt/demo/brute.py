"""Which proposals should stand, by brute force: the published rules once more, written apart from matching's own.

Every seeker is scored against every place. A pair stands when it has 400 points or more and is among the five best of its
seeker's and of its place's pairs; equal scores go by ids.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.vocabulary import VOCABULARY

LEVELS = ("basic", "good", "fluent")


@dataclass(frozen=True)
class Side:
    """A seeker or a place: its id, the kind of thing it is about, and what it says, as it was sent."""

    id: UUID
    kind: str
    says: dict[str, Any]


def standing(
    seekers: Iterable[Side], places: Iterable[Side], decided: set[tuple[UUID, UUID]]
) -> set[tuple[UUID, UUID]]:
    """The pairs (seeker, place) that should stand. `decided`: pairs that are over."""
    offered = list(places)
    pairs = [
        (-points, seeker.id, place.id)
        for seeker in seekers
        for place in offered
        if seeker.kind == place.kind
        and (seeker.id, place.id) not in decided
        and (points := (job if seeker.kind == "job" else home)(seeker.says, place.says)) >= 400
    ]
    return _five_best(pairs, 1) & _five_best(pairs, 2)


def _five_best(pairs: list[tuple[int, UUID, UUID]], side: int) -> set[tuple[UUID, UUID]]:
    ranked: dict[Any, list[tuple[UUID, UUID]]] = defaultdict(list)
    for pair in sorted(pairs):
        ranked[pair[side]].append(pair[1:])
    return {pair for best in ranked.values() for pair in best[:5]}


def job(adult: dict[str, Any], vacancy: dict[str, Any]) -> int:
    """Points for an adult and a job, 0 where they can't be brought together."""
    near = max((VOCABULARY.related(wish, vacancy["occupation"]) for wish in adult["occupations"]), default=0)
    start = _timing(adult["start"], vacancy["start"], 90)
    speaks = {code: LEVELS.index(level) for code, level in adult["speaks"].items()}
    demands = [(one["language"], LEVELS.index(one["level"])) for one in vacancy["languages"]]
    if near < 500 or start < 0 or any(speaks.get(code, -1) < level for code, level in demands):
        return 0
    if not set(vacancy["licences"]) <= set(adult["licences"]):
        return 0
    required, merited, known = set(vacancy["skills_required"]), set(vacancy["skills_merited"]), set(adult["skills"])
    wished, offered = sorted((adult["extent_percent"], vacancy["extent_percent"]))
    return (
        450 * near // 1000
        + (200 * len(required & known) // len(required) if required else 0)
        + (80 * len(merited & known) // len(merited) if merited else 0)
        + (90 if demands else 0)
        + 90 * wished // offered
        + start
    )


def home(wish: dict[str, Any], dwelling: dict[str, Any]) -> int:
    """Points for a household and a home, 0 where they can't be brought together."""
    spare, ceiling = dwelling["rooms"] - wish["rooms_min"], wish["rent_max"]
    moving = _timing(wish["from_month"], dwelling["available"], 200)
    if spare < 0 or moving < 0 or (ceiling and dwelling["rent"] > ceiling) or dwelling["allocation"] == "queue_bound":
        return 0
    return (
        max(0, 300 - 75 * max(0, spare - 1))
        + 200
        + (min(100, 200 * (ceiling - dwelling["rent"]) // ceiling) if ceiling else 0)
        + (200 if not wish["areas"] or dwelling["area"] in wish["areas"] else 0)
        + moving
    )


def _timing(ready: str | None, offered: str | None, best: int) -> int:
    """30 points fewer for each month too late (at most two), 10 for each to wait (at most six); else -1."""
    if not ready or not offered:
        return best
    late = _number(ready) - _number(offered)
    if not -6 <= late <= 2:
        return -1
    return best - (30 * late if late > 0 else -10 * late)


def _number(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])
