"""What is offered to the invented lives, by whom, and what is shared out and refused: the other side of each town."""

import random
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from contracts import Event
from contracts.fields import Kind
from contracts.measurements import MeasurementReported
from contracts.opportunities import CHANGED, POSTED, OpportunityClosed
from contracts.partners import InputRefused, PartnerRegistered
from contracts.rounds import RoundAllocated, RoundUndone, ScarcityFound, TrainingNeedFound
from contracts.vocabulary import VOCABULARY

Life = Generator[tuple[datetime, Event], None, datetime]
PARTNERS = 40  # of each kind in a municipality
ORGANISATIONS: dict[Kind, str] = {
    "job": "employer",
    "home": "landlord",
    "school": "school",
    "education": "educator",
    "network": "host",
    "employment": "employer",
}
OCCUPATIONS = list(VOCABULARY.occupations)
TEXT = "Vi söker dig som vill bo och arbeta här, och hjälper till att hitta rätt den första tiden."
SHAPES: dict[Kind, dict[str, Any]] = {  # what a kind says besides what every place is
    "job": {"employer": TEXT, "skills_required": ("c", "d"), "start": "2026-09", "area": "mitten"},
    "home": {"landlord": TEXT, "rooms": 3, "size_m2": 74, "rent": 9_400, "area": "mitten", "available": "2026-10"},
    "school": {"unit": "bjorkskolan", "stages": ("preschool", "f", "1"), "area": "mitten", "available": "2026-08"},
    "education": {"provider": TEXT, "teaches": ("c",), "level": 3, "start": "2027-01"},
    "network": {"host": TEXT, "interests": ("ski", "song"), "languages": ("sv", "en"), "times": ("weekday-evening",)},
    "employment": {"employer": TEXT, "adaptation": ("quiet",), "start": "2026-09", "area": "mitten"},
}


class Open(NamedTuple):
    """A place that stands open."""

    id: UUID
    kind: Kind
    partner: str


class Places:
    """`open`: by municipality, what may be proposed now."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.open: dict[str, list[Open]] = {"0380": [], "2580": []}

    def any_open(self, where: str) -> Open | None:
        return self.rng.choice(self.open[where]) if self.open[where] else None

    def partners(self, at: datetime, where: str) -> Life:
        for kind in sorted(set(ORGANISATIONS.values())):
            for nth in range(PARTNERS):
                told = {"partner_id": f"{kind}-{where}-{nth}", "kind": kind, "name": f"{kind} {nth} i {where}"}
                yield at, PartnerRegistered.model_validate(told)
        return at

    def place(self, at: datetime, where: str, kind: Kind) -> Life:
        """Posted, sometimes changed, closed some weeks later."""
        partner = f"{ORGANISATIONS[kind]}-{where}-{self.rng.randrange(PARTNERS)}"
        place = Open(self._id(), kind, partner)
        told = {"opportunity_id": place.id, "partner_id": partner, "reference": str(place.id)[:8], "title": TEXT[:40]}
        told |= {"allocation": "owner_decides", "places": self.rng.choice((1, 1, 1, 2, 5)), **SHAPES[kind]}
        told |= {"occupation": self.rng.choice(OCCUPATIONS)} if kind in ("job", "employment") else {}
        yield at, POSTED[kind].model_validate(told)
        self.open[where].append(place)
        if self.rng.random() < 0.5:
            at += self._after(5)
            yield at, CHANGED[kind].model_validate(told)
        at += self._after(40)
        yield at, OpportunityClosed(opportunity_id=place.id, partner_id=partner, reason="filled")
        self.open[where].remove(place)
        return at

    def refusal(self, at: datetime, where: str) -> Life:
        partner = f"employer-{where}-{self.rng.randrange(PARTNERS)}"
        yield at, InputRefused(partner_id=partner, input_id=self._id(), door="kafka", code="unknown_occupation")
        return at

    def round(self, at: datetime, where: str) -> Life:
        """Shared out; what was scarce; now and then taken back. And what a partner measured of the place meanwhile."""
        id, households = self._id(), self.rng.randrange(50, 400)
        shared = {"households": households, "served": households * 2 // 3, "points": 500 * households}
        yield at, RoundAllocated(round_id=id, bound=505 * households, fairness_price=90, **shared)
        skill, occupation = self.rng.choice(("b", "c", "ce")), self.rng.choice(OCCUPATIONS)
        need = {"municipality": where, "month": None}
        yield at, TrainingNeedFound(round_id=id, occupation=occupation, skill=skill, people=12, **need)
        for rooms in ("2", "3", "4"):
            scarce = {"sort": rooms, "more": 10, "households": 9, "waiting": 31, "area": "mitten"}
            yield at, ScarcityFound.model_validate({"round_id": id, "kind": "home", **scarce, **need})
        if self.rng.random() < 0.1:
            yield at + timedelta(hours=2), RoundUndone(round_id=id, reason="mistake", withdrawn=20, stand=3)
        yield at + timedelta(hours=3), self._measured(at, where)
        return at

    def _measured(self, at: datetime, where: str) -> Event:
        first = at.date().replace(day=1)
        last = (first - timedelta(days=1)).replace(day=1)
        return MeasurementReported(
            indicator_id="dwellings-completed",
            partner_id=f"landlord-{where}-0",
            period_from=last,
            period_to=first - timedelta(days=1),
            value=self.rng.randrange(40, 120),
            unit="dwellings",
            measured_at=at.date(),
            source=TEXT,
        )

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def _after(self, days: float) -> timedelta:
        return timedelta(days=self.rng.expovariate(1 / days))
