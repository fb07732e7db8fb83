"""Lives, asked: who stayed, who has all that they looked for, how long each step took, and what became of needs and places.

All as known now, by municipality and by the four months (tertial) in which it happened, Swedish time.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from chassis.database import Transaction
from reporting.domain.lives import MARKS, Reckoned, share

# The last word of each subject and part of the figures; facts of one subject and part stand in one partition.
STANDS = """
select distinct on (figure, subject_id, part) figure, municipality, subject_id, part, kind, code, amount, valid_at
from observations where figure = any({figures}::text[]) order by figure, subject_id, part, "offset" desc
"""


def _tertial(moment: str) -> str:
    """The first day of the tertial of a moment."""
    here = f"({moment}) at time zone 'Europe/Stockholm'"
    return f"(date_trunc('year', {here}) + (extract(month from {here})::int - 1) / 4 * interval '4 months')::date"


STAYED = f"""
with came as (
  select subject_id, municipality, (since at time zone 'Europe/Stockholm' + make_interval(months => $1))
    at time zone 'Europe/Stockholm' as mark from settled where figure = 'moved_in' and since is not null)
select c.municipality, {_tertial("c.mark")} as start, count(*) as households, count(s.since) as here,
  count(s.subject_id) - count(s.since) as gone
from came c left join settled s on (s.figure, s.subject_id, s.part) = ($2, c.subject_id, '')
group by 1, 2 order by 1, 2
"""  # noqa: S608 (our own words, here and below)
# When the last thing that a household looks for was settled: work for each adult who wants it, a home, the children's places.
COMPLETE = f"""
with stands as ({STANDS.format(figures="array['wants', 'secured']")}),
wants as (
  select subject_id, municipality, string_to_array(nullif(split_part(code, '/', 1), ''), ',') as workers,
    split_part(code, '/', 2) = '1' as home, split_part(code, '/', 3)::int as pupils
  from stands where figure = 'wants'),
placed as (select * from stands where figure = 'secured' and amount = 1),
jobs as (
  select subject_id, count(*) as workers, max(began) as at from (
    select w.subject_id, who, min(p.valid_at) as began from wants w cross join unnest(w.workers) who
    join placed p on p.subject_id = w.subject_id and p.kind in ('job', 'employment') and who = any(string_to_array(p.code, ','))
    group by 1, 2) each_one group by 1),
homes as (select subject_id, min(valid_at) as at from placed where kind = 'home' group by 1),
schools as (select subject_id, array_agg(valid_at order by valid_at) as at from placed where kind = 'school' group by 1),
whole as (
  select w.municipality, greatest(j.at, case when w.home then h.at end, case when w.pupils > 0 then s.at[w.pupils] end) as at
  from wants w left join jobs j using (subject_id) left join homes h using (subject_id) left join schools s using (subject_id)
  where coalesce(cardinality(w.workers), 0) = coalesce(j.workers, 0) and (not w.home or h.at is not null)
    and (w.pupils = 0 or s.at[w.pupils] is not null))
select municipality, {_tertial("at")} as start, count(*) as value from whole where at is not null group by 1, 2 order by 1, 2
"""  # noqa: S608
# When each household came to each step for the first time; a move is told by its month.
WAITED = f"""
select l.municipality, {_tertial("l.since")} as start, count(*) as rests_on,
  round(percentile_cont(0.5) within group (order by greatest(extract(epoch from l.since - e.since) / 86400, 0)))::int as value
from settled e join settled l using (subject_id, part)
where e.figure = $1 and l.figure = $2 and e.since is not null and l.since is not null group by 1, 2 order by 1, 2
"""  # noqa: S608
# A need is one, however often it is found: an occupation and a skill in a municipality, by when it was first found.
BECAME = f"""
with needs as (
  select municipality, split_part(part, '/', 3) as occupation, split_part(part, '/', 4) as skill, min(valid_at) as at
  from observations where figure = 'needs' and split_part(part, '/', 4) <> '' group by 1, 2, 3),
courses as (
  select municipality, valid_at as at, string_to_array(code, ',') as of from observations where figure = 'teaches')
select municipality, {_tertial("n.at")} as start, count(*) as value, count(*) filter (where exists (
  select 1 from courses c where c.municipality = n.municipality and c.at >= n.at
    and (n.skill = any(c.of) or n.occupation = any(c.of)))) as taught
from needs n group by 1, 2 order by 1, 2
"""  # noqa: S608
SEATS = f"""
with stands as ({STANDS.format(figures="array['adapted', 'filled']")}),
taken as (
  select subject_id, array_agg(valid_at order by valid_at) as at from stands where figure = 'filled' and amount = 1 group by 1),
seats as (
  select o.municipality, o.posted_at, coalesce(least(t.at[seat], o.closed_at), 'infinity') as ended
  from stands s join opportunities o on o.opportunity_id = s.subject_id left join taken t on t.subject_id = s.subject_id
  cross join generate_series(1, coalesce(o.places, 1)) seat
  where s.figure = 'adapted' and s.amount = 1 and o.posted_at is not null)
"""  # noqa: S608
OFFERED = f"""{SEATS}
select municipality, {_tertial("posted_at")} as start, count(*) as value from seats group by 1, 2 order by 1, 2
"""  # noqa: S608
EMPTY = f"""{SEATS},
periods as (
  select start::date, start at time zone 'Europe/Stockholm' as since,
    (start + interval '4 months') at time zone 'Europe/Stockholm' as until
  from generate_series((select min({_tertial("posted_at")}) from seats)::timestamp, $1::timestamp, interval '4 months') start)
select municipality, start, round(sum(extract(epoch from least(ended, until) - greatest(posted_at, since))) / 86400)::int as value
from seats join periods on posted_at < until and ended > since group by 1, 2 order by 1, 2
"""  # noqa: S608
STEPS = {
    "days-to-introduction": ("confirmed", "households_introduced"),
    "days-to-both-yes": ("households_introduced", "households_placed"),
    "days-to-move": ("households_placed", "moved_in"),
}


async def stayed(tx: Transaction, mark: int) -> list[Reckoned]:
    """Of those who had moved in `mark` (3 or 12) months before: how many live here, left, or have not answered."""
    if mark not in MARKS:
        raise ValueError(f"nobody is asked after {mark} months")
    return [share(row) for row in await tx.fetch(STAYED, mark, f"still_here_{mark}")]


async def reckoned(tx: Transaction, indicator: str, today: date) -> list[Reckoned]:
    """What an indicator that several events tell of together was in each tertial until `today`. Raises KeyError."""
    if indicator in STEPS:
        return _rows(await tx.fetch(WAITED, *STEPS[indicator]))
    match indicator:
        case "still-here-3":
            return await stayed(tx, 3)
        case "still-here-12":
            return await stayed(tx, 12)
        case "households-complete":
            return _rows(await tx.fetch(COMPLETE))
        case "training-needs":
            return [_became(row) for row in await tx.fetch(BECAME)]
        case "adapted-places":
            return _rows(await tx.fetch(OFFERED))
        case "adapted-days-empty":
            return _rows(await tx.fetch(EMPTY, today))
    raise KeyError(indicator)


def _rows(rows: Iterable[Mapping[str, Any]]) -> list[Reckoned]:
    return [Reckoned(**row) for row in rows]


def _became(row: Mapping[str, Any]) -> Reckoned:
    taught = row["taught"]
    parts = (("became", "course", taught), ("became", "nothing_told", row["value"] - taught))
    return Reckoned(row["municipality"], row["start"], row["value"], parts=parts)
