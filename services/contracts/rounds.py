"""`rounds`: what was shared out of pools at once, and what its prices tell of what is scarce. Never whom it concerned."""

from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Code, Kind, Month

ROUNDS = Topic("rounds", ("matching",))


class RoundEvent(Event, topic=ROUNDS, keyed_by="round_id"):
    round_id: UUID


class RoundAllocated(RoundEvent):
    """A coordinator (the envelope's actor) published a round: its offers go out."""

    households: int
    served: int
    points: int
    bound: int  # points that no allocation can pass
    fairness_price: int  # points that the floor cost


class RoundUndone(RoundEvent):
    """A coordinator took a published round back: the offers that nobody has answered are withdrawn."""

    reason: Code
    withdrawn: int
    stand: int  # offers that somebody has answered


class TrainingNeedFound(RoundEvent):
    """So many who were left out, at least ten, lack this licence alone for work of this occupation that is free."""

    municipality: Code
    occupation: Code
    skill: Code  # the licence, or the skill
    people: int
    month: Month | None = None


class ScarcityFound(RoundEvent):
    """With so many more places of this sort so many more households would have been served; at least ten waited for one."""

    municipality: Code
    kind: Kind
    sort: Code  # an occupation, a number of rooms, a stage
    area: Code | None = None
    month: Month | None = None
    more: int
    households: int
    waiting: int
