"""A story in which all six kinds are sought and offered, changed, decided and taken back, from a seed."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from contracts import Event, Sealed
from contracts.erasures import SubjectErased
from contracts.interests import (
    Adult,
    AdultNeeds,
    BelongingNeeds,
    Child,
    ChildNeeds,
    HomeNeeds,
    InterestRegistered,
    InterestWithdrawn,
    LearningNeeds,
)
from contracts.matches import Assessment
from contracts.opportunities import (
    CircleOffered,
    CourseOffered,
    EmploymentPosted,
    OpportunityClosed,
    Place,
    SchoolPlacesOffered,
    VacancyPosted,
)
from contracts.vocabulary import VOCABULARY
from matching import deciding
from matchingsample import changed, dwelling, household, vacancy

SKILLS = VOCABULARY.occupations["svetsare"].skills
MONTHS = (None, "2027-01", "2027-02")


class Story:
    """Who has come and what is offered so far."""

    def __init__(self, platform: Any, seed: int) -> None:
        self.platform, self.chance = platform, random.Random(seed)
        self.households: list[InterestRegistered] = []
        self.places: list[Place] = []
        self.offered = 0

    async def step(self) -> list[Event]:
        """Something happens; what matching says to it."""
        if self.chance.random() < 0.25:
            await self._at_the_desk()
        else:
            await self.platform.tell(*(self._something() for _ in range(self.chance.randint(1, 5))))
        said: list[Event] = await self.platform.said()
        return said

    async def _at_the_desk(self) -> None:
        rows = await self.platform.rows("select match_id from matches where state = 'proposed' order by match_id")
        if rows and self.chance.random() < 0.7:
            decide = self.platform.reject if self.chance.random() < 0.5 else self.platform.approve
            with suppress(deciding.Refused):  # a place that is spoken for
                await decide(self.chance.choice(rows)["match_id"])
        elif self.households:
            known = self.chance.choice(self.households)
            made = Assessment.model_validate({"reference": "dnr-1", "role": "handlaggare", "made": "2026-11-01"})
            async with self.platform.service.database.transaction() as tx:
                await deciding.assess(tx, known.interest_id, known.adults[0].person_id, made, "vide")

    def _something(self) -> Event:
        may = [self.come, self.offer, self.offer]
        if self.households and self.places:
            may += [self._change, self._close] + [self._withdraw, self._erase] * (len(self.households) > 4)
        return self.chance.choice(may)()

    def come(self) -> InterestRegistered:
        """A household with a child, that looks for everything."""
        interest_id = self._id()
        wish = HomeNeeds(rooms_min=self.chance.randint(1, 4), rent_max=12000)
        child = ChildNeeds(stage=self.chance.choice(["preschool", "1"]), from_month=self.chance.choice(MONTHS))
        come = changed(
            household(*(self.adult() for _ in range(self.chance.randint(1, 2))), home=wish, interest_id=interest_id),
            pupils=(Child(child_id=self._id(), needs=Sealed.of(interest_id, child)),),
        )
        self.households.append(InterestRegistered(**{name: getattr(come, name) for name in type(come).model_fields}))
        return self.households[-1]

    def adult(self, person_id: Any = None) -> Adult:
        person_id = person_id or self._id()
        needs = AdultNeeds(
            occupations=("svetsare",),
            skills=tuple(skill for skill in SKILLS if self.chance.random() < 0.4),
            start=self.chance.choice(MONTHS),
            adapted_work=self.chance.random() < 0.5,
        )
        return Adult(
            person_id=person_id,
            language="sv",
            wants_work=True,
            needs=Sealed.of(person_id, needs),
            learning=Sealed.of(person_id, LearningNeeds(occupations=("svetsare",), skills_wanted=SKILLS[:2])),
            belonging=Sealed.of(person_id, BelongingNeeds(interests=("odling",), languages=("sv",))),
            consents=self.chance.random() < 0.95,
        )

    def offer(self) -> Place:
        """A place, of each kind in turn."""
        told = {name: getattr(vacancy(opportunity_id=self._id()), name) for name in VacancyPosted.model_fields}
        common = {name: told[name] for name in ("partner_id", "reference", "title")} | {
            "opportunity_id": told["opportunity_id"]
        }
        start = self.chance.choice(MONTHS)
        makes: list[Callable[[], Place]] = [
            lambda: vacancy(opportunity_id=told["opportunity_id"], skills_required=SKILLS[:3], start=start),
            lambda: dwelling(**common, rooms=self.chance.randint(2, 5), social_purpose=self.chance.random() < 0.3),
            lambda: EmploymentPosted(**told),
            lambda: SchoolPlacesOffered(**common, allocation="pool", unit="bergnaset", stages=("preschool", "1")),
            lambda: CourseOffered(**common, provider="Lulea", allocation="pool", leads_to=("svetsare",)),
            lambda: CircleOffered(**common, host="Odlarna", interests=("odling",), languages=("sv",)),
        ]
        self.offered += 1
        self.places.append(makes[self.offered % len(makes)]())
        return self.places[-1]

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _change(self) -> Event:
        known = self.chance.choice(self.households)
        return changed(known, adults=tuple(self.adult(person.person_id) for person in known.adults))

    def _close(self) -> Event:
        gone = self.places.pop(self.chance.randrange(len(self.places)))
        return OpportunityClosed(opportunity_id=gone.opportunity_id, partner_id=gone.partner_id, reason="expired")

    def _withdraw(self) -> Event:
        gone = self.households.pop(self.chance.randrange(len(self.households)))
        return InterestWithdrawn(interest_id=gone.interest_id, reason="not_moving")

    def _erase(self) -> Event:
        known = self.chance.choice(self.households)
        subject = self.chance.choice([known.interest_id, known.adults[0].person_id])
        self.platform.keys.erased.add(subject)
        return SubjectErased(subject_id=subject, interest_id=known.interest_id)


async def everything(platform: Any, seed: int, steps: int) -> list[Event]:
    """Plays a story of so many steps, and returns all that matching said."""
    story = Story(platform, seed)
    return [event for _ in range(steps) for event in await story.step()]
