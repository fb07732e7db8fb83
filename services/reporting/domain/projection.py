"""Households, places and rounds as they stand: what each event changes in which row. A fold per key; no clock, nothing said.

A row is changed by events of one topic only, so that order per key makes it the same live and replayed; what two
topics tell is joined when it is read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts import Event, interests, opportunities, rounds
from contracts.interests import Household
from contracts.opportunities import POSTED, Place, kind_of

Key = tuple[Any, ...]
Rows = dict[str, dict[Key, dict[str, Any]]]  # table → key → what changes

KEYS: dict[str, tuple[str, ...]] = {
    "households": ("interest_id",),
    "opportunities": ("opportunity_id",),
    "rounds": ("round_id",),
    "needs": ("round_id", "municipality", "kind", "sort", "skill", "area", "month"),
}
# When something first happened: what is said again (a second adult's mail) doesn't move it.
FIRST = frozenset({"requested_at", "registered_at", "posted_at", "moved_in_at"})


@dataclass(frozen=True)
class Fact:
    """An event with what its envelope says of it."""

    event: Event
    at: datetime
    municipality: str


@dataclass(frozen=True)
class Change:
    """What an event changes in one row."""

    table: str
    values: dict[str, Any] = field(default_factory=dict)


def fold(facts: Iterable[Fact]) -> Rows:
    """What the facts, in order, change: for each row its key and the values that stand at the end."""
    rows: Rows = {}
    for fact in facts:
        change = change_of(fact)
        if change is None:
            continue
        key = tuple(change.values[name] for name in KEYS[change.table])
        row = rows.setdefault(change.table, {}).setdefault(key, {"municipality": fact.municipality})
        row.update((name, value) for name, value in change.values.items() if name not in FIRST or name not in row)
    return rows


def change_of(fact: Fact) -> Change | None:
    """What one event changes; None for an event that no figure needs."""
    of = OF.get(fact.event.topic.name)
    return of(fact.event, fact.at) if of else None


def _of_interest(event: Event, at: datetime) -> Change | None:
    match event:
        case interests.ConfirmationRequested():
            return Change("households", {"interest_id": event.interest_id, "requested_at": at})
        case Household():
            stands = _only(event, "interest_id", "wants_home", "children")
            stands |= {"adults": len(event.adults), "awaited": len(event.awaited)}
            stands |= {"registered_at": at} if isinstance(event, interests.InterestRegistered) else {}
            return Change("households", stands)
        case interests.InterestWithdrawn():
            ended = {"withdrawn_at": at, "withdrawn_reason": event.reason}
            return Change("households", {"interest_id": event.interest_id, **ended})
        case interests.RegistrationLapsed():
            return Change("households", {"interest_id": event.interest_id, "lapsed_at": at})
        case interests.MovedIn():
            moved = {"moved_in_at": at, "moved_in_month": event.month}
            return Change("households", {"interest_id": event.interest_id, **moved})
    return None


def _of_opportunity(event: Event, at: datetime) -> Change | None:
    match event:
        case Place():
            stands = _only(event, "opportunity_id", "partner_id", "allocation", "places") | {"kind": kind_of(event)}
            first = isinstance(event, tuple(POSTED.values()))
            return Change("opportunities", stands | ({"posted_at": at} if first else {}))
        case opportunities.OpportunityClosed():
            closed = {"closed_at": at, "closed_reason": event.reason}
            return Change("opportunities", {"opportunity_id": event.opportunity_id, **closed})
    return None


def _of_round(event: Event, at: datetime) -> Change | None:
    match event:
        case rounds.RoundAllocated():
            shared = _only(event, "round_id", "households", "served", "points", "bound", "fairness_price")
            return Change("rounds", {**shared, "allocated_at": at})
        case rounds.RoundUndone():
            undone = {
                "undone_at": at,
                "undone_reason": event.reason,
                "withdrawn": event.withdrawn,
                "stand": event.stand,
            }
            return Change("rounds", {"round_id": event.round_id, **undone})
        case rounds.TrainingNeedFound():
            need = _only(event, "round_id", "municipality", "skill")
            need |= {"kind": "job", "sort": event.occupation, "area": "", "month": event.month or ""}
            return Change("needs", {**need, "more": None, "helped": event.people, "found_at": at})
        case rounds.ScarcityFound():
            need = _only(event, "round_id", "municipality", "kind", "sort", "more")
            need |= {"skill": "", "area": event.area or "", "month": event.month or ""}
            return Change("needs", {**need, "helped": event.households, "found_at": at})
    return None


def _only(event: Event, *names: str) -> dict[str, Any]:
    return {name: getattr(event, name) for name in names}


OF: dict[str, Callable[[Event, datetime], Change | None]] = {
    "interests": _of_interest,
    "opportunities": _of_opportunity,
    "rounds": _of_round,
}
