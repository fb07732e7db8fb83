"""What every event is: a fact with a key, on the topic of its family, said by one service."""

from dataclasses import dataclass
from typing import ClassVar

from contracts.fields import Facts


@dataclass(frozen=True)
class Topic:
    """A family of events that stay in order per key. Exactly one service publishes to it, `erasures` apart."""

    name: str
    publishers: tuple[str, ...]
    partitions: int = 6
    retention_ms: int = -1


class Event(Facts):
    """A fact: thing and past participle. Its envelope travels in the Kafka headers and is made by the outbox."""

    topic: ClassVar[Topic]
    keyed_by: ClassVar[str]
    schema_version: ClassVar[int] = 1

    @property
    def key(self) -> str:
        """What the event's topic keeps in order: the value of the field that `keyed_by` names."""
        return str(getattr(self, self.keyed_by))


REGISTRY: dict[str, dict[str, type[Event]]] = {}  # topic name -> event name -> event


def family(topic: Topic, keyed_by: str) -> type[Event]:
    """The base class of a topic's events; each subclass that is said (not only a base) enters the registry by its name."""

    class Family(Event):
        def __init_subclass__(cls, said: bool = True, **kwargs: object) -> None:
            super().__init_subclass__(**kwargs)
            if said:
                REGISTRY.setdefault(topic.name, {})[cls.__name__] = cls

    Family.topic, Family.keyed_by = topic, keyed_by
    return Family
