"""Keeps the proposals those that stand: tells the rankings what changed, and says the differences."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.database import Transaction
from contracts import Event, Sealed
from contracts.fields import Code
from contracts.matches import MatchProposed, MatchRetracted
from matching.domain import proposals
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.proposals import Pair
from matching.handlers.consumer import consumer
from matching.rankings import known
from matching.store import households, pairs
from matching.store.pairs import Match
from matching.yardstick import all_kinds

AT_ONCE = 500  # proposals that are said in one transaction when the rankings are new


async def seek(tx: Transaction, household: UUID, seekers: Iterable[Seeker], reason: Code = "changed") -> list[Event]:
    """The household and its people seek this, and nothing else. `reason`: why what is not among it is over."""
    gone, new = known(tx).seek(household, seekers)
    return await _say(tx, {one.id: "changed" for one in new} | {id: reason for _, id in gone}, new)


async def offer(tx: Transaction, *offered: Place) -> list[Event]:
    """These are offered, or are offered otherwise than before."""
    for place in offered:
        known(tx).of[place.kind].put_place(place)
    return await _say(tx, {place.id: "changed" for place in offered}, offered)


async def take_away(tx: Transaction, kind: str, opportunity_id: UUID, reason: Code) -> list[Event]:
    """The place is closed, or full."""
    known(tx).of[kind].drop_place(opportunity_id)
    return await _say(tx, {opportunity_id: reason})


async def decide(tx: Transaction, match: Match) -> list[Event]:
    """Somebody decided about the pair: the next ones move up."""
    known(tx).of[match.kind].decide(match.pair)
    return await _say(tx, {})


async def _say(tx: Transaction, why: Mapping[UUID, Code], changed: Iterable[Seeker | Place] = ()) -> list[Event]:
    """What changes among the proposals, and the reasons of those that stand of whom changed."""
    rankings = known(tx)
    found = rankings.settle()
    gone = await pairs.retract(tx, [pair.match_id for pair in found.retract])
    stand = found.propose.union(*(rankings.standing_of(one) for one in changed))
    new = await pairs.propose(tx, [rankings.match(pair) for pair in sorted(stand)])
    said: list[Event] = [_retracted(match, _reason(match.pair, why)) for match in gone]
    return said + [proposed(match) for match in new]


@consumer.when_awake
async def catch_up(tx: Transaction) -> bool:
    """Who is new at the lock says what the rule, its weights or its words make of what stood before."""
    stand, stood, version = known(tx).pairs(), await pairs.proposed(tx), all_kinds()["job"].version
    gone = await pairs.retract(tx, sorted(stood.keys() - stand.keys())[:AT_ONCE])
    old = sorted(id for id in stand if stood.get(id, 0) != version)
    told = await pairs.propose(tx, [known(tx).match(stand[id]) for id in old[:AT_ONCE]])
    for match, event in [
        *((match, _retracted(match, "outranked")) for match in gone),
        *((match, proposed(match)) for match in told),
    ]:
        municipality, controller = await households.controller_of(tx, match.interest_id)
        tx.publish(event, municipality=municipality, controller=controller)
    return bool(gone or told)


def _reason(pair: Pair, why: Mapping[UUID, Code]) -> Code:
    return why.get(pair.seeker) or why.get(pair.place) or "outranked"


def proposed(match: Match) -> MatchProposed:
    assert match.reasons is not None
    who = all_kinds()[match.kind].who
    return MatchProposed(
        match_id=match.match_id,
        interest_id=match.interest_id,
        opportunity_id=match.pair.place,
        kind=match.kind,
        person_id=match.person_id,
        child_id=match.pair.seeker if who == "child" else None,
        band=proposals.band(match.reasons.score),
        reasons=Sealed.of(match.person_id or match.interest_id, match.reasons),
        made_from=match.made_from,
    )


def _retracted(match: Match, reason: Code) -> MatchRetracted:
    return MatchRetracted(
        match_id=match.match_id,
        interest_id=match.interest_id,
        opportunity_id=match.pair.place,
        kind=match.kind,
        reason=reason,
    )
