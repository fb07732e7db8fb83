"""Records come in any batches, twice, with gaps, poisoned, unreadable, and the consumer dies: each key is handled in order."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chassis.batch import Batches
from chassis.database import Database
from chassis.keyring import NoKeys
from chassis.records import Heard, read_parts
from chassis.redrive import redrive
from simulating import Crashing, Fuse, Simulation, Stage, crashes, few_or_many, play, step
from tally.app import consumer
from tally.events import Counted

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told
KEYS = [UUID(int=n) for n in range(1, 4)]


class Key:
    """The model: what must be true of one key."""

    def __init__(self) -> None:
        self.handled, self.parked, self.asked = 0, dict[int, str](), False

    def hear(self, version: int, ill: bool) -> None:
        if version <= self.handled or version in self.parked:
            return
        if version == self.handled + 1 and not ill:
            self.handled = version
        else:
            self.parked[version] = "failed" if version == self.handled + 1 else "behind"

    def redrive(self, ill: set[int]) -> None:
        if not self.parked or not (self.asked or self.parked[min(self.parked)] == "behind"):
            return
        while (due := self.handled + 1) in self.parked and due not in ill:
            self.handled = due
            del self.parked[due]
        if due in self.parked:
            self.parked[due] = "failed"
        self.asked = False


class BatchesMachine(Simulation):
    @initialize()
    @step
    async def begin(self) -> None:
        self.batches = Batches(consumer.name, consumer.handlers, self.database.transaction)
        self.model = {key: Key() for key in KEYS}
        self.written: dict[UUID, list[Heard]] = {key: [] for key in KEYS}
        self.bad: set[tuple[UUID, int]] = set()  # poison that is written on the record
        self.poisonous = True  # whether that note can't be handled now
        await self._poison()
        self.unreadable: list[Heard] = []
        self.lost: set[int] = set()  # offsets of what can't be read and was heard

    @rule(key=st.sampled_from(KEYS), notes=st.lists(st.sampled_from(["", "", "bad"]), min_size=1, max_size=4))
    def write(self, key: UUID, notes: list[str]) -> None:
        for note in notes:
            self.written[key].append(self.kafka.write(Counted(counter_id=key, total=self._next(key), note=note)))
            if note:
                self.bad.add((key, len(self.written[key])))

    @precondition(lambda self: len(self.unreadable) < 3)
    @rule()
    def write_what_nobody_can_read(self) -> None:
        offset = 10_000 + len(self.unreadable)
        self.unreadable.append(read_parts("tallies", 0, offset, b"x", b"{}", [("ce_id", b"\xff")]))

    @rule(turns=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=8), crash=crashes)
    @step
    async def hear(self, turns: list[tuple[int, int]], crash: Crashing) -> None:
        """A batch: of each key the next record, or one behind or ahead of it; of what is unreadable any."""
        batch: list[Heard] = []
        seen = {key: self.model[key].handled for key in KEYS}
        for which, jump in turns:
            if which == 3:
                batch += self.unreadable[jump % 3 : jump % 3 + 1]
                continue
            key = KEYS[which]
            at = {11: seen[key] + 1, 12: seen[key] - 1}.get(jump, seen[key])
            if 0 <= at < len(self.written[key]):
                batch.append(self.written[key][at])
                seen[key] = at + 1
        if batch:
            await self.survive(lambda: self.batches.apply(batch, NoKeys()), crash)
        self._heard(batch)

    def _heard(self, batch: list[Heard]) -> None:
        for heard in batch:
            if heard.envelope is None:
                self.lost.add(heard.offset)
            else:
                key = UUID(heard.envelope.subject)
                self.model[key].hear(heard.envelope.version, heard.envelope.version in self._ill(key))

    @rule(poisonous=st.booleans())
    @step
    async def turn(self, poisonous: bool) -> None:
        """What could not be handled is cured, or comes back."""
        self.poisonous = poisonous
        await self._poison()

    @rule(asked=st.sets(st.sampled_from(KEYS)), crash=crashes)
    @step
    async def redrive(self, asked: set[UUID], crash: Crashing) -> None:
        """An operator asks for some keys; the rest goes by itself where it only waited."""
        await self.rows("update parked set due = true where key = any($1)", [str(key) for key in asked])
        await self.survive(lambda: redrive(self.batches, NoKeys(), [("tallies", 0)]), crash)
        for key, model in self.model.items():
            model.asked = key in asked
            model.redrive(self._ill(key))

    @invariant()
    @step
    async def each_key_is_where_the_model_is(self) -> None:
        steps = await self.rows("select id, array_agg(total order by nth) as told from steps group by id")
        said = await self.rows("select key, array_agg(version order by seq) as told from outbox group by key")
        expected = {key: list(range(1, model.handled + 1)) for key, model in self.model.items() if model.handled}
        assert {row["id"]: row["told"] for row in steps} == expected
        assert {UUID(row["key"]): row["told"] for row in said} == expected
        parked = await self.rows("select key, version, state from parked where state <> 'unreadable'")
        assert {(UUID(row["key"]), row["version"], row["state"]) for row in parked} == {
            (key, version, state) for key, model in self.model.items() for version, state in model.parked.items()
        }
        lost = await self.rows("select \"offset\" from parked where state = 'unreadable'")
        assert {row["offset"] for row in lost} == self.lost

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.stage.do(self._all_is_handled_once_it_is_cured())

    async def _all_is_handled_once_it_is_cured(self) -> None:
        self.poisonous = False
        await self._poison()
        everything = [heard for key in KEYS for heard in self.written[key]]
        if everything:
            await self.batches.apply(everything, NoKeys())
        await self.rows("update parked set due = true where state <> 'unreadable'")
        await redrive(self.batches, NoKeys(), [("tallies", 0)])
        steps = await self.rows("select id, array_agg(total order by nth) as told from steps group by id")
        whole = {key: list(range(1, len(written) + 1)) for key, written in self.written.items() if written}
        assert {row["id"]: row["told"] for row in steps} == whole
        assert await self.rows("select from parked where state <> 'unreadable'") == []

    def _ill(self, key: UUID) -> set[int]:
        return {version for ill, version in self.bad if ill == key} if self.poisonous else set()

    def _next(self, key: UUID) -> int:
        return len(self.written[key]) + 1

    async def _poison(self) -> None:
        await self.rows("delete from poison")
        if self.poisonous:
            await self.rows("insert into poison (note) values ('bad')")


@pytest.fixture(scope="module")
def tally(stage: Stage) -> Any:
    database = Database(stage.database("tally"), "tally")
    yield database
    stage.do(database.close())


@few_or_many(25, 250)
def test_each_key_is_handled_in_order_and_once_whatever_comes_when(
    stage: Stage, tally: Database, examples: int
) -> None:
    fuse = Fuse(tally)
    play(lambda: BatchesMachine(stage, tally, fuse), examples)
