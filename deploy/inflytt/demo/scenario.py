"""The scenario: everybody acts, phase by phase; each phase waits until nothing flows before the clock moves."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from inflytt.local import Platform
from inflytt.players.cast import canary, households, month
from inflytt.players.coordinator import Coordinator
from inflytt.players.doors import Doors, together
from inflytt.players.employer import Employer, Owner
from inflytt.players.households import Answer, Family, Person, send_rubbish
from inflytt.players.journal import NAME, Journal
from inflytt.players.landlord import Landlord
from inflytt.players.mailbox import Mailboxes
from inflytt.players.people import Size
from inflytt.players.places import dwellings, malformed_over_http, malformed_over_kafka, vacancies

Say = Callable[[str], object]
PATIENCE = 90.0  # seconds until what flows must have come to rest


class Scenario:
    """All players of one run. What they do stands in the journal, in the run's folder."""

    def __init__(self, platform: Platform, seed: int, size: Size, say: Say = lambda _: None) -> None:
        self.platform, self.seed, self.size, self.say = platform, seed, size, say
        self.now = platform.clock.now()
        # none kept alive: a server may close an idle one in the moment that somebody uses it
        self.connections = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=0)
        )
        self.journal = Journal(platform.run / NAME)
        self.doors = Doors(
            platform.intake,
            platform.desk,
            platform.bootstrap,
            platform.prefix,
            platform.partner_keys,
            self.journal,
            Mailboxes(platform.mail_url, self.connections),
            self.connections,
        )
        self.families = [Family(self.doors, plan) for plan in households(seed, size, self.now)]
        self.employer, self.landlord = Employer(self.doors), Landlord(self.doors)
        self.coordinator = Coordinator(self.doors)
        self.vacancies = vacancies(seed, size, self.now)
        self.dwellings = dwellings(seed, size, self.now)
        self.letters = 0

    @property
    def phases(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        return {
            "Households register, partners publish": self.register,
            "Adults confirm by the link in their mail": self.confirm,
            "Places change, a household withdraws": self.change,
            "A coordinator introduces": self.introduce,
            "Places close and people leave while offers are out": self.close,
            "Both sides answer": self.answer,
            "A week goes, silence lapses": self.wait_a_week,
            "The next candidates are introduced": self.introduce,
            "And both sides answer": self.answer_again,
            "People move in": self.move_in,
        }

    async def play(self) -> None:
        """All phases; then everybody looks once more at what their door shows."""
        people = [adult for family in self.families for adult in family.plan.adults]
        secrets = sorted({canary(self.seed), *(adult.phone for adult in people)})
        self.journal.note("scenario", "begin", "", seed=self.seed, canaries=secrets)
        await self.landlord.start()
        try:
            for name, phase in self.phases.items():
                self.say(name)
                await phase()
                await self.settle()
            await self.look()
        finally:
            await self.landlord.stop()

    async def settle(self) -> None:
        """Until nothing flows; then everybody reads their mail."""
        await self.platform.quiet(PATIENCE)
        await self.doors.mail.look()
        who = {person.adult.email: person.who for person in self.people}
        for letter in self.doors.mail.letters[self.letters :]:
            about = {"message_id": letter.message_id, "reference": letter.reference}
            self.journal.note(who.get(letter.to, letter.to), "letter", "mail", None, to=letter.to, **about)
        self.letters = len(self.doors.mail.letters)
        await self.landlord.read()

    @property
    def people(self) -> list[Person]:
        return [person for family in self.families for person in family.people]

    @property
    def here(self) -> list[Person]:
        """Who has confirmed and is still with us."""
        return [p for family in self.families if not family.left for p in family.people if p.confirmed]

    async def register(self) -> None:
        await self.landlord.publish(self.dwellings)
        await self.landlord.send_malformed(malformed_over_kafka(self.dwellings[0]))
        await self.employer.send_malformed(malformed_over_http(self.vacancies[0]))
        await together(
            [
                self.employer.post(self.vacancies),
                *(family.register() for family in self.families),
                *(send_rubbish(self.doors, number) for number in range(self.size.rubbish)),
            ]
        )

    async def confirm(self) -> None:
        await together(person.confirm() for person in self.people if person.adult.confirms and self._opened(person))

    def _opened(self, person: Person) -> bool:
        """Whether somebody of the household opens their mail at all."""
        return any(person in family.people and family.plan.confirms for family in self.families)

    async def change(self) -> None:
        for n in range(min(3, len(self.vacancies))):
            self.vacancies[n] = self.vacancies[n] | {"extent_percent": 80, "places": 2}
            await self.employer.change(self.vacancies[n])
        self.dwellings[0] = self.dwellings[0] | {"rent": self.dwellings[0]["rent"] - 400}
        await self.landlord.change(self.dwellings[0])
        await self._leave("early")

    async def introduce(self) -> None:
        if not self.coordinator.signed_in:
            await self.coordinator.sign_in()
        await self.coordinator.decide()

    async def close(self) -> None:
        """Two vacancies and a home with offers out; who leaves has offers out too, if anybody offered."""
        open_jobs = {o["opportunity_id"] for o in await self.employer.offers() if o["state"] == "open"}
        for opportunity in sorted(open_jobs)[: min(2, len(self.vacancies) // 10)]:
            await self.employer.close(opportunity)
        homes = sorted(offer["reference"] for offer in self.landlord.open.values())
        for reference in homes[: min(1, len(self.dwellings) // 5)]:
            await self.landlord.close(reference)
        await self._leave("late")
        await self._leave("erased")

    async def _leave(self, how: str) -> None:
        for family in self.families:
            if family.plan.leaves == how:
                family.left = True
                await (family.people[0].erase() if how == "erased" else family.people[0].withdraw())

    async def answer(self) -> None:
        moods: dict[int, Answer | None] = {3: "no", 7: None}
        await self._answer({p.who: moods.get(n % 10, "yes") for n, p in enumerate(self.people)})

    async def answer_again(self) -> None:
        moods: dict[int, Answer | None] = {3: "no"}
        await self._answer({p.who: moods.get(n % 10, "yes") for n, p in enumerate(self.people)})

    async def _answer(self, moods: dict[str, Answer | None]) -> None:
        """The employer before the people, the landlord after them: in any order is good."""
        await self.employer.answer_offers()
        await self.settle()
        await together(p.answer(mood) for p in self.here if (mood := moods[p.who]) and p.has_news)
        await self.settle()
        await self.landlord.answer_offers()

    async def wait_a_week(self) -> None:
        self.platform.clock.move(days=7)
        self.platform.clock.to_next_morning()

    async def move_in(self) -> None:
        self.platform.clock.move(days=7)
        self.platform.clock.to_next_morning()
        await self.settle()
        await together(person.page() for person in self.here if person.has_news)
        placed = [f for f in self.families if not f.left and any("placed" in p.offers.values() for p in f.people)]
        this_month = month(self.platform.clock.now(), 0)
        await together(family.people[0].moved_in(this_month) for family in placed[: -(-len(placed) // 2)])

    async def look(self) -> None:
        """What each door shows at the end, into the journal."""
        await together(person.page() for person in self.here)
        owners: list[Owner] = [self.employer, self.landlord]
        for owner in owners:
            offers = [{k: o[k] for k in ("offer_id", "opportunity_id", "kind", "state")} for o in await owner.offers()]
            places = [{k: o[k] for k in ("opportunity_id", "reference", "state")} for o in await owner.own()]
            self.journal.note(owner.who, "look", "GET /partner/offers", offers=offers, places=places)
