"""What a service answers to: handlers by event, by topic, and by what is due."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from chassis.batch import Batch, Handlers, Single
from chassis.database import Database
from chassis.due import Due
from chassis.memory import Awake, Memory
from chassis.records import Heard
from contracts import Event

WhenDue = Callable[[Due, "object"], Awaitable[object]]
Remember = Callable[[Database], Awaitable[Memory]]
F = TypeVar("F", bound=Callable[..., Awaitable[object]])
AwakeF = TypeVar("AwakeF", bound=Awake)


class Consumer:
    """The handlers of one service; each event reaches each of them once, in order per key, in one transaction.

    `single_writer` names an advisory lock: one process consumes, on the lock's own connection, and others stand by.
    `memory` makes what that one knows by heart, from the database, each time it takes the lock.
    """

    def __init__(self, name: str, single_writer: str = "", memory: Remember | None = None) -> None:
        if memory and not single_writer:
            raise ValueError(f"{name} can't know anything by heart while others write")
        self.name, self.single_writer = name, single_writer
        self.group = f"{name}.{single_writer}" if single_writer else name
        self.memory = memory
        self.awake: list[Awake] = []
        self.handlers = Handlers()
        self.when: dict[str, Callable[..., Awaitable[object]]] = {}

    @property
    def topics(self) -> list[str]:
        return sorted({topic for topic, _ in self.handlers.singles} | self.handlers.batches.keys())

    def on(self, *events: type[Event]) -> Callable[[F], F]:
        """`async def handler(event, tx) -> Iterable[Event] | None`: what it returns is said, with the event as cause."""

        def register(handler: F) -> F:
            for event in events:
                if event.topic.name in self.handlers.batches:
                    raise ValueError(f"{event.topic.name} is handled in batches: its order would be lost")
                single: Single = handler  # type: ignore[assignment]
                self.handlers.singles[event.topic.name, event.__name__].append(single)
            return handler

        return register

    def on_batch(self, *events: type[Event]) -> Callable[[F], F]:
        """`async def handler(heard: list[Heard], tx) -> Iterable[tuple[Heard, Event]] | None`: a topic's records, in order."""

        def register(handler: F) -> F:
            for topic in {event.topic.name for event in events}:
                if topic in self.handlers.batches or any(t == topic for t, _ in self.handlers.singles):
                    raise ValueError(f"{topic} has a handler already: its order would be lost")
                batch: Batch = handler  # type: ignore[assignment]
                self.handlers.batches[topic] = (batch, {e.__name__ for e in events if e.topic.name == topic})
            return handler

        return register

    def when_awake(self, handler: AwakeF) -> AwakeF:
        """`async def handler(tx) -> bool`: the memory is new; asked again as long as there is more to say."""
        self.awake.append(handler)
        return handler

    def when_due(self, kind: str) -> Callable[[F], F]:
        """`async def handler(due: Due, tx) -> Iterable[Event] | None`: the row is taken in the same transaction."""

        def register(handler: F) -> F:
            if kind in self.when:
                raise ValueError(f"{kind} has a handler already")
            self.when[kind] = handler
            return handler

        return register


__all__ = ["Consumer", "Due", "Heard"]
