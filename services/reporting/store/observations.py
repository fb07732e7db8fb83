"""Observations written in sets, and asked: as of a day, as known on another, and from which events."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from reporting.domain.observations import Counted, Observation, Revised, Source

Place = tuple[str, int, int] | None  # topic, partition and offset
PLACE = ("recorded_at", "topic", "partition", "offset")
WRITE = """
insert into observations
select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[],
  $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::int[], $14::boolean[])
"""
COUNTED = """
select figure, kind, sum(count)::int as count from tallies
where ($1 = '' or municipality = $1) and valid <= $2 and known <= $3 and ($4 = '' or figure = $4)
  and not starts_with(figure, 'households_')
group by figure, kind having sum(count) <> 0 order by figure, kind
"""
REVISED = """
with two as (
  select figure, kind, coalesce(sum(count) filter (where known <= $3), 0)::int as then,
         coalesce(sum(count) filter (where known <= $4), 0)::int as now
  from tallies where ($1 = '' or municipality = $1) and valid <= $2 and not starts_with(figure, 'households_')
  group by figure, kind)
select * from two where two.then <> two.now order by figure, kind
"""
BY = """valid_at < ($2::date + 1)::timestamp at time zone 'Europe/Stockholm'
  and recorded_at < ($3::date + 1)::timestamp at time zone 'Europe/Stockholm'"""
PLACED = """select recorded_at, topic, partition, "offset" from observations
where (topic, partition, "offset", figure) = ($1, $2, $3, $4)"""
# Some of the words that say that something counts, the last told first; a subject is of its last kind in the alphabet.
WORDS = f"""
select * from observations where figure = $4 and amount = 1 and not final and {BY}
  and ($1 = '' or municipality = $1) and ($5::text is null or kind <= $5)
  and ($6::timestamptz is null
    or (recorded_at <= $6 and (recorded_at, topic, partition, "offset") < ($6, $7, $8::int, $9::bigint)))
order by recorded_at desc, topic desc, partition desc, "offset" desc limit $10
"""  # noqa: S608 (our own words, here and below)
# A word is behind the figure when it is the first of its subject and part, and the last by then says that they count;
# a final word stands above later ones.
BEHIND = f"""
select w.valid_at, w.recorded_at, w.municipality, k.kind, w.subject_id, w.event_id, w.topic, w.partition, w."offset",
  w."offset" = k.first and k.stands = 1 and ($5::text is null or k.kind = $5) as counts
from ({WORDS}) w cross join lateral (
  select max(o.kind) as kind, min(o."offset") filter (where o.amount = 1 and not o.final) as first,
    (max(array[o.final::int, o."offset", o.amount]))[3] as stands
  from observations o where o.subject_id = w.subject_id and o.figure = w.figure and o.part = w.part and {BY}) k
order by w.recorded_at desc, w.topic desc, w.partition desc, w."offset" desc
"""  # noqa: S608
OF_SUBJECT = """
select topic, partition, "offset", figure, event_id, municipality, kind, subject_id, part, code, valid_at, recorded_at,
  amount, final
from observations where subject_id = $1 and ($2 = '' or municipality = $2)
  and recorded_at < ($3::date + 1)::timestamp at time zone 'Europe/Stockholm'
order by recorded_at, topic, partition, "offset", figure, part limit 1000
"""


async def write(tx: Transaction, observations: Iterable[Observation]) -> None:
    """Appends them, in one statement. That each comes once is the inbox's to see to."""
    if rows := list(observations):
        await tx.execute(WRITE, *zip(*rows, strict=True))


async def counted(tx: Transaction, municipality: str, per: date, known: date, figure: str = "") -> list[Counted]:
    """Every figure, or one, by kind as of the end of the day `per`, as known at the end of `known`; '' is all municipalities."""
    return [Counted(**row) for row in await tx.fetch(COUNTED, municipality, per, known, figure)]


async def revised(tx: Transaction, municipality: str, per: date, earlier: date, later: date) -> list[Revised]:
    """What is known otherwise of `per` at the end of `later` than at the end of `earlier`; only what differs."""
    return [Revised(**row) for row in await tx.fetch(REVISED, municipality, per, earlier, later)]


async def behind(
    tx: Transaction, figure: str, municipality: str, kind: str | None, per: date, known: date, limit: int, after: Place
) -> list[Source]:
    """The observations that a figure counts, one for each of its number, the last told first; so many after a place.

    `kind` None is all kinds, '' those whose kind isn't known. `after` None is from the start. Raises KeyError for a place
    at which nothing was said of the figure. However many there are, only about a page of words is looked at.
    """
    said = (municipality, per, known, figure, kind)
    at = await _placed(tx, figure, after)
    found: list[Source] = []
    some = 2 * limit
    while len(found) < limit:
        words = await tx.fetch(BEHIND, *said, *at, some)
        found += [_source(row) for row in words if row["counts"]]
        if len(words) < some:
            break
        at = tuple(words[-1][name] for name in PLACE)
        some *= 4
    return found[:limit]


async def _placed(tx: Transaction, figure: str, place: Place) -> tuple[object, ...]:
    if place is None:
        return (None,) * len(PLACE)
    found = await tx.fetch(PLACED, *place, figure)
    if not found:
        raise KeyError(place)
    return tuple(found[0][name] for name in PLACE)


def _source(row: Mapping[str, Any]) -> Source:
    return Source(**{name: value for name, value in row.items() if name != "counts"})


async def words(tx: Transaction, subject_id: UUID, municipality: str, known: date) -> list[Observation]:
    """Every word told of one subject by the end of `known`, in the order that it was told; '' is in any municipality."""
    return [Observation(**row) for row in await tx.fetch(OF_SUBJECT, subject_id, municipality, known)]
