"""One batch of records becomes one transaction: inbox, order, handlers, parking, offsets, outbox."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from chassis import parking, telemetry
from chassis.clock import wall
from chassis.database import Keyring, Transaction
from chassis.passing import is_passing
from chassis.records import Heard, Stream, Tally, opened
from chassis.telemetry import log
from chassis.watch import TooManyParked, Watch
from contracts import Event

Single = Callable[..., Awaitable[Iterable[Event] | None]]
Batch = Callable[[list[Heard], Transaction], Awaitable[Iterable[tuple[Heard, Event]] | None]]

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
class Handlers:
    """Who answers to what. A topic is handled event by event or in batches, never both: its order would be lost."""

    singles: dict[tuple[str, str], list[Single]] = field(default_factory=lambda: defaultdict(list))
    batches: dict[str, tuple[Batch, set[str]]] = field(default_factory=dict)

    def answer(self, heard: Heard) -> bool:
        """Whether anybody here answers to it: what nobody reads is not opened."""
        assert heard.envelope is not None
        if heard.topic in self.batches:
            return heard.envelope.type in self.batches[heard.topic][1]
        return (heard.topic, heard.envelope.type) in self.singles

    async def handle_one(self, heard: Heard, tx: Transaction) -> None:
        """Answers one event, alone."""
        if heard.topic in self.batches:
            await self.handle_batch(heard.topic, [heard], tx)
            return
        assert heard.envelope is not None
        tx.envelope = heard.envelope
        try:
            with telemetry.trace(heard.envelope.traceparent):
                for handler in self.singles.get((heard.topic, heard.envelope.type), ()):
                    tx.publish(*(await handler(heard.event, tx) or ()))
        finally:
            tx.envelope = None

    async def handle_batch(self, topic: str, records: list[Heard], tx: Transaction) -> None:
        """Answers a topic's records, in order, with the one handler that asked for batches of it."""
        handler, types = self.batches[topic]
        wanted = [h for h in records if h.envelope is not None and h.envelope.type in types]
        for heard, event in (await handler(wanted, tx) if wanted else None) or ():
            assert heard.envelope is not None
            with telemetry.trace(heard.envelope.traceparent):
                tx.publish(event, cause=heard.envelope)


