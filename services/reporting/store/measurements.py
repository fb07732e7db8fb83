"""Measurements as they were told: kept as they come, read as they were known at the end of a day."""

from collections.abc import Iterable
from datetime import date

from chassis.database import Transaction
from chassis.records import Heard
from contracts.measurements import MeasurementReported, Part
from reporting.domain.indicators import Point, Revision, Telling

COLUMNS = (
    "event_id", "indicator_id", "municipality", "partner_id", "period_from", "period_to", "breakdown", "value", "unit",
    "measured_at", "source", "recorded_at", "topic", "partition", "offset",
)  # fmt: skip
TYPES = "uuid varchar varchar varchar date date varchar integer varchar date varchar timestamptz varchar integer bigint"
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
ARRAYS = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(TYPES.split(), 1))
# every name is one of our own columns
KEEP = f"insert into measurements ({NAMES}) select * from unnest({ARRAYS}) on conflict (event_id) do nothing"  # noqa: S608
# What was told last of each period and part; on the day's last moment in Sweden.
SERIES = """
select distinct on (municipality, period_from, period_to, breakdown)
  municipality, period_from, period_to, breakdown, value, source
from measurements
where indicator_id = $1 and ($2 = '' or municipality = $2)
  and recorded_at < (($3::date + 1)::timestamp at time zone 'Europe/Stockholm')
order by municipality, period_from, period_to, breakdown, recorded_at desc, partition, "offset" desc
"""
REVISIONS = """
with told as (
  select *, lag(value) over (partition by period_from, period_to, breakdown order by recorded_at, partition, "offset")
    as before from measurements where indicator_id = $1 and municipality = $2)
select municipality, period_from, period_to, breakdown, before, value, recorded_at, source from told
where before is not null and before <> value order by recorded_at, partition, "offset"
"""
TELLINGS = """
select period_from as start, period_to as until, breakdown, value, source, measured_at, recorded_at, event_id, topic,
  partition, "offset"
from measurements where indicator_id = $1 and municipality = $2 and period_from = $3
  and recorded_at < ($4::date + 1)::timestamp at time zone 'Europe/Stockholm'
order by recorded_at, partition, "offset" limit 1000
"""


async def keep(tx: Transaction, heard: Iterable[Heard]) -> None:
    """Keeps every measurement among what was heard; one that is kept already is passed over."""
    rows = [_row(one, one.event) for one in heard if isinstance(one.event, MeasurementReported)]
    if rows:
        await tx.execute(KEEP, *(list(column) for column in zip(*rows, strict=True)))


def _row(heard: Heard, event: MeasurementReported) -> tuple[object, ...]:
    said = heard.envelope
    assert said is not None  # an event is only read where there is an envelope
    where = (event.partner_id, event.period_from, event.period_to, _key(event.breakdown))
    what = (event.value, event.unit, event.measured_at, event.source, said.time)
    return (
        said.id, event.indicator_id, said.municipality, *where, *what, heard.topic, heard.partition, heard.offset,
    )  # fmt: skip


def _key(breakdown: Iterable[Part]) -> str:
    return ",".join(sorted(f"{part.dimension}={part.value}" for part in breakdown))


async def series(tx: Transaction, municipality: str, indicator: str, known: date) -> list[Point]:
    """What was told last of each period and part by the end of the day `known`, the earliest first; '' is everywhere."""
    return [
        Point(
            municipality=row["municipality"],
            start=row["period_from"],
            until=row["period_to"],
            value=row["value"],
            source=row["source"],
            breakdown=_parts(row["breakdown"]),
        )
        for row in await tx.fetch(SERIES, indicator, municipality, known)
    ]


def _parts(key: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition("=") for part in key.split(",") if part)
    return tuple((dimension, value) for dimension, _, value in pairs)


async def revisions(tx: Transaction, municipality: str, indicator: str) -> list[Revision]:
    """What was told anew with another value, in the order it was told."""
    return [
        Revision(
            start=row["period_from"],
            until=row["period_to"],
            breakdown=_parts(row["breakdown"]),
            before=row["before"],
            value=row["value"],
            recorded_at=row["recorded_at"],
            source=row["source"],
        )
        for row in await tx.fetch(REVISIONS, indicator, municipality)
    ]


async def told(tx: Transaction, municipality: str, indicator: str, start: date, known: date) -> list[Telling]:
    """Every time that partners told a period which began on `start`, by the end of `known`, the earliest first."""
    rows = await tx.fetch(TELLINGS, indicator, municipality, start, known)
    return [Telling(**{**row, "breakdown": _parts(row["breakdown"])}) for row in rows]
