"""The questions that figures answer: sums of what moved, and what two topics tell, joined when it is read."""

from datetime import date, datetime

from chassis.database import Transaction
from reporting.domain.figures import Cell, Ended, Need, Round, Station, Wait, ended

# Of figures, what was counted at the end of the day $2 as known at the end of $3, where none is given: of all, as known now.
THEN = """
from tallies where ($1 = '' or municipality = $1) and ($2::date is null or valid <= $2) and ($3::date is null or known <= $3)
"""
CELLS = f"""
select figure, municipality, kind, to_char(began, 'YYYY-MM') as month, count from (
  select figure, municipality, kind, began, sum(count)::int as count {THEN} and not starts_with(figure, 'households_')
  group by figure, municipality, kind, began having sum(count) <> 0) months order by figure, municipality, kind, month
"""  # noqa: S608
LATEST = "select max(told_at) as at from tallies where $1 = '' or municipality = $1"
WAITS = """
select case when grouping(c.municipality) = 1 then '' else c.municipality end as municipality, count(*) as households,
       percentile_cont(0.5) within group (order by extract(epoch from i.since - c.since) / 86400) as days
from settled c join settled i on (i.figure, i.subject_id, i.part) = ('households_introduced', c.subject_id, '')
where c.figure = 'confirmed' and c.since is not null and i.since is not null and ($1 = '' or c.municipality = $1)
group by grouping sets ((), (c.municipality)) having count(*) > 0 order by 1
"""
ENDS = f"""
select figure, code, kind, sum(count)::int as count {THEN} and figure in ('fell_through', 'lapsed')
group by figure, code, kind having sum(count) <> 0 order by sum(count) desc, figure, code, kind
"""
MUCH = "select reltuples > $1 as much from pg_class where oid = 'tallies'::regclass"
ROUNDS = """
select municipality, allocated_at, undone_at, households, served, points, bound, fairness_price
from rounds where allocated_at is not null and ($1 = '' or municipality = $1) order by allocated_at desc, round_id
"""
NEEDS = """
select municipality, kind, sort, skill, area, month, more, helped from needs
where round_id = (select round_id from needs where $1 = '' or municipality = $1 order by found_at desc, round_id limit 1)
  and ($1 = '' or municipality = $1) order by helped desc, kind, sort, skill, area, month
"""
STATIONS = f"""
select municipality,
  coalesce(sum(count) filter (where figure = 'registered'), 0)::int as registered,
  coalesce(sum(count) filter (where figure = 'confirmed'), 0)::int as confirmed,
  coalesce(sum(count) filter (where figure = 'households_proposed'), 0)::int as proposed,
  coalesce(sum(count) filter (where figure = 'households_introduced'), 0)::int as introduced,
  coalesce(sum(count) filter (where figure = 'households_placed'), 0)::int as placed,
  coalesce(sum(count) filter (where figure = 'moved_in'), 0)::int as moved_in,
  coalesce(sum(count) filter (where figure = 'still_here_3'), 0)::int as still_here_3,
  coalesce(sum(count) filter (where figure = 'still_here_12'), 0)::int as still_here_12
{THEN} and (figure ~ '^(registered|confirmed|moved_in|still_here_|households_)')
group by municipality order by municipality
"""


async def cells(
    tx: Transaction, municipality: str = "", per: date | None = None, known: date | None = None
) -> list[Cell]:
    """How many of each figure by municipality, kind and the month (Swedish time) since which it counts.

    Of one municipality or of all; as of the end of `per` as known at the end of `known`, each now where None.
    """
    return [Cell(**row) for row in await tx.fetch(CELLS, municipality, per, known)]


async def latest(tx: Transaction, municipality: str = "") -> datetime | None:
    """When the newest fact that moved a figure was told; None when there is none."""
    return (await tx.fetch(LATEST, municipality))[0]["at"]


async def waits(tx: Transaction, municipality: str = "") -> list[Wait]:
    """Median days from a confirmed interest to its first introduction, in all ('') and by municipality."""
    return [Wait(**row) for row in await tx.fetch(WAITS, municipality)]


async def ends(
    tx: Transaction, municipality: str = "", per: date | None = None, known: date | None = None
) -> list[Ended]:
    """Introductions that did not become a placement, by why, the most common first; as of days as in `cells`."""
    return [ended(**row) for row in await tx.fetch(ENDS, municipality, per, known)]


async def stations(
    tx: Transaction, municipality: str = "", per: date | None = None, known: date | None = None
) -> list[Station]:
    """How many households have come how far, by municipality; as of days as in `cells`."""
    return [Station(**row) for row in await tx.fetch(STATIONS, municipality, per, known)]


async def rounds(tx: Transaction, municipality: str = "") -> list[Round]:
    """What was shared out at once, the newest first; also what was taken back."""
    return [Round(**row) for row in await tx.fetch(ROUNDS, municipality)]


async def needs(tx: Transaction, municipality: str = "") -> list[Need]:
    """What the newest round that found anything scarce found, what would help most first."""
    return [Need(**row) for row in await tx.fetch(NEEDS, municipality)]


async def much(tx: Transaction, rows: int) -> bool:
    """Whether there are more tallies than that, as PostgreSQL last estimated them."""
    return bool((await tx.fetch(MUCH, rows))[0]["much"])
