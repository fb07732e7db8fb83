"""Who seeks, what is free and which proposals stand: what the one process that proposes knows by heart, of every kind."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from chassis.database import Database, Transaction
from matching.domain.index import Index
from matching.domain.index.standing import Standing
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.proposals import Differences, Pair
from matching.domain.reasons import told
from matching.domain.score import score
from matching.store import households, pairs, places
from matching.store.pairs import Match
from matching.yardstick import all_kinds

Sought = tuple[str, UUID]  # a kind, and who seeks it


class Rankings:
    """Changes with the transactions of its process: see `chassis.memory`."""

    def __init__(
        self, seekers: Iterable[Seeker] = (), offered: Iterable[Place] = (), decided: Iterable[tuple[str, Pair]] = ()
    ) -> None:
        seeking, free, over = (defaultdict[str, list](list) for _ in range(3))
        self._theirs: dict[UUID, frozenset[Sought]] = {}
        self._before: list[tuple[UUID, frozenset[Sought]]] | None = None  # in a batch: what a household sought before
        for seeker in seekers:
            seeking[seeker.kind].append(seeker)
            self._theirs[seeker.household] = self.sought_by(seeker.household) | {(seeker.kind, seeker.id)}
        for place in offered:
            free[place.kind].append(place)
        for kind, pair in decided:
            over[kind].append(pair)
        self.of = {
            name: Standing(Index(kind, seeking[name], free[name]), over[name]) for name, kind in all_kinds().items()
        }

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that is changed within stands, or nothing of it."""
        outer, before = self._before, list[tuple[UUID, frozenset[Sought]]]()
        self._before = before
        try:
            with ExitStack() as stack:
                for standing in self.of.values():
                    stack.enter_context(standing.batch())
                yield
        except BaseException:
            self._theirs.update(reversed(before))
            raise
        finally:
            self._before = outer
        if outer is not None:
            outer.extend(before)

    def sought_by(self, household: UUID) -> frozenset[Sought]:
        """What a household and its people seek, as kind and who."""
        return self._theirs.get(household, frozenset())

    def seek(self, household: UUID, seekers: Iterable[Seeker]) -> tuple[frozenset[Sought], list[Seeker]]:
        """The household seeks this and nothing else. Returns what it seeks no more, and what is new or other than before."""
        now = {(one.kind, one.id): one for one in seekers}
        gone, new = self.sought_by(household) - now.keys(), list[Seeker]()
        for kind, id in sorted(gone):
            self.of[kind].drop_seeker(id)
        for (kind, id), one in sorted(now.items()):
            if (kind, id) not in self.sought_by(household) or self.of[kind].index.seeker(id) != one:
                self.of[kind].put_seeker(one)
                new.append(one)
        if self._before is not None:
            self._before.append((household, self.sought_by(household)))
        self._theirs[household] = frozenset(now)
        if not now:
            del self._theirs[household]
        return gone, new

    def settle(self) -> Differences:
        """What has to be said, since the last time, for the proposals to be those that stand."""
        found = [standing.settle() for standing in self.of.values()]
        return Differences(
            retract=frozenset[Pair]().union(*(one.retract for one in found)),
            propose=frozenset[Pair]().union(*(one.propose for one in found)),
        )

    def standing_of(self, one: Seeker | Place) -> frozenset[Pair]:
        """The pairs of one seeker or place that stand."""
        standing = self.of[one.kind]
        return standing.of_seeker(one.id) if isinstance(one, Seeker) else standing.of_place(one.id)

    def match(self, pair: Pair) -> Match:
        """A pair that stands, with its reasons. KeyError for one that does not."""
        standing = next(one for one in self.of.values() if pair in one.of_place(pair.place))
        kind, seeker, place = standing.index.kind, standing.index.seeker(pair.seeker), standing.index.place(pair.place)
        found = score(kind, seeker, place)
        assert found is not None
        return pairs.made(kind, seeker, place, told(found))

    def pairs(self) -> dict[UUID, Pair]:
        """All that stand, by match id."""
        return {pair.match_id: pair for standing in self.of.values() for pair in standing.pairs}


async def remember(database: Database) -> Rankings:
    """Made from the database, however much is in it, while the loop goes on."""
    async with database.transaction() as tx:
        seekers, offered = await households.all_seekers(tx), await places.all_free_places(tx)
        decided = await pairs.decided(tx)
    return await asyncio.to_thread(Rankings, seekers, offered, decided)


def known(tx: Transaction) -> Rankings:
    """What the process of this transaction knows by heart."""
    rankings: Rankings = tx.memory
    return rankings
