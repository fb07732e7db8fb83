"""`tallies`: what the small service says and hears."""

from uuid import UUID

from contracts import TOPICS, Event, Topic
from contracts.fields import Facts, Published, Sealed

TALLIES = TOPICS.setdefault("tallies", Topic("tallies", ("tally",)))
ECHOES = TOPICS.setdefault("echoes", Topic("echoes", ("tally",)))


class TallyEvent(Event, topic=TALLIES, keyed_by="counter_id"):
    counter_id: UUID


class Counted(TallyEvent):
    """The counter went up by one, to `total`."""

    total: int
    note: Published = ""  # can't be handled while it stands in the table `poison`


class Secret(Facts):
    text: str


class Told(TallyEvent):
    """Something that only those with the counter's key may read."""

    secret: Sealed[Secret]


class EchoEvent(Event, topic=ECHOES, keyed_by="counter_id"):
    counter_id: UUID


class Echoed(EchoEvent):
    total: int
    padding: tuple[Published, ...] = ()
