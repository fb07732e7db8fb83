"""What the benchmarks' own small service says and hears: some 300 bytes of nine fields, of one of a thousand meters."""

from uuid import UUID

from contracts import TOPICS, Event, Topic
from contracts.fields import Code, Month, Published

READINGS = TOPICS.setdefault("readings", Topic("readings", ("small",)))
DRAINED = Topic("drained", ("small",))  # where the relays' rows go: nobody hears it


class Reading(Event, topic=READINGS, keyed_by="meter_id", said=False):
    meter_id: UUID


class MeterRead(Reading):
    """A meter stands at `total`."""

    total: int
    place: Code
    month: Month
    unit: Code
    kind: Code
    low: int
    high: int
    note: Published


def meter_read(meter_id: UUID, total: int, place: str, month: str) -> MeterRead:
    note = "Läses av en gång i månaden, av den som bor där eller av den som äger huset."
    return MeterRead(
        meter_id=meter_id,
        total=total,
        place=place,
        month=month,
        unit="kwh",
        kind="electricity",
        low=0,
        high=99_999,
        note=note,
    )
