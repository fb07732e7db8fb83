"""Whatever happens, in whatever order and batches: the proposals that stand are those that the rule gives by brute force."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from contracts import Event
from contracts.erasures import SubjectErased
from contracts.interests import HomeNeeds, InterestRegistered, InterestWithdrawn, OfferAccepted, OfferDeclined
from contracts.matches import MatchProposed, MatchRetracted, MatchReviewed, OfferMade
from contracts.opportunities import (
    DwellingListed,
    OpportunityClosed,
    OwnerAnswered,
    VacancyChanged,
    VacancyPosted,
)
from contracts.vocabulary import VOCABULARY
from matching import deciding
from matching.domain.proposals import Pair, Scored, standing_proposals
from matching.domain.score import score
from matching.store import households, places
from matching.yardstick import all_kinds
from matchingsample import adult, changed, dwelling, household, vacancy

NEAR = ("svetsare", *(o for o, weight in VOCABULARY.neighbours("svetsare").items() if weight >= 500), "forskollarare")


class Story:
    """Invents what may happen next, from what has happened."""

    def __init__(self, platform: Any, seed: int) -> None:
        self.platform, self.random = platform, random.Random(seed)
        self.households: list[InterestRegistered] = []
        self.places: list[VacancyPosted | DwellingListed] = []
        self.offers: list[OfferMade] = []
        self.said: list[Event] = []

    async def happen(self, steps: int) -> None:
        for _ in range(steps):
            if self.random.random() < 0.25 and (waiting := await self._proposed()):
                await self._decide(self.random.choice(waiting))
            else:
                await self.platform.tell(*(self._something() for _ in range(self.random.randint(1, 5))))
            heard = await self.platform.said()
            self.said += heard
            self.offers += [event for event in heard if isinstance(event, OfferMade)]

    async def _proposed(self) -> list[UUID]:
        rows = await self.platform.rows("select match_id from matches where state = 'proposed' order by match_id")
        return [row["match_id"] for row in rows]

    async def _decide(self, match_id: UUID) -> None:
        try:
            if self.random.random() < 0.7:
                await self.platform.approve(match_id)
            else:
                await self.platform.reject(match_id)
        except deciding.Refused as refused:
            if refused.why != "pool_spoken_for":
                raise

    def _something(self) -> Event:
        may: Sequence[tuple[Any, int]] = (
            (self._register, 8 if len(self.households) < 25 else 1),
            (self._offer, 6 if len(self.places) < 25 else 1),
            (self._change_household, 3 if self.households else 0),
            (self._change_place, 2 if self.places else 0),
            (self._withdraw, 1 if self.households else 0),
            (self._close, 1 if self.places else 0),
            (self._erase, 1 if self.households else 0),
            (self._answer, 10 if self.offers else 0),
        )
        return self.random.choices([what for what, _ in may], [weight for _, weight in may])[0]()

    def _adult(self, person_id: UUID | None = None) -> Any:
        skills = tuple(s for s in VOCABULARY.occupations["svetsare"].skills if self.random.random() < 0.4)
        start = self.random.choice([None, "2027-01", "2027-02", "2027-04"])
        extent = self.random.choice([50, 75, 100])
        return adult(self.random.choice(NEAR), person_id, skills=skills, start=start, extent_percent=extent)

    def _home(self) -> HomeNeeds | None:
        if self.random.random() < 0.4:
            return None
        return HomeNeeds(rooms_min=self.random.randint(1, 4), rent_max=self.random.choice([None, 9000, 12000]))

    def _register(self) -> Event:
        found = household(*(self._adult() for _ in range(self.random.randint(1, 2))), home=self._home())
        self.households.append(found)
        return found

    def _change_household(self) -> Event:
        known = self.random.choice(self.households)
        kept = known.adults[: self.random.randint(1, len(known.adults))]
        return changed(known, adults=tuple(self._adult(person.person_id) for person in kept))

    def _offer(self) -> Event:
        skills = tuple(s for s in VOCABULARY.occupations["svetsare"].skills if self.random.random() < 0.5)
        places = self.random.randint(1, 3)
        found: VacancyPosted | DwellingListed = vacancy(
            self.random.choice(NEAR), places, skills_required=skills, start=self.random.choice([None, "2027-02"])
        )
        if self.random.random() < 0.4:
            allocation = self.random.choice(["pool", "owner_decides", "queue_bound"])
            found = dwelling(allocation, places, rooms=self.random.randint(1, 5), rent=self.random.randint(6000, 14000))
        self.places.append(found)
        return found

    def _change_place(self) -> Event:
        known = self.random.choice(self.places)
        if not isinstance(known, VacancyPosted):
            return self._register()
        told = {name: getattr(known, name) for name in VacancyPosted.model_fields}
        return VacancyChanged(**{**told, "places": self.random.randint(1, 3), "occupation": self.random.choice(NEAR)})

    def _withdraw(self) -> Event:
        gone = self.households.pop(self.random.randrange(len(self.households)))
        return InterestWithdrawn(interest_id=gone.interest_id, reason="not_moving")

    def _close(self) -> Event:
        gone = self.places.pop(self.random.randrange(len(self.places)))
        return OpportunityClosed(opportunity_id=gone.opportunity_id, partner_id=gone.partner_id, reason="expired")

    def _erase(self) -> Event:
        known = self.random.choice(self.households)
        person = self.random.choice(known.adults).person_id
        self.platform.keys.erased.add(person)
        return SubjectErased(subject_id=person, interest_id=known.interest_id)

    def _answer(self) -> Event:
        offer, yes = self.random.choice(self.offers), self.random.random() < 0.85
        if self.random.random() < 0.5:
            return OwnerAnswered(
                opportunity_id=offer.opportunity_id,
                partner_id=offer.partner_id,
                offer_id=offer.offer_id,
                answer="yes" if yes else "no",
                reason=None if yes else "other_refusal",
            )
        who = {
            "interest_id": offer.interest_id,
            "offer_id": offer.offer_id,
            "person_id": self.random.choice(offer.people),
        }
        return OfferAccepted(**who) if yes else OfferDeclined(**who, reason="wage")


async def by_brute_force(platform: Any) -> set[Pair]:
    """The rule over all who look and all that is free, less what was decided."""
    async with platform.service.database.transaction() as tx:
        seekers, offered = await households.all_seekers(tx), await places.all_free_places(tx)
    rows = await platform.rows("select seeker_id, opportunity_id from matches where state in ('approved', 'rejected')")
    decided = {Pair(row["seeker_id"], row["opportunity_id"]) for row in rows}
    able = [
        Scored(Pair(seeker.id, place.id), found.points)
        for seeker in seekers
        for place in offered
        if seeker.kind == place.kind and Pair(seeker.id, place.id) not in decided
        if (found := score(all_kinds()[seeker.kind], seeker, place))
    ]
    return set(standing_proposals(able))


def as_told(said: list[Event]) -> set[UUID]:
    """The match ids that stand, to somebody who only heard what was said."""
    standing: set[UUID] = set()
    for event in said:
        if isinstance(event, MatchProposed):
            standing.add(event.match_id)
        elif isinstance(event, MatchRetracted | MatchReviewed):
            standing.remove(event.match_id)
    return standing


@pytest.mark.parametrize("seed", range(3))
async def test_what_stands_after_a_random_story_is_what_brute_force_gives(platform: Any, seed: int) -> None:
    story = Story(platform, seed)
    for _ in range(6):
        await story.happen(12)
        expected = await by_brute_force(platform)
        rows = await platform.rows("select seeker_id, opportunity_id from matches where state = 'proposed'")
        assert {Pair(row["seeker_id"], row["opportunity_id"]) for row in rows} == expected
        assert as_told(story.said) == {pair.match_id for pair in expected}
    assert expected
    assert story.offers
    overfull = await platform.rows(
        """select opportunity_id from opportunities o where taken > places or taken <>
           (select count(*) from offers f where f.opportunity_id = o.opportunity_id and f.state = 'placed')"""
    )
    assert overfull == []
    twice = await platform.rows(
        """select seeker_id from offers join matches using (match_id) where offers.state = 'placed'
           group by seeker_id having count(*) > 1"""
    )
    assert twice == []
