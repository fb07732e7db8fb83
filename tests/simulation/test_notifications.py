"""Letters are asked for twice, mail servers say no, say nothing or hang up, senders die at any step: nobody gets a letter twice."""

import copy
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chassis import clock
from chassis.batch import Batches
from chassis.service import Service
from contracts import Event
from contracts.erasures import SubjectErased
from contracts.interests import ConfirmationRequested
from contracts.matches import PlacementMade
from contracts.messages import Message as Told
from contracts.opportunities import VacancyPosted
from inflytt.servers.mail import Mail
from intake import households
from intake.settings import IntakeSettings
from intake.store import links
from intakesample import adult, registration
from matchingsample import vacancy
from notifications.app import service as declared
from notifications.domain import HERE, is_decent
from notifications.handlers import consumer
from notifications.ledger import Ledger
from notifications.senders import Intake
from notifications.sending import PostOffice
from notifications.settings import NotificationsSettings
from simulating import Crashing, Fuse, Simulation, Stage, crashes, few_or_many, play, step

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told
ENDS = ("sent", "failed", "suppressed", "uncertain")
# What the mail server does with the next letter, and whether that letter may have arrived.
BEHAVIOURS: list[dict[str, Any]] = [
    {},
    {},
    {"code": 451, "at": "rcpt", "next": 1},
    {"code": 451, "at": "data", "next": 1},
    {"code": 550, "at": "data", "next": 1},
    {"drop": True, "next": 1},
]


class NotificationsMachine(Simulation):
    """The model: a letter is known by event, reader and template; it arrives once if it was sent, never if it failed."""

    def __init__(
        self, stage: Stage, service: Service[NotificationsSettings], fuse: Fuse, intake: Intake, mail: Mail,
        readers: list[tuple[UUID, UUID]],
    ) -> None:  # fmt: skip
        super().__init__(stage, service.database, fuse)
        self.service, self.intake, self.mail, self.readers = service, intake, mail, readers

    @initialize()
    @step
    async def begin(self) -> None:
        self.batches = Batches(consumer.name, consumer.handlers, self.database.transaction)
        self.mail.behave()
        before = self.mail.messages()
        self.last, self.arrived = before[-1]["id"] if before else "", Counter[str]()
        self.told: Counter[UUID] = Counter()
        self.asked = 0
        self.erased: set[UUID] = set()
        self.place: VacancyPosted = vacancy()
        await self._hear(self.place)

    @rule(who=st.integers(0, 1), first=st.booleans(), twice=st.booleans(), crash=crashes)
    @step
    async def a_letter_is_asked_for(self, who: int, first: bool, twice: bool, crash: Crashing) -> None:
        """The first reader has confirmed, the other one not: each wants only one of these letters."""
        interest, person = self.readers[who]
        if first:
            event: Event = ConfirmationRequested(interest_id=interest, person_id=person, language="sv")
        else:
            about = {"opportunity_id": self.place.opportunity_id, "partner_id": "norrverk", "kind": "job", "seat": 1}
            event = PlacementMade(offer_id=uuid4(), interest_id=interest, people=(person,), **about)  # type: ignore[arg-type]
        self.asked += 1
        await self._hear(event, crash=crash)
        if twice:
            await self.batches.apply(self.kafka.records[-1:], self.database.keyring)

    @rule(behaviour=st.sampled_from(BEHAVIOURS), crash=crashes, dead=st.booleans())
    @step
    async def a_round_is_sent(self, behaviour: dict[str, Any], crash: Crashing, dead: bool) -> None:
        """The sender may die at any statement of the ledger; what it left is found when its time is over."""
        self.mail.behave(**behaviour)
        await self._round(crash)
        self.mail.behave()
        if dead:
            await self._leases_end()

    @precondition(lambda self: self.asked)
    @rule(who=st.integers(0, 1))
    @step
    async def somebody_is_erased(self, who: int) -> None:
        interest, person = self.readers[who]
        if person not in self.erased:
            self.erased.add(person)
            await self._hear(SubjectErased(subject_id=person, interest_id=interest))

    @rule(hour=st.sampled_from([3, 7, 12, 21]))
    def it_is(self, hour: int) -> None:
        """The next such hour in Sweden."""
        now = clock.now().astimezone(HERE)
        moved = now.replace(hour=hour, minute=0, second=0, microsecond=0) - now
        self.stage.later(clock.offset() + moved + timedelta(days=moved < timedelta()))

    @invariant()
    @step
    async def each_letter_arrived_at_most_once_and_is_where_the_ledger_says(self) -> None:
        if not hasattr(self, "told"):
            return
        letters = await self.rows("select * from messages")
        assert len(letters) == self.asked
        new = self.mail.messages(after=self.last)
        self.last = new[-1]["id"] if new else self.last
        self.arrived.update(one["headers"]["Message-ID"].strip("<>").split("@")[0] for one in new)
        for row in letters:
            came = self.arrived[str(row["message_id"])]
            allowed = {"sent": {1}, "uncertain": {0, 1}, "handing_over": {0, 1}}.get(row["state"], {0})
            assert came in allowed, (row["template"], row["state"], came)
        quiet = not is_decent(clock.now())
        templates = {str(row["message_id"]): row["template"] for row in letters}
        night = [templates[one["headers"]["Message-ID"].strip("<>").split("@")[0]] for one in new]
        assert not quiet or set(night) <= {"confirm"}, "letters in the night"
        for heard in await self.kafka.relay(self.database):
            if isinstance(heard.event, Told):
                self.told[heard.event.message_id] += 1
        ended = {row["message_id"]: 1 for row in letters if row["state"] in ENDS}
        assert self.told == ended, "each end is said once"

    def teardown(self) -> None:
        if hasattr(self, "told"):
            self.stage.do(self._on_a_good_day_all_letters_end())

    async def _on_a_good_day_all_letters_end(self) -> None:
        self.mail.behave()
        for day in range(1, 4):
            self.it_is(hour=8 + day)
            await self._leases_end()
            await self._round(None)
        states = {row["state"] for row in await self.rows("select state from messages")}
        assert states <= set(ENDS), states
        assert await self.rows("select 1 from parked") == []

    async def _round(self, crash: Crashing) -> None:
        """One life of a sender: it recovers what others left, sends a round, and may die in it."""
        lives = iter((True,))

        async def once() -> None:
            if next(lives, False):
                settings = self.service.settings
                ledger = Ledger(self.database, 3 * settings.smtp_timeout, settings.max_attempts)
                await ledger.recover()
                await PostOffice(ledger, self.intake, settings, self.service.stopping).send_round()

        await self.survive(once, crash)

    async def _leases_end(self) -> None:
        await self.rows("update messages set lease_until = now() - interval '1 second' where lease_until is not null")
        settings = self.service.settings
        await Ledger(self.database, 3 * settings.smtp_timeout, settings.max_attempts).recover()

    async def _hear(self, event: Event, crash: Crashing = None) -> None:
        heard = [self.kafka.write(event)]
        await self.survive(lambda: self.batches.apply(heard, self.database.keyring), crash)


