"""One batch of records becomes one transaction: inbox, order, handlers, parking, offsets, outbox."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from chassis import parking, telemetry
from chassis.clock import wall
from chassis.database import Transaction
from chassis.keyring import Keyring
from chassis.passing import is_passing
from chassis.records import Heard, Stream, Tally, opened
from chassis.standing import Standing
from chassis.telemetry import log
from chassis.watch import TooManyParked, Watch
from contracts import Event

Single = Callable[..., Awaitable[Iterable[Event] | None]]
Batch = Callable[[list[Heard], Transaction], Awaitable[Iterable[tuple[Heard, Event]] | None]]


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
            standing = await Standing.taken(tx, self.consumer, records, hopeful=not one_by_one)
            accepted: list[Heard] = []
            for heard in records:
                if heard.envelope is None:
                    await parking.park(tx, self.consumer, heard, "unreadable", heard.error)
                    tally.parked += 1
                    tally.troubled.add((heard.topic, heard.partition, heard.offset))
                    continue
                stream, version = heard.stream, heard.envelope.version
                if not standing.new(heard.envelope.id, stream, version):
                    tally.repeated += 1
                elif version != standing.due(stream):
                    why = (
                        ""
                        if stream in standing.blocked
                        else f"gap: {version} came where {standing.due(stream)} was due"
                    )
                    await parking.park(tx, self.consumer, heard, "behind", why)
                    self._parked(tally, standing, stream)
                elif one_by_one and not await self._alone(heard, tx):
                    self._parked(tally, standing, stream)
                else:
                    accepted.append(heard)
                    standing.last[stream] = version
            if not one_by_one:
                await self._together(accepted, tx)
            tally.passed_over = sum(h.event is None for h in accepted)
            tally.handled = len(accepted) - tally.passed_over
            await standing.save(tx)
            self.watch.judge(tally)
        self.watch.remember(tally)
        self._count(tally, accepted)
        return tally

    def _parked(self, tally: Tally, standing: Standing, stream: Stream) -> None:
        tally.parked += 1
        if stream not in standing.blocked:
            tally.troubled.add(stream)
        standing.blocked.add(stream)

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

    def _count(self, tally: Tally, accepted: Sequence[Heard]) -> None:
        for outcome in ("handled", "passed_over", "repeated", "parked"):
            telemetry.EVENTS.labels(self.consumer, outcome).inc(getattr(tally, outcome))
        if accepted and (envelope := accepted[-1].envelope) is not None:
            telemetry.END_TO_END.labels(self.consumer).observe(max(0.0, (wall() - envelope.time).total_seconds()))


def frame(error: BaseException) -> str:
    """Where it happened: file and line of the innermost frame. Never the error's text, which may hold somebody's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
