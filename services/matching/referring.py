"""Where nobody here allocates: what suits a household among queues and applications, and how it is told to go on."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from contracts import opportunities
from contracts.matches import ReferralMade
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.outcomes import Outcome, outcome
from matching.domain.proposals import BAR, TOP, Pair
from matching.domain.score import Score, score
from matching.store import households, pairs, places
from matching.yardstick import all_kinds


@dataclass(frozen=True)
class Referral:
    """A place that a seeker could join the queue to, or apply for. `told`: its owner's own words."""

    seeker: Seeker
    place: Place
    told: opportunities.Place
    score: Score
    outcome: Outcome

    @property
    def pair(self) -> Pair:
        return Pair(self.seeker.id, self.place.id)


async def suitable(tx: Transaction, interest_id: UUID) -> list[Referral]:
    """The best of each kind for each of the household, the best first; without those they were told of."""
    seekers = await households.seekers_of(tx, interest_id)
    offered = await places.referred_to(tx, sorted({one.kind for one in seekers}), {one.municipality for one in seekers})
    known = {match_id for match_id, _ in await pairs.decided_of(tx, interest_id)}
    found = [one for seeker in seekers for one in _best(seeker, offered) if one.pair.match_id not in known]
    return sorted(found, key=lambda one: (-one.score.points, one.pair))


async def tell(tx: Transaction, found: Referral, by: str) -> bool:
    """The household's adults are told how to go on. False when somebody has told them already."""
    people = await households.people_of(tx, found.seeker.household)
    if all_kinds()[found.seeker.kind].who == "adult":
        people = (found.seeker.id,)
    if not await pairs.note_referred(tx, found.seeker, found.pair, by, all_kinds()[found.seeker.kind].who == "adult"):
        return False
    tx.acting(by, *await households.controller_of(tx, found.seeker.household))
    assert found.outcome.way in ("join_queue", "refer")
    tx.publish(
        ReferralMade(
            match_id=found.pair.match_id,
            interest_id=found.seeker.household,
            opportunity_id=found.place.id,
            partner_id=found.told.partner_id,
            kind=opportunities.kind_of(found.told),
            people=people,
            way=found.outcome.way,
            how_to_join=found.outcome.how_to_join,
            wait_months=found.outcome.wait_months,
        )
    )
    return True


def _best(seeker: Seeker, offered: Iterable[tuple[Place, opportunities.Place]]) -> list[Referral]:
    kind = all_kinds()[seeker.kind]
    scored = ((place, told, score(kind, seeker, place)) for place, told in offered if place.kind == seeker.kind)
    able = [
        Referral(seeker, place, told, found, outcome(place))
        for place, told, found in scored
        if found is not None and found.points >= BAR
    ]
    return sorted(able, key=lambda one: (-one.score.points, one.place.id))[:TOP]
