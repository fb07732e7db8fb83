"""Who seeks, what is free and which proposals stand: what the one process that proposes knows by heart, of every kind."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import cast
from uuid import UUID

from chassis.database import Database, Transaction
from contracts import fields
from contracts.matches import MadeFrom
from matching.domain.index import Index
from matching.domain.index.standing import Standing
from matching.domain.kinds.shape import Kind, Place, Seeker
from matching.domain.proposals import Differences, Pair
from matching.domain.reasons import told
from matching.domain.score import score
from matching.store import households, pairs, places
from matching.store.pairs import Match
from matching.yardstick import all_kinds


class Rankings:
    """Changes with the transactions of its process: see `chassis.memory`."""

    def __init__(
        self, seekers: Iterable[Seeker] = (), offered: Iterable[Place] = (), decided: Iterable[tuple[str, Pair]] = ()
    ) -> None:
        seeking, free, over = (defaultdict[str, list](list) for _ in range(3))
        for seeker in seekers:
            seeking[seeker.kind].append(seeker)
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
        with ExitStack() as stack:
            for standing in self.of.values():
                stack.enter_context(standing.batch())
            yield

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
        return Match(
            match_id=pair.match_id,
            kind=cast(fields.Kind, kind.name),
            pair=pair,
            municipality=seeker.municipality,
            interest_id=seeker.household,
            person_id=seeker.id if kind.who == "adult" else None,
            state="proposed",
            reasons=told(found),
            made_from=_made_from(kind, seeker, place),
        )

    def pairs(self) -> dict[UUID, Pair]:
        """All that stand, by match id."""
        return {pair.match_id: pair for standing in self.of.values() for pair in standing.pairs}


def _made_from(kind: Kind, seeker: Seeker, place: Place) -> MadeFrom | None:
    if seeker.version is None or place.version is None:
        return None
    return MadeFrom(
        vocabulary=kind.version, interest=seeker.version, opportunity=place.version, assessment=seeker.assessed
    )


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
