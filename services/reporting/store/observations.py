"""Observations written in sets, and asked: as of a day, as known on another, and from which events."""

from collections.abc import Iterable
from datetime import date

from chassis.database import Transaction
from reporting.domain.observations import Counted, Observation, Revised, Source

WRITE = """
insert into observations
select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[],
  $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::int[], $14::boolean[])
"""
# Of each subject and part of a figure the last word that was told by the end of the day $3, of what had happened by the
# end of $2, Swedish time; a final word stands above later ones. `first` is the record that first made it count.
SETTLED = """
select figure, subject_id, part, max(kind) as kind, max(topic) as topic, max(partition) as partition,
       min("offset") filter (where amount = 1 and not final) as first,
       min(recorded_at) filter (where amount = 1 and not final) as since
from observations
where valid_at < ($2::date + 1)::timestamp at time zone 'Europe/Stockholm'
  and recorded_at < ($3::date + 1)::timestamp at time zone 'Europe/Stockholm'
  and ($1 = '' or municipality = $1) and figure = $4
group by figure, subject_id, part
having bool_or(amount = 1 and not final) and (max(array[final::int, "offset", amount]))[3] = 1
"""
COUNTED = """
select figure, kind, sum(count)::int as count from tallies
where ($1 = '' or municipality = $1) and valid <= $2 and known <= $3 and not starts_with(figure, 'households_')
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
# The page is cut out before its rows are looked up: a figure may have a million of them.
BEHIND = f"""
with page as (
  select * from ({SETTLED}) k
  where $5::text is null or kind = $5 order by since desc, topic, partition, first desc limit $6 offset $7)
select o.valid_at, o.recorded_at, o.municipality, p.kind, o.subject_id, o.event_id, o.topic, o.partition, o."offset"
from page p join observations o on (o.topic, o.partition, o."offset", o.figure) = (p.topic, p.partition, p.first, p.figure)
order by p.since desc, o.topic, o.partition, o."offset" desc
"""  # noqa: S608


async def write(tx: Transaction, observations: Iterable[Observation]) -> None:
    """Appends them, in one statement. That each comes once is the inbox's to see to."""
    if rows := list(observations):
        await tx.execute(WRITE, *zip(*rows, strict=True))


async def counted(tx: Transaction, municipality: str, per: date, known: date) -> list[Counted]:
    """Every figure by kind as of the end of the day `per`, as known at the end of `known`; in all municipalities with ''."""
    return [Counted(**row) for row in await tx.fetch(COUNTED, municipality, per, known)]


async def revised(tx: Transaction, municipality: str, per: date, earlier: date, later: date) -> list[Revised]:
    """What is known otherwise of `per` at the end of `later` than at the end of `earlier`; only what differs."""
    return [Revised(**row) for row in await tx.fetch(REVISED, municipality, per, earlier, later)]


async def behind(
    tx: Transaction,
    figure: str,
    municipality: str,
    kind: str | None,
    per: date,
    known: date,
    limit: int,
    after: int,
) -> list[Source]:
    """The observations that a figure counts, one for each of its number, the last told first; `after` so many of them.

    `kind` None is all kinds, '' those whose kind isn't known.
    """
    asked = await tx.fetch(BEHIND, municipality, per, known, figure, kind, limit, after)
    return [Source(**row) for row in asked]
