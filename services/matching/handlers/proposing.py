"""Keeps the proposals those that stand: scores what changed, and says the differences."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.database import Transaction
from contracts import Event, Sealed
from contracts.fields import Code
from contracts.matches import MatchProposed, MatchRetracted
from contracts.vocabulary import VOCABULARY
from matching.domain import proposals
from matching.domain.proposals import BAR, Pair
from matching.domain.scoring import Place, Seeker, score
from matching.store import households, pairs, places
from matching.store.pairs import Match

if TYPE_CHECKING:
    from matching.domain.scoring import Vocabulary

    _: Vocabulary = VOCABULARY


async def rescore_seeker(tx: Transaction, seeker: Seeker) -> list[Event]:
    """The seeker is new, or looks for something else than before."""
    offered = await places.free_places_in(tx, seeker.kind, seeker.municipality)
    return await _settle(tx, seeker.id, [_match(seeker, place) for place in offered], "changed")


async def rescore_place(tx: Transaction, place: Place) -> list[Event]:
    """The place is new, or offers something else than before."""
    seekers = await households.seekers_in(tx, place.kind, place.municipality)
    return await _settle(tx, place.id, [_match(seeker, place) for seeker in seekers], "changed")


async def leave(tx: Transaction, subject: UUID, reason: Code) -> list[Event]:
    """A seeker or a place is in no ranking any more."""
    return await _settle(tx, subject, [], reason)


async def reconsider(tx: Transaction, pair: Pair) -> list[Event]:
    """A pair was decided: the next ones move up."""
    return await _say_differences(tx, frozenset(pair))


def _match(seeker: Seeker, place: Place) -> Match | None:
    reasons = score(seeker, place, VOCABULARY)
    if reasons is None or reasons.score < BAR:
        return None
    pair = Pair(seeker.id, place.id)
    return Match(
        match_id=pair.match_id,
        kind=seeker.kind,
        pair=pair,
        municipality=seeker.municipality,
        interest_id=seeker.interest_id,
        person_id=seeker.person_id,
        state="near",
        reasons=reasons,
    )


async def _settle(tx: Transaction, subject: UUID, found: Iterable[Match | None], reason: Code) -> list[Event]:
    """Makes `found` the free pairs of one seeker or place; `reason` is why pairs that are not among them go."""
    able = [match for match in found if match]
    gone = await pairs.drop_pairs(tx, subject, but=[match.match_id for match in able])
    changed = await pairs.save_pairs(tx, able)
    said: list[Event] = [_retracted(match, reason) for match in gone if match.state == "proposed"]
    touched = frozenset(one for match in (*gone, *changed) for one in match.pair)
    if touched:
        said += await _say_differences(tx, touched, changed)
    return said


async def _say_differences(tx: Transaction, touched: frozenset[UUID], changed: Iterable[Match] = ()) -> list[Event]:
    around = await pairs.ranked_around(tx, touched)
    stood = [ranked.scored.pair for ranked in around if ranked.proposed]
    found = proposals.differences((ranked.scored for ranked in around), stood, touched)
    retracted = await pairs.retract(tx, found.retract)
    again = [match for match in changed if match.state == "proposed" and match.pair not in found.retract]
    proposed = [*await pairs.propose(tx, found.propose), *again]
    said: list[Event] = [_retracted(match, "outranked") for match in retracted]
    return said + [_proposed(match) for match in sorted(proposed, key=lambda match: match.match_id)]


def _proposed(match: Match) -> MatchProposed:
    assert match.reasons is not None
    return MatchProposed(
        match_id=match.match_id,
        interest_id=match.interest_id,
        opportunity_id=match.pair.place,
        kind=match.kind,
        person_id=match.person_id,
        band=proposals.band(match.reasons.score),
        reasons=Sealed.of(match.pair.seeker, match.reasons),
    )


def _retracted(match: Match, reason: Code) -> MatchRetracted:
    return MatchRetracted(
        match_id=match.match_id,
        interest_id=match.interest_id,
        opportunity_id=match.pair.place,
        kind=match.kind,
        reason=reason,
    )