async def registered(intake: Service[IntakeSettings], client: httpx.AsyncClient) -> tuple[UUID, UUID]:
    """A household that has not confirmed: its interest, its one adult."""
    answer = await client.post("/api/interests", json=registration(adult()), headers={"Idempotency-Key": uuid4().hex})
    interest = UUID(answer.json()["interest_id"])
    async with intake.database.transaction() as tx:
        rows = await tx.fetch("select person_id from adults where interest_id = $1", interest)
    return interest, rows[0]["person_id"]


async def confirmed(intake: Service[IntakeSettings], client: httpx.AsyncClient) -> tuple[UUID, UUID]:
    interest, person = await registered(intake, client)
    async with intake.database.transaction() as tx:
        (token,) = await links.make(tx, [(person, "confirm")])
        await households.confirm(tx, token)
    return interest, person


@pytest.fixture(scope="module")
def notifications(stage: Stage, mail: Mail) -> Iterator[Service[NotificationsSettings]]:
    service = copy.copy(declared)
    service.open(
        NotificationsSettings(
            environment="local",
            database_url=stage.database("notifications"),
            kafka_servers="127.0.0.1:1",
            cookie_secret="c" * 40,
            service_token="t" * 40,
            smtp_port=mail.smtp_port,
            smtp_timeout=5,
            sends_in_parallel=1,
        )
    )
    yield service
    stage.do(service.database.close())


@few_or_many(5, 80)
def test_nobody_gets_a_letter_twice_and_each_ends_in_a_known_state(
    stage: Stage,
    intake: Service[IntakeSettings],
    notifications: Service[NotificationsSettings],
    mail: Mail,
    examples: int,
) -> None:
    fuse = Fuse(notifications.database)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(intake.web()),
        base_url="http://intake.test",
        headers={"authorization": f"Bearer {'t' * 40}"},
    )
    stage.later(timedelta())
    readers = [stage.do(confirmed(intake, client)), stage.do(registered(intake, client))]
    play(lambda: NotificationsMachine(stage, notifications, fuse, Intake(client), mail, readers), examples, steps=20)
    mail.behave()
    stage.do(client.aclose())