class Batches:
    """Applies batches for one consumer. `begin()` opens a transaction: on any connection, or on the one with the lock."""

    def __init__(
        self, consumer: str, handlers: Handlers, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> None:
        self.consumer, self.handlers, self.begin = consumer, handlers, begin
        self.watch = Watch()

    async def apply(self, records: Sequence[Heard], keyring: Keyring) -> Tally:
        """All in one transaction. When a handler fails for good: again, one by one in savepoints, and what fails is parked.

        Raises what waiting may cure; then nothing has happened.
        """
        records = await opened(records, keyring, self.handlers.answer)
        if any(h.error and h.envelope for h in records):
            return await self._in_one_transaction(records, one_by_one=True)
        try:
            return await self._in_one_transaction(records, one_by_one=False)
        except Exception as error:
            if is_passing(error) or isinstance(error, TooManyParked):
                raise
            log.warning("batch_failed_goes_one_by_one", consumer=self.consumer, error=type(error).__name__)
            return await self._in_one_transaction(records, one_by_one=True)

    async def _in_one_transaction(self, records: Sequence[Heard], one_by_one: bool) -> Tally:
        tally = Tally()
        async with self.begin() as tx:
            fresh, last, blocked, saved = await self._take(tx, records, hopeful=not one_by_one)
            accepted: list[Heard] = []
            for heard in records:
                if heard.envelope is None:
                    await parking.park(tx, self.consumer, heard, "unreadable", heard.error)
                    tally.parked += 1
                    tally.troubled.add((heard.topic, heard.partition, heard.offset))
                elif heard.envelope.id not in fresh or heard.envelope.version <= last.get(heard.stream, 0):
                    tally.repeated += 1
                else:
                    fresh.discard(heard.envelope.id)  # a repeat in the same batch is a repeat
                    if await self._waits(heard, last, blocked, tx) or (one_by_one and not await self._alone(heard, tx)):
                        tally.parked += 1
                        if heard.stream not in blocked:
                            tally.troubled.add(heard.stream)
                        blocked.add(heard.stream)
                        continue
                    accepted.append(heard)
                    last[heard.stream] = heard.envelope.version
            if not one_by_one:
                await self._together(accepted, tx)
            tally.passed_over = sum(h.event is None for h in accepted)
            tally.handled = len(accepted) - tally.passed_over
            await self._save(tx, records, last, saved)
            self.watch.judge(tally)
        self.watch.remember(tally)
        self._count(tally, accepted)
        return tally

    async def _take(
        self, tx: Transaction, records: Sequence[Heard], hopeful: bool
    ) -> tuple[set[object], dict[Stream, int], set[Stream], dict[Stream, int]]:
        """The events that nobody has had, the last version handled of each key, the keys with something parked, and
        the versions that are already saved as they will be when all goes well: none, unless `hopeful`."""
        runs: dict[Stream, list[int]] = defaultdict(list)
        ids = set()
        for heard in records:
            if heard.envelope is not None:
                runs[heard.stream].append(heard.envelope.version)
                ids.add(heard.envelope.id)
        if not runs:
            return set(), {}, set(), {}
        sorted_runs = sorted(runs.items())
        streams = list(map(list, zip(*(stream for stream, _ in sorted_runs), strict=True)))
        ends = [(run[0], run[-1]) if hopeful and _unbroken(run) else (None, None) for _, run in sorted_runs]
        rows = await tx.fetch(
            TAKE, self.consumer, *streams, list(ids), *map(list, zip(*ends, strict=True)), *_places(records)
        )
        fresh = {row["event_id"] for row in rows if row["event_id"] is not None}
        if len(fresh) < len(ids):  # how it stands is what it is after those who had them
            rows = await tx.fetch(STANDING, self.consumer, *streams)
        stands = {(r["source"], r["topic"], r["key"]): r for r in rows if r["source"] is not None}
        last = {stream: row["version"] for stream, row in stands.items() if row["version"]}
        blocked = {stream for stream, row in stands.items() if row["blocked"]}
        saved = {stream: row["saved"] for stream, row in stands.items()} if len(fresh) == len(ids) else {}
        return fresh, last, blocked, saved

    async def _waits(self, heard: Heard, last: dict[Stream, int], blocked: set[Stream], tx: Transaction) -> bool:
        """Parks an event whose turn has not come: behind one that is parked, or because one before it is missing."""
        assert heard.envelope is not None
        version, due = heard.envelope.version, last.get(heard.stream, 0) + 1
        if version == due:
            return False
        why = "" if heard.stream in blocked else f"gap: version {version} came where {due} was due"
        await parking.park(tx, self.consumer, heard, "behind", why)
        return True

    async def _alone(self, heard: Heard, tx: Transaction) -> bool:
        """Handles one event in a savepoint; parks it when it fails for good."""
        try:
            if heard.error:
                raise ValueError(heard.error)
            async with tx.savepoint():
                await self.handlers.handle_one(heard, tx)
                await tx.flush()
        except Exception as error:
            if is_passing(error):
                raise
            why = heard.error or f"{type(error).__name__} in {frame(error)}"
            with telemetry.trace(heard.envelope.traceparent if heard.envelope else None):
                log.error("event_parked", consumer=self.consumer, topic=heard.topic, offset=heard.offset, why=why)
            await parking.park(tx, self.consumer, heard, "failed", why)
            return False
        return True

    async def _together(self, accepted: Sequence[Heard], tx: Transaction) -> None:
        batches: dict[str, list[Heard]] = defaultdict(list)
        for heard in accepted:
            if heard.event is None:
                continue  # a type that this version does not know
            if heard.topic in self.handlers.batches:
                batches[heard.topic].append(heard)
            else:
                await self.handlers.handle_one(heard, tx)
        for topic, records in batches.items():
            await self.handlers.handle_batch(topic, records, tx)

    async def _save(
        self, tx: Transaction, records: Sequence[Heard], last: dict[Stream, int], saved: dict[Stream, int]
    ) -> None:
        """What `_take` could not foresee."""
        touched = {h.stream for h in records if h.envelope is not None} & last.keys()
        streams = [(*stream, last[stream]) for stream in sorted(touched) if saved.get(stream) != last[stream]]
        if streams or all(h.envelope is None for h in records):
            versions = [list(c) for c in zip(*streams, strict=True)] or [[], [], [], []]
            await tx.execute(SAVE, self.consumer, *versions, *_places(records))

    def _count(self, tally: Tally, accepted: Sequence[Heard]) -> None:
        for outcome in ("handled", "passed_over", "repeated", "parked"):
            telemetry.EVENTS.labels(self.consumer, outcome).inc(getattr(tally, outcome))
        if accepted and (envelope := accepted[-1].envelope) is not None:
            telemetry.END_TO_END.labels(self.consumer).observe(max(0.0, (wall() - envelope.time).total_seconds()))


def _unbroken(versions: Sequence[int]) -> bool:
    return list(versions) == list(range(versions[0], versions[0] + len(versions)))


def _places(records: Sequence[Heard]) -> list[list[object]]:
    """The next offset of each partition, as columns."""
    offsets: dict[tuple[str, int], int] = {}
    for h in records:
        offsets[h.topic, h.partition] = max(h.offset + 1, offsets.get((h.topic, h.partition), 0))
    return [list(column) for column in zip(*((t, p, o) for (t, p), o in sorted(offsets.items())), strict=True)]


def frame(error: BaseException) -> str:
    """Where it happened: file and line of the innermost frame. Never the error's text, which may hold somebody's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
