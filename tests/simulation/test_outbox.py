"""Works over several keys commit together or alone, some fail, processes die: each key is numbered 1, 2, 3 as it was committed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from uuid import UUID

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from chassis.database import Database, Transaction
from chassis.together import Together
from simulating import Crashing, Fuse, Simulation, Stage, crashes, few_or_many, play, step
from tally.app import COUNT
from tally.events import Counted

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told
KEYS = [UUID(int=n) for n in range(1, 4)]
Work = Callable[[Transaction], Awaitable[None]]
works = st.tuples(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4), st.sampled_from(["", "", "fails"]))


def counting(keys: list[int], fate: str) -> Work:
    """Counts each key as often as it is named, and says so; then fails, if that is its fate."""

    async def work(tx: Transaction) -> None:
        for number in sorted(keys):
            await asyncio.sleep(0)
            key = UUID(int=number)
            total = (await tx.fetch(COUNT, key))[0]["total"]
            tx.publish(Counted(counter_id=key, total=total))
        if fate:
            await tx.execute("insert into counters (id, total) values ('no id', 0)")

    return work


class OutboxMachine(Simulation):
    @initialize()
    def begin(self) -> None:
        self.together = Together(self.database)
        self.counted: Counter[UUID] = Counter()  # the model: what was acknowledged happened once, what failed did not

    @rule(asked=st.lists(works, min_size=1, max_size=6))
    @step
    async def at_once(self, asked: list[tuple[list[int], str]]) -> None:
        """Several come in the same moment: half through `Together`, half each in a transaction of its own."""
        doors = (self.together.do, self._alone)
        doing = [doors[n % 2](counting(keys, fate)) for n, (keys, fate) in enumerate(asked)]
        for (keys, fate), error in zip(asked, await asyncio.gather(*doing, return_exceptions=True), strict=True):
            assert (type(error) is asyncpg.InvalidTextRepresentationError) == bool(fate), error
            self._count([] if fate else keys)

    @rule(keys=st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4), crash=crashes)
    @step
    async def and_dies(self, keys: list[int], crash: Crashing) -> None:
        """The process dies, or its connection; whoever asked asks anew. What was committed before that counts too."""
        before = await self._totals()
        await self.survive(lambda: self._alone(counting(keys, "")), crash)
        self._count(keys)
        if crash is not None and await self._totals() != before + Counter(UUID(int=n) for n in keys):
            self._count(keys)

    @rule(keys=st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=4))
    @step
    async def part_is_taken_back(self, keys: list[int]) -> None:
        """A savepoint fails: what was said in it is not said, what was said before it is."""
        async with self.database.transaction() as tx:
            await counting(keys[:1], "")(tx)
            with pytest.raises(asyncpg.InvalidTextRepresentationError):
                async with tx.savepoint():
                    await counting(keys[1:], "fails")(tx)
        self._count(keys[:1])

    @rule()
    @step
    async def relayed(self) -> None:
        """What has left is no longer in the table, and numbers go on."""
        await self.kafka.relay(self.database)

    @invariant()
    @step
    async def each_key_is_numbered_without_gap_in_the_order_of_its_commits(self) -> None:
        waiting = await self.rows("select key, version, payload from outbox order by seq")
        told: dict[UUID, list[tuple[int, int]]] = {}
        for heard in self.kafka.records:
            assert heard.envelope is not None
            told.setdefault(heard.event.counter_id, []).append((heard.envelope.version, heard.event.total))
        for row in waiting:
            event = Counted.model_validate_json(row["payload"])
            told.setdefault(event.counter_id, []).append((row["version"], event.total))
        assert told == {key: [(n, n) for n in range(1, count + 1)] for key, count in self.counted.items()}
        assert await self._totals() == self.counted

    async def _alone(self, work: Work) -> None:
        async with self.database.transaction() as tx:
            await work(tx)

    def _count(self, keys: list[int]) -> None:
        self.counted.update(UUID(int=n) for n in keys)

    async def _totals(self) -> Counter[UUID]:
        return Counter({row["id"]: row["total"] for row in await self.rows("select id, total from counters")})


@pytest.fixture(scope="module")
def tally(stage: Stage) -> Iterator[Database]:
    database = Database(stage.database("tally"), "tally")
    yield database
    stage.do(database.close())


@few_or_many(10, 100)
def test_versions_have_no_gap_and_no_inversion_whoever_commits_when(
    stage: Stage, tally: Database, examples: int
) -> None:
    fuse = Fuse(tally)
    play(lambda: OutboxMachine(stage, tally, fuse), examples)
