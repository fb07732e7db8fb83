"""Lives, asked: who stayed, who has all that they looked for, how long each step took, and what became of needs and places.

As of the end of a day ($1), as known at the end of another ($2), Swedish time; by municipality and by the four months
(tertial) in which it happened.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from chassis.database import Transaction
from reporting.domain.lives import MadeOf, Reckoned, became, share

BY = """valid_at < ($1::date + 1)::timestamp at time zone 'Europe/Stockholm'
  and recorded_at < ($2::date + 1)::timestamp at time zone 'Europe/Stockholm'"""
# The end of what both days know: enough to ask where everything is told as it happens, and never taken back.
END = "(least($1::date, $2::date) + 1)::timestamp at time zone 'Europe/Stockholm'"
# The last word of each subject and part of the figures; facts of one subject and part stand in one partition.
STANDS = f"""
select distinct on (figure, subject_id, part) figure, municipality, subject_id, part, kind, code, amount, valid_at
from observations where figure in ({{figures}}) and {BY} order by figure, subject_id, part, "offset" desc
"""  # noqa: S608 (our own words, here and below)


def _tertial(moment: str) -> str:
    """The first day of the tertial of a moment."""
    here = f"({moment}) at time zone 'Europe/Stockholm'"
    return f"(date_trunc('year', {here}) + (extract(month from {here})::int - 1) / 4 * interval '4 months')::date"


# A move is told by its month: told anew, the earliest stands.
MOVED = f"""
select subject_id, min(municipality) as municipality, min(valid_at) as at
from observations where figure = 'moved_in' and {BY} group by subject_id
"""  # noqa: S608


def _stayed(mark: int) -> str:
    return f"""
with came as (
  select subject_id, municipality, (at at time zone 'Europe/Stockholm' + make_interval(months => {mark}))
    at time zone 'Europe/Stockholm' as mark from ({MOVED}) moved),
answers as ({STANDS.format(figures=f"'still_here_{mark}'")})
select c.subject_id, c.municipality, c.mark as at, a.amount::float as value from came c left join answers a using (subject_id)
"""  # noqa: S608


# When the last thing that a household looks for was settled: work for each adult who wants it, a home, the children's places.
COMPLETE = f"""
with placed as (select * from ({STANDS.format(figures="'secured'")}) s where amount = 1),
wants as (
  select subject_id, municipality, string_to_array(nullif(split_part(code, '/', 1), ''), ',') as workers,
    split_part(code, '/', 2) = '1' as home, split_part(code, '/', 3)::int as pupils
  from ({STANDS.format(figures="'wants'")}) w where subject_id in (select subject_id from placed)),
jobs as (
  select subject_id, count(*) as workers, max(began) as at from (
    select w.subject_id, who, min(p.valid_at) as began from wants w cross join unnest(w.workers) who
    join placed p on p.subject_id = w.subject_id and p.kind in ('job', 'employment') and who = any(string_to_array(p.code, ','))
    group by 1, 2) each_one group by 1),
homes as (select subject_id, min(valid_at) as at from placed where kind = 'home' group by 1),
schools as (select subject_id, array_agg(valid_at order by valid_at) as at from placed where kind = 'school' group by 1),
whole as (
  select subject_id, w.municipality,
    greatest(j.at, case when w.home then h.at end, case when w.pupils > 0 then s.at[w.pupils] end) as at
  from wants w left join jobs j using (subject_id) left join homes h using (subject_id) left join schools s using (subject_id)
  where coalesce(cardinality(w.workers), 0) = coalesce(j.workers, 0) and (not w.home or h.at is not null)
    and (w.pupils = 0 or s.at[w.pupils] is not null))
select subject_id, municipality, at, null::float as value from whole where at is not null
"""  # noqa: S608
# When each household came to each step for the first time; of those that can be taken back, the first that stands.
BEGAN = {
    "confirmed": f"select subject_id, municipality, since as at from settled where figure = 'confirmed' and since < {END}",  # noqa: S608
    "introduced": f"""select subject_id, municipality, since as at
      from settled where figure = 'households_introduced' and since < {END}""",  # noqa: S608
    "placed": f"""select subject_id, min(municipality) as municipality, min(valid_at) as at
      from ({STANDS.format(figures="'secured'")}) s where amount = 1 group by subject_id""",  # noqa: S608
    "moved_in": MOVED,
}


def _waited(first: str, then: str) -> str:
    return f"""
with first as ({BEGAN[first]}), last as ({BEGAN[then]})
select subject_id, l.municipality, l.at, greatest(extract(epoch from l.at - f.at) / 86400, 0)::float as value
from first f join last l using (subject_id) where $1::date is not null and $2::date is not null
"""  # noqa: S608


# A need is one, however often it is found: an occupation and a skill in a municipality, by the round that first found it.
BECAME = f"""
with needs as (
  select municipality, split_part(part, '/', 3) as occupation, split_part(part, '/', 4) as skill, min(valid_at) as at,
    (array_agg(subject_id order by valid_at, subject_id))[1] as subject_id
  from observations where figure = 'needs' and split_part(part, '/', 4) <> '' and {BY} group by 1, 2, 3),
