"""What every event is: a fact with a key, on the topic of its family, said by one service."""

from dataclasses import dataclass
from typing import Any, ClassVar

from contracts.fields import Facts


@dataclass(frozen=True)
class Topic:
    """A family of events that stay in order per key. Exactly one service publishes to it, `erasures` apart."""

    name: str
    publishers: tuple[str, ...]
    partitions: int = 6
    retention_ms: int = -1


REGISTRY: dict[str, dict[str, type["Event"]]] = {}  # topic name -> event name -> event


class Event(Facts):
    """A fact: thing and past participle. Its envelope travels in the Kafka headers and is made by the outbox.

    A family's base names its topic and the field that keys it; each class that is said, not only a base, enters the
    registry by its own name.
    """

    topic: ClassVar[Topic]
    keyed_by: ClassVar[str]
    schema_version: ClassVar[int] = 1

    def __init_subclass__(
        cls, topic: Topic | None = None, keyed_by: str | None = None, said: bool = True, **config: Any
    ) -> None:
        super().__init_subclass__(**config)
        if topic is not None and keyed_by is not None:
            cls.topic, cls.keyed_by = topic, keyed_by
        elif said:
            REGISTRY.setdefault(cls.topic.name, {})[cls.__name__] = cls

    @property
    def key(self) -> str:
        """What the event's topic keeps in order: the value of the field that `keyed_by` names."""
        return str(getattr(self, self.keyed_by))
