"""Any history, in any batches, heard twice and through crashes, is counted as it happened, live and replayed."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chassis.batch import Batches
from chassis.database import Database
from chassis.keyring import NoKeys
from chassis.records import Heard
from contracts import Event, interests, matches, messages, opportunities, rounds
from contracts.partners import InputRefused
from reporting.app import service as declared
from reporting.domain.figures import FIGURES, totals
from reporting.handlers import consumer
from reporting.store import observations, questions
from reportingsample import BEGAN, KINDS, happened
from simulating import Crashing, Fuse, Simulation, Stage, crashes, few_or_many, one_of, play, step

LONG_AFTER = date(2030, 1, 1)
pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told


def stays(events: list[Event]) -> dict[str, int]:
    """Of each household the last word: here after so many months and therefore after fewer, or gone and when."""
    after: dict[Any, dict[int, bool]] = {}
    for event in events:
        if isinstance(event, interests.StillHere):
            after.setdefault(event.interest_id, {}).update({n: True for n in (3, 12) if n <= event.months} | {0: True})
        elif isinstance(event, interests.HouseholdLeft):
            after.setdefault(event.interest_id, {}).update({n: event.stayed > n for n in (3, 12)} | {0: False})
    here = {n: sum(known.get(n, False) for known in after.values()) for n in (3, 12)}
    return {"still_here_3": here[3], "still_here_12": here[12], "left": sum(not known[0] for known in after.values())}


def recount(events: list[Event]) -> dict[str, int]:
    """The model: each figure from the events alone, in the order of their keys."""
    ids = {k: {getattr(e, e.keyed_by) for e in events if type(e) is k} for k in KINDS}
    last = {
        (part, getattr(e, name)): e
        for e in events
        for part, name, kinds in (
            ("stands", "match_id", (matches.MatchProposed, matches.MatchRetracted)),
            ("decided", "match_id", (matches.MatchReviewed,)),
            ("person", "offer_id", (interests.OfferAccepted, interests.OfferDeclined)),
            ("owner", "offer_id", (opportunities.OwnerAnswered,)),
            (
                "end",
                "offer_id",
                tuple(k for k in KINDS if issubclass(k, matches.OfferEvent) and k is not matches.OfferMade),
            ),
            ("mail", "message_id", (messages.Message,)),
        )
        if isinstance(e, kinds)
    }
    said = Counter((part, type(e)) for (part, _), e in last.items())
    ever = {e.match_id for e in events if isinstance(e, matches.MatchProposed)}
    gone = {id for (part, id), e in last.items() if part == "stands" and isinstance(e, matches.MatchRetracted)}
    decided = {id: e for (part, id), e in last.items() if part == "decided"}
    yes = sum(part == "owner" and e.answer == "yes" for (part, _), e in last.items())
    return {
        "registered": len(ids[interests.ConfirmationRequested]),
        "confirmed": len(ids[interests.InterestRegistered]),
        "withdrawn": len(ids[interests.InterestWithdrawn]),
        "moved_in": len(ids[interests.MovedIn]),
        **stays(events),
        "opportunities": len(set().union(*(ids[k] for k in KINDS if k in opportunities.POSTED.values()))),
        "proposed": len(ever - gone | ever & decided.keys()),
        "approved": sum(e.decision == "approved" for e in decided.values()),
        "introduced": len({e.offer_id for e in events if isinstance(e, matches.OfferMade)}),
        "accepted": said["person", interests.OfferAccepted],
        "declined": said["person", interests.OfferDeclined],
        "owner_yes": yes,
        "owner_refused": said["owner", opportunities.OwnerAnswered] - yes,
        "placed": said["end", matches.PlacementMade],
        "lapsed": said["end", matches.OfferLapsed],
        "fell_through": sum(n for (part, kind), n in said.items() if part == "end")
        - said["end", matches.PlacementMade]
        - said["end", matches.OfferLapsed],
        "rounds": len(ids[rounds.RoundAllocated] - ids[rounds.RoundUndone]),
        "needs": len(ids[rounds.TrainingNeedFound]) + len(ids[rounds.ScarcityFound]),
        "mails": said["mail", messages.MessageSent],
        "refused": len({e.input_id for e in events if isinstance(e, InputRefused)}),
    }


class ReportingMachine(Simulation):
    def __init__(self, stage: Stage, live: Database, fuse: Fuse, again: Database) -> None:
        super().__init__(stage, live, fuse)
        self.again = again

    @initialize()
    def begin(self) -> None:
        self.batches = Batches(consumer.name, consumer.handlers, self.database.transaction)
        self.streams: dict[tuple[str, str, str], list[Heard]] = {}
        self.told: Counter[tuple[str, str, str]] = Counter()  # how far each key has been heard
        self.heard: list[Heard] = []

    @rule(
        what=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 9)), min_size=3, max_size=12)
    )
    def happens(self, what: list[tuple[type[Event], int, int]]) -> None:
        for kind, n, hours in what:
            one = self.kafka.write(happened(kind, n), at=BEGAN + timedelta(hours=hours))
            self.streams.setdefault(one.stream, []).append(one)

    @precondition(lambda self: self.streams)
    @rule(turns=st.lists(st.integers(0, 99), min_size=1, max_size=25), again=st.integers(0, 4), crash=crashes)
    @step
    async def hear(self, turns: list[int], again: int, crash: Crashing) -> None:
        """Of some keys the next ones, in any interleaving; before them what was heard last comes again."""
        batch = self.heard[len(self.heard) - again :]
        for turn in turns:
            stream = one_of(sorted(self.streams), turn)
            if self.told[stream] < len(self.streams[stream]):
                batch.append(self.streams[stream][self.told[stream]])
                self.heard.append(batch[-1])
                self.told[stream] += 1
        if batch:
            await self.survive(lambda: self.batches.apply(batch, NoKeys()), crash)

    @invariant()
    @step
    async def every_figure_is_the_recount(self) -> None:
        async with self.database.transaction() as tx:
            expected = {**dict.fromkeys(FIGURES, 0), **recount([h.event for h in self.heard])}
            assert totals(await questions.cells(tx)) == expected
            counted = await observations.counted(tx, "", LONG_AFTER, LONG_AFTER)
            assert {figure: sum(c.count for c in counted if c.figure == figure) for figure in FIGURES} == expected
        assert await self.rows("select 1 from parked") == []

    def teardown(self) -> None:
        if hasattr(self, "heard"):
            self.stage.do(self._a_replay_makes_the_same_rows())

    async def _a_replay_makes_the_same_rows(self) -> None:
        """Key by key, one batch each: no other order is further from the one that was live."""
        names = [name for name, table in declared.tables.tables.items() if table.info.get("projection")]
        async with self.again.transaction() as tx:
            await tx.execute(f"truncate inbox, heard, offsets, {', '.join(names)}")
        replay = Batches(consumer.name, consumer.handlers, self.again.transaction)
        for stream in sorted(self.streams, reverse=True):
            if records := self.streams[stream][: self.told[stream]]:
                await replay.apply(records, NoKeys())
        for name in names:
            async with self.again.transaction() as tx:
                replayed = {tuple(row) for row in await tx.fetch(f"select * from {name}")}
            assert {tuple(row) for row in await self.rows(f"select * from {name}")} == replayed, name


@pytest.fixture(scope="module")
def databases(stage: Stage) -> Iterator[tuple[Database, Database]]:
    live, again = (Database(stage.database("reporting"), "reporting") for _ in range(2))
    yield live, again
    stage.do(live.close())
    stage.do(again.close())


@few_or_many(20, 200)
def test_figures_are_what_happened_and_a_replay_makes_the_same(
    stage: Stage, databases: tuple[Database, Database], examples: int
) -> None:
    live, again = databases
    fuse = Fuse(live)
    play(lambda: ReportingMachine(stage, live, fuse, again), examples)
