"""A named person publishes a round: its offers go out, whole households only; or takes it back as far as nobody answered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.envelope import new_id
from contracts import Event
from contracts.rounds import RoundAllocated, RoundUndone, ScarcityFound, TrainingNeedFound
from matching import deciding
from matching.domain import offers as domain
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.offers import Capacity
from matching.domain.proposals import Pair
from matching.domain.reasons import told
from matching.domain.rounds.gather import seeker_of
from matching.domain.score import score
from matching.handlers import offering
from matching.handlers.proposing import proposed
from matching.store import households, offers, pairs, places, rounds
from matching.store.pairs import Match
from matching.store.rounds import Round
from matching.yardstick import all_kinds

REASON, UNDONE = "whole_household", "round_undone"  # as the vocabulary has them
Package = list[Pair]


async def publish(tx: Transaction, found: Round, by: str, patience: timedelta) -> dict[str, Any]:
    """Makes the offers of a solved round. A household for which anything has changed since gets none, and is told of."""
    assert found.result is not None
    packages = _packages(found.result["allocations"])
    capacity = {
        id: await places.lock_capacity(tx, id) for id in sorted({p.place for pack in packages.values() for p in pack})
    }
    offered = {place.id: place for place in await places.free_among(tx, capacity)}
    made, changed, taken = list[UUID](), list[str](), Counter[UUID]()
    tx.acting(by, found.municipality, found.controller)
    for household, package in sorted(packages.items()):
        matches = await _matches(tx, household, package, offered)
        if matches is None or not _fits(package, capacity, taken):
            changed.append(str(household))
            continue
        taken.update(pair.place for pair in package)
        for match in await pairs.propose_now(tx, matches):
            tx.publish(proposed(match))
        for match in matches:
            made.append(new_id())
            await deciding.introduce(tx, match, by, REASON, made[-1], patience)
    outcome = {"households": len(packages) - len(changed), "offers": len(made), "changed": changed}
    await rounds.published(tx, found.round_id, by, outcome, made)
    tx.acting(by, found.municipality, found.controller)
    tx.publish(
        RoundAllocated(
            round_id=found.round_id,
            households=found.result["households"],
            served=len(packages) - len(changed),
            points=found.result["value"],
            bound=found.result["bound"],
            fairness_price=max(0, found.result["unfloored"] - found.result["bound"]),
        )
    )
    tx.publish(*_needs(found))
    return outcome


def _needs(found: Round) -> Iterator[Event]:
    """What the round tells of what is missing; never whom it concerned."""
    assert found.result is not None
    about: dict[str, Any] = {"round_id": found.round_id, "municipality": found.municipality}
    for one in found.result["needs"]["wanted"]:
        yield ScarcityFound.model_validate(about | one | {"sort": one["sort"] or "any"})
    for one in found.result["needs"]["training"]:
        told = {"occupation": one["occupation"], "skill": one["skill"], "month": one["month"]}
        yield TrainingNeedFound.model_validate(about | told | {"people": one["households"]})


async def undo(tx: Transaction, found: Round, by: str) -> dict[str, Any]:
    """Withdraws the offers that nobody has answered; what somebody has said yes or no to stands. The round stays, undone."""
    out = await rounds.offers_of(tx, found.round_id)
    for id in sorted({offer.opportunity_id for offer in out}):
        await places.lock_capacity(tx, id)
    now = [offer for one in out if (offer := await offers.find(tx, one.offer_id)) is not None]
    silent = [offer for offer in now if offer.state == "open" and not offer.people_yes and not offer.owner_yes]
    tx.acting(by, found.municipality, found.controller)
    tx.publish(*await offering.withdraw_all(tx, silent, UNDONE))
    outcome = {"withdrawn": len(silent), "stand": len(now) - len(silent)}
    await rounds.undone(tx, found.round_id, by, outcome)
    tx.publish(RoundUndone(round_id=found.round_id, reason=UNDONE, **outcome))
    return outcome


def _packages(allocations: Iterable[Mapping[str, Any]]) -> dict[UUID, Package]:
    found: dict[UUID, Package] = defaultdict(list)
    for one in allocations:
        _, seeker = seeker_of(one["part"])
        found[UUID(one["household"])].append(Pair(seeker, UUID(one["place"])))
    return found


async def _matches(
    tx: Transaction, household: UUID, package: Package, offered: Mapping[UUID, Place]
) -> list[Match] | None:
    """The package as pairs that can be introduced now, or None: somebody or something of it is not as it was."""
    seekers = {(one.kind, one.id): one for one in await households.seekers_of(tx, household)}
    matches = []
    for pair in package:
        place = offered.get(pair.place)
        seeker = seekers.get((place.kind, pair.seeker)) if place else None
        match = _match(seeker, place) if seeker and place else None
        before = await pairs.lock(tx, pair.match_id)
        if match is None or (before is not None and before.state != "proposed"):
            return None
        matches.append(match)
    return matches


def _match(seeker: Seeker, place: Place) -> Match | None:
    kind = all_kinds()[seeker.kind]
    found = score(kind, seeker, place)
    return pairs.made(kind, seeker, place, told(found)) if found else None


def _fits(package: Package, capacity: Mapping[UUID, Capacity], taken: Counter[UUID]) -> bool:
    """Whether there is room for all of it, beside what has gone out of this round and what was out before."""
    wanted = Counter(pair.place for pair in package)
    return all(
        domain.refusal(capacity[id]) is None and capacity[id].left - capacity[id].offered - taken[id] >= count
        for id, count in wanted.items()
    )
