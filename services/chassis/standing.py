"""How a batch's keys stand in the database: what of it is new, which version each key is at, and what is parked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.records import Heard, Stream

STANDING = """
select s.source, s.topic, s.key, coalesce(h.version, 0) as version, exists (
  select from parked p where p.consumer = $1 and p.state <> 'unreadable'
  and (p.source, p.topic, p.key) = (s.source, s.topic, s.key)) as blocked
from unnest($2::text[], $3::text[], $4::text[]) as s(source, topic, key)
left join heard h on h.consumer = $1 and (h.source, h.topic, h.key) = (s.source, s.topic, s.key)
"""
# All in one round trip: the inbox, how each key stands, and what will stand when all goes well, which is what it does.
# That is only saved when every event is fresh: else somebody had them, maybe while this statement waited, and all that
# it read is old. Sorted, so that two batches that overlap (a zombie's and the new owner's) don't wait in a ring.
TAKE = f"""
with fresh as (
  insert into inbox (consumer, event_id) select $1, id from unnest($5::uuid[]) as id order by id
  on conflict do nothing returning event_id),
standing as ({STANDING}),
saved as (
  insert into heard (consumer, source, topic, key, version)
  select $1, s.source, s.topic, s.key, n.last
  from unnest($2::text[], $3::text[], $4::text[], $6::bigint[], $7::bigint[]) as n(source, topic, key, first, last)
  join standing s using (source, topic, key)
  where n.first = s.version + 1 and not s.blocked and (select count(*) from fresh) = cardinality($5)
  order by source, topic, key
  on conflict (consumer, source, topic, key) do update set version = excluded.version
  where heard.version < excluded.version
  returning source, topic, key, version),
placed as (
  insert into offsets (consumer, topic, partition, "offset")
  select $1, * from unnest($8::text[], $9::int[], $10::bigint[]) as o(t, p, o) order by t, p
  on conflict (consumer, topic, partition) do update set "offset" = greatest(offsets."offset", excluded."offset"))
select event_id, null as source, null as topic, null as key, null as version, null as blocked, null as saved from fresh
union all select null, s.*, saved.version from standing s left join saved using (source, topic, key)
"""  # noqa: S608 - no value comes into it
SAVE = """
with versions as (
  insert into heard (consumer, source, topic, key, version)
  select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) as h(s, t, k, v) order by s, t, k
  on conflict (consumer, source, topic, key) do update set version = excluded.version
  where heard.version < excluded.version)
insert into offsets (consumer, topic, partition, "offset")
select $1, * from unnest($6::text[], $7::int[], $8::bigint[]) as o(t, p, o) order by t, p
on conflict (consumer, topic, partition) do update set "offset" = greatest(offsets."offset", excluded."offset")
"""


@dataclass
class Standing:
    """As it is when the batch is taken; `last` and `blocked` move on while it is handled."""

    consumer: str
    places: list[list[object]] = field(default_factory=list)  # the next offset of each partition, as columns
    fresh: set[object] | None = None  # events that nobody has had; None: all of them, and none is there twice
    last: dict[Stream, int] = field(default_factory=dict)  # the version handled last
    blocked: set[Stream] = field(default_factory=set)  # keys with something parked
    saved: dict[Stream, int] | None = None  # versions in the table already; None: not even the offsets are

    @classmethod
    async def taken(cls, tx: Transaction, consumer: str, records: Sequence[Heard], hopeful: bool) -> "Standing":
        """Takes the events into the inbox. `hopeful`: what will stand when all goes well is saved along with it."""
        self = cls(consumer, _places(records))
        runs: dict[Stream, list[int]] = defaultdict(list)
        ids = []
        for heard in records:
            if heard.envelope is not None:
                runs[heard.stream].append(heard.envelope.version)
                ids.append(heard.envelope.id)
        if not runs:
            return self
        told = sorted(runs.items())
        streams = list(map(list, zip(*(stream for stream, _ in told), strict=True)))
        ends = [(run[0], run[-1]) if hopeful and _unbroken(run) else (None, None) for _, run in told]
        first, last = map(list, zip(*ends, strict=True))
        rows = await tx.fetch(TAKE, consumer, *streams, list(set(ids)), first, last, *self.places)
        fresh = {row["event_id"] for row in rows if row["event_id"] is not None}
        if len(fresh) < len(ids):
            self.fresh = fresh
        if len(fresh) < len(set(ids)):  # how it stands is what it is after those who had them
            rows = await tx.fetch(STANDING, consumer, *streams)
        self.saved = {}
        for row in rows:
            if row["source"] is not None:
                self._stands(row)
        return self

    def _stands(self, row: Any) -> None:
        stream = row["source"], row["topic"], row["key"]
        if row["version"]:
            self.last[stream] = row["version"]
        if row["blocked"]:
            self.blocked.add(stream)
        if self.saved is not None and row.get("saved"):
            self.saved[stream] = row["saved"]

    def new(self, event: UUID, stream: Stream, version: int) -> bool:
        """Whether nobody has had it, also not earlier in this batch."""
        if self.fresh is not None:
            if event not in self.fresh:
                return False
            self.fresh.discard(event)
        return version > self.last.get(stream, 0)

    def due(self, stream: Stream) -> int:
        return self.last.get(stream, 0) + 1

    async def save(self, tx: Transaction) -> None:
        """What could not be foreseen."""
        done = self.saved or {}
        left = [(*stream, version) for stream, version in sorted(self.last.items()) if done.get(stream) != version]
        if left or self.saved is None:
            versions = [list(column) for column in zip(*left, strict=True)] or [[], [], [], []]
            await tx.execute(SAVE, self.consumer, *versions, *self.places)


def _unbroken(versions: Sequence[int]) -> bool:
    return list(versions) == list(range(versions[0], versions[0] + len(versions)))


def _places(records: Sequence[Heard]) -> list[list[object]]:
    offsets: dict[tuple[str, int], int] = {}
    for h in records:
        offsets[h.topic, h.partition] = max(h.offset + 1, offsets.get((h.topic, h.partition), 0))
    return [list(column) for column in zip(*((t, p, o) for (t, p), o in sorted(offsets.items())), strict=True)]
