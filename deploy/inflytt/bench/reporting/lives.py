"""Three years of invented lives in two municipalities, as our services tell them: seeded, in order, in believable proportion."""

import base64
import heapq
import random
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from contracts import Event, Sealed
from contracts.fields import Kind
from contracts.interests import (
    Adult,
    ConfirmationRequested,
    InterestChanged,
    InterestRegistered,
    InterestWithdrawn,
    MovedIn,
    OfferAccepted,
    OfferDeclined,
    RegistrationLapsed,
)
from contracts.matches import (
    AcceptanceTooLate,
    MadeFrom,
    MatchProposed,
    MatchRetracted,
    MatchReviewed,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
)
from contracts.messages import MessageFailed, MessageSent, MessageSuppressed, MessageUncertain
from contracts.opportunities import OwnerAnswered
from inflytt.bench.reporting.places import Open, Places

DAYS = 1095
A_HOUSEHOLD = 15.5  # events, with its share of places, rounds and refusals
WHERE = {"0380": 0.7, "2580": 0.3}  # of all who come
KINDS: dict[Kind, int] = {"job": 50, "home": 25, "school": 10, "education": 6, "network": 6, "employment": 3}
NO = ("other", "too-far", "salary", "found-elsewhere", "size")
Life = Generator[tuple[datetime, Event], None, datetime]  # returns when it is over


class Happened(NamedTuple):
    at: datetime
    municipality: str
    event: Event