courses as (
  select municipality, valid_at as at, string_to_array(code, ',') as of from observations where figure = 'teaches' and {BY})
select n.subject_id, n.municipality, n.at, exists (
  select 1 from courses c where c.municipality = n.municipality and c.at >= n.at
    and (n.skill = any(c.of) or n.occupation = any(c.of)))::int::float as value from needs n
"""  # noqa: S608
# How many places there are is the owner's last word by then; that they were posted and closed is told once, as it happens.
SEATS = f"""
with adapted as (select * from ({STANDS.format(figures="'adapted'")}) a where amount = 1),
taken as (
  select subject_id, array_agg(valid_at order by valid_at) as at from ({STANDS.format(figures="'filled'")}) f
  where amount = 1 group by 1),
seats as (
  select o.opportunity_id as subject_id, o.municipality, o.posted_at, coalesce(least(t.at[seat], o.closed_at), 'infinity') as ended
  from adapted a join (
    select opportunity_id, municipality, posted_at, case when closed_at < {END} then closed_at end as closed_at
    from opportunities where posted_at < {END}) o on o.opportunity_id = a.subject_id
  left join taken t on t.subject_id = a.subject_id cross join generate_series(1, a.code::int) seat)
"""  # noqa: S608
OFFERED = f"{SEATS} select subject_id, municipality, posted_at as at, null::float as value from seats"  # noqa: S608
EMPTY = f"""{SEATS},
periods as (
  select start::date, start at time zone 'Europe/Stockholm' as since,
    least((start + interval '4 months') at time zone 'Europe/Stockholm', {END}) as until
  from generate_series((select min({_tertial("posted_at")}) from seats)::timestamp, least($1, $2)::timestamp, '4 months') start)
select subject_id, municipality, start::timestamp at time zone 'Europe/Stockholm' as at,
  extract(epoch from least(ended, until) - greatest(posted_at, since))::float / 86400 as value
from seats join periods on posted_at < until and ended > since
"""  # noqa: S608
# Of each indicator what it is made of: a subject, when it counts, and what it adds where that isn't one.
MADE_OF = {
    "still-here-3": _stayed(3),
    "still-here-12": _stayed(12),
    "households-complete": COMPLETE,
    "days-to-introduction": _waited("confirmed", "introduced"),
    "days-to-both-yes": _waited("introduced", "placed"),
    "days-to-move": _waited("placed", "moved_in"),
    "training-needs": BECAME,
    "adapted-places": OFFERED,
    "adapted-days-empty": EMPTY,
}
PARTED = "count(*) as value, count(*) filter (where value = 1) as yes, count(*) filter (where value = 0) as no"
MEDIAN = "count(*) as rests_on, round(percentile_cont(0.5) within group (order by value))::int as value"
SUMS = {"adapted-days-empty": "round(sum(value))::int as value"}  # of the others: how many


def _summed(indicator: str) -> str:
    sums = MEDIAN if indicator in STEPS else PARTED if indicator in PARTS else SUMS.get(indicator, "count(*) as value")
    rows = MADE_OF[indicator]
    return f"select municipality, {_tertial('at')} as start, {sums} from ({rows}) made_of group by 1, 2 order by 1, 2"  # noqa: S608


STEPS = frozenset({"days-to-introduction", "days-to-both-yes", "days-to-move"})
PARTS: dict[str, Callable[[Mapping[str, Any]], Reckoned]] = {
    "still-here-3": share,
    "still-here-12": share,
    "training-needs": became,
}
SUMMED = {indicator: _summed(indicator) for indicator in MADE_OF}


async def reckoned(tx: Transaction, indicator: str, per: date, known: date) -> list[Reckoned]:
    """What an indicator that several events tell of together was in each tertial.

    As of the end of the day `per`, as known at the end of `known`. Raises KeyError.
    """
    rows = await tx.fetch(SUMMED[indicator], per, known)
    return [PARTS[indicator](row) if indicator in PARTS else Reckoned(**row) for row in rows]


async def made_of(
    tx: Transaction, indicator: str, per: date, known: date, municipality: str, start: date, limit: int
) -> list[MadeOf]:
    """What one tertial of it is made of, the earliest first. Raises KeyError."""
    asked = f"""select subject_id, at, value from ({MADE_OF[indicator]}) made_of
      where municipality = $3 and {_tertial("at")} = $4 order by at, subject_id limit $5"""  # noqa: S608
    return [MadeOf(**row) for row in await tx.fetch(asked, per, known, municipality, start, limit)]