class Lives:
    """So many events; the last of them happens about `until`."""

    def __init__(self, events: int, seed: int, until: datetime) -> None:
        self.rng = random.Random(seed)
        self.events, self.began = events, until - timedelta(days=DAYS)
        self.places = Places(self.rng)
        self._nth = 0

    def told(self) -> Iterator[Happened]:
        """All that happens, the earliest first; of each life in its order."""
        coming: list[tuple[datetime, int, str, Event, Life]] = []
        left = self.events
        for at, where, life in self._births():
            while coming and coming[0][0] <= at:
                then, _, here, event, under_way = heapq.heappop(coming)
                yield Happened(then, here, event)
                left -= 1
                if not left:
                    return
                self._goes_on(coming, here, under_way)
            self._goes_on(coming, where, life)

    def _goes_on(self, coming: list[Any], where: str, life: Life) -> None:
        if (told := next(life, None)) is not None:
            self._nth += 1
            heapq.heappush(coming, (told[0], self._nth, where, told[1], life))

    def _births(self) -> Iterator[tuple[datetime, str, Life]]:
        """Households and places all the time, rounds each week, refusals now and then; partners before all."""
        step = timedelta(days=DAYS) * A_HOUSEHOLD / self.events
        at, week = self.began, self.began
        for where in WHERE:
            yield at, where, self.places.partners(at, where)
        while True:
            where = self.rng.choices(list(WHERE), list(WHERE.values()))[0]
            if self.rng.random() < 0.4 or not self.places.open[where]:
                yield at, where, self.places.place(at, where, self._kind())
            yield at, where, self._household(at, where)
            if self.rng.random() < 0.02:
                yield at, where, self.places.refusal(at, where)
            if at >= week:
                week += timedelta(days=7)
                for each in WHERE:
                    yield at, each, self.places.round(at, each)
            at += step

    def _kind(self) -> Kind:
        return self.rng.choices(list(KINDS), list(KINDS.values()))[0]

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def _after(self, days: float) -> timedelta:
        """Some time, so many days on average."""
        return timedelta(days=self.rng.expovariate(1 / days))

    def _by_chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _sealed(self, subject: UUID, size: int) -> Sealed[Any]:
        """As long as the real one; who has no key can't tell them apart."""
        return Sealed(subject=subject, ciphertext=base64.b64encode(self.rng.randbytes(size)).decode())

    def _mail(self, person: UUID, template: str) -> Event:
        told = {"message_id": self._id(), "template": template, "channel": "mail", "person_id": person}
        told |= {"language": self.rng.choice(("sv", "sv", "en", "uk"))}
        kind = self.rng.choices((MessageSent, MessageFailed, MessageSuppressed, MessageUncertain), (95, 2, 2, 1))[0]
        return kind.model_validate(told | {"reason": "bounced" if kind is MessageFailed else "withdrawn"})

    def _household(self, at: datetime, where: str) -> Life:
        """From the first mail to the day they have moved in, given up, or still wait."""
        home = self._id()
        people = [self._id() for _ in range(1 + self._by_chance(0.35))]
        for person in people:
            yield at, ConfirmationRequested(interest_id=home, person_id=person, language="sv")
            at += timedelta(seconds=2)
            yield at, self._mail(person, "confirm")
        if self._by_chance(0.1):
            at += timedelta(days=30)
            yield at, RegistrationLapsed(interest_id=home)
            return at
        at += self._after(1)
        yield at, self._stands(InterestRegistered, home, people[:1])
        for _ in range(len(people) - 1 + self.rng.choice((0, 0, 1))):
            at += self._after(3)
            yield at, self._stands(InterestChanged, home, people)
        for _ in range(self.rng.choice((0, 1, 2, 3, 4, 5))):
            at = yield from self._proposal(at + self._after(12), where, home, people)
        if self._by_chance(0.35):
            at += self._after(60)
            yield at, MovedIn(interest_id=home, month=at.strftime("%Y-%m"))
        elif self._by_chance(0.3):
            at += self._after(30)
            yield at, InterestWithdrawn(interest_id=home, reason="found-elsewhere")
        return at

    def _stands(self, kind: type[InterestRegistered | InterestChanged], home: UUID, people: list[UUID]) -> Event:
        adults = tuple(
            Adult(person_id=one, language="sv", wants_work=True, groups=("22",), needs=self._sealed(one, 260))
            for one in people
        )
        return kind(
            interest_id=home,
            adults=adults,
            wants_home=True,
            children="1-2",
            home=self._sealed(home, 180),
        )

    def _proposal(self, at: datetime, where: str, home: UUID, people: list[UUID]) -> Life:
        place = self.places.any_open(where)
        if place is None:
            return at
        match = self._id()
        told: dict[str, Any] = {"match_id": match, "interest_id": home, "opportunity_id": place.id, "kind": place.kind}
        for _ in range(1 + self._by_chance(0.2)):  # said again when the reasons change
            at += self._after(1)
            yield (
                at,
                MatchProposed(
                    **told,
                    person_id=people[0],
                    band=self.rng.choice(("400-599", "600-799", "800-1000")),
                    reasons=self._sealed(people[0], 700),
                    made_from=MadeFrom(vocabulary=3, interest=1, opportunity=1),
                ),
            )
        if self._by_chance(0.35):
            at += self._after(1)
            yield at, MatchRetracted(**told, reason=self.rng.choice(("filled", "score", "withdrawn")))
            return at
        at += self._after(4)
        approved = self._by_chance(0.7)
        decision = "approved" if approved else "rejected"
        yield at, MatchReviewed.model_validate(told | {"decision": decision, "reason": "fits" if approved else "other"})
        return (yield from self._offer(at, home, people, place, match)) if approved else at

    def _offer(self, at: datetime, home: UUID, people: list[UUID], place: Open, match: UUID) -> Life:
        """Both sides are asked; what comes of it."""
        offer: dict[str, Any] = {"offer_id": self._id(), "interest_id": home, "opportunity_id": place.id}
        offer |= {"partner_id": place.partner, "kind": place.kind, "people": tuple(people)}
        until = at + timedelta(days=14)
        yield at, OfferMade(**offer, match_id=match, answer_by=until)
        for person in people:
            at += timedelta(seconds=2)
            yield at, self._mail(person, "introduction")
        end = self.rng.choices(("yes", "person", "owner", "lapsed", "withdrawn", "late"), (50, 15, 12, 15, 5, 3))[0]
        if end in ("lapsed", "withdrawn"):
            at = until if end == "lapsed" else at + self._after(3)
            told = {"silent": self.rng.choice(("person", "owner", "both")), "reason": "closed"}
            yield at, (OfferLapsed if end == "lapsed" else OfferWithdrawn).model_validate(offer | told)
            return at
        at += self._after(2)
        answer = {"interest_id": home, "offer_id": offer["offer_id"]}
        for person in people:
            no = end == "person" and person == people[-1]
            kind = OfferDeclined if no else OfferAccepted
            yield at, kind.model_validate(answer | {"person_id": person, "reason": self.rng.choice(NO)})
            at += self._after(0.5)
        if end != "person":
            yield at, self._owner(place, offer["offer_id"], end == "owner")
        at += timedelta(seconds=5)
        yield at, self._ending(offer, end)
        for person in people:
            at += timedelta(seconds=2)
            yield at, self._mail(person, "ending")
        return at

    def _owner(self, place: Open, offer: Any, no: bool) -> Event:
        told = {"opportunity_id": place.id, "partner_id": place.partner, "offer_id": offer}
        return OwnerAnswered.model_validate(
            told | {"answer": "no" if no else "yes", "reason": "filled" if no else None}
        )

    def _ending(self, offer: dict[str, Any], end: str) -> Event:
        if end == "yes":
            return PlacementMade(**offer, seat=1)
        if end == "late":
            return AcceptanceTooLate(**offer)
        return PlacementFellThrough.model_validate(offer | {"side": end, "reason": self.rng.choice(NO)})
