"""Cells and stations as of a day, as known on another: the one place where pages ask for them."""

from datetime import date

from chassis.database import Transaction
from reporting.domain.figures import Cell, Station
from reporting.store import questions
from reporting.store.observations import ANSWERS

# As `observations.SETTLED`, with where it was and when it happened.
BEGAN = """
select figure, subject_id, part, max(kind) as kind, max(municipality) as municipality,
       min(valid_at) filter (where amount = 1 and not final) as at
from observations
where valid_at < ($2::date + 1)::timestamp at time zone 'Europe/Stockholm'
  and recorded_at < ($3::date + 1)::timestamp at time zone 'Europe/Stockholm' and ($1 = '' or municipality = $1)
group by figure, subject_id, part
having bool_or(amount = 1 and not final) and (max(array[final::int, "offset", amount]))[3] = 1
"""
CELLS = f"""
select s.figure, s.municipality, case when s.kind = '' and s.figure in {ANSWERS} then coalesce(o.kind, '') else s.kind end
  as kind, to_char(s.at at time zone 'Europe/Stockholm', 'YYYY-MM') as month, count(*) as count
from ({BEGAN}) s left join offers o on s.figure in {ANSWERS} and o.offer_id = s.subject_id
group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""  # noqa: S608
STATIONS = f"""
with come as (
  select distinct s.figure, s.municipality, coalesce(p.interest_id, o.interest_id, s.subject_id) as interest_id
  from ({BEGAN}) s left join proposals p on s.figure = 'proposed' and p.match_id = s.subject_id
  left join offers o on s.figure in ('introduced', 'placed') and o.offer_id = s.subject_id
  where s.figure in ('registered', 'confirmed', 'proposed', 'introduced', 'placed', 'moved_in'))
select municipality, count(*) filter (where figure = 'registered') as registered,
  count(*) filter (where figure = 'confirmed') as confirmed, count(*) filter (where figure = 'proposed') as proposed,
  count(*) filter (where figure = 'introduced') as introduced, count(*) filter (where figure = 'placed') as placed,
  count(*) filter (where figure = 'moved_in') as moved_in
from come group by municipality order by municipality
"""  # noqa: S608


async def cells(
    tx: Transaction, municipality: str = "", per: date | None = None, known: date | None = None
) -> list[Cell]:
    """How many of each figure by municipality, kind and month it began to count; to the end of those days, None is all."""
    if per is None or known is None:
        return await questions.cells(tx, municipality)
    return [Cell(**row) for row in await tx.fetch(CELLS, municipality, per, known)]


async def stations(
    tx: Transaction, municipality: str = "", per: date | None = None, known: date | None = None
) -> list[Station]:
    """How many households have come how far, by municipality; to the end of those days, None is all."""
    if per is None or known is None:
        return await questions.stations(tx, municipality)
    return [Station(**row) for row in await tx.fetch(STATIONS, municipality, per, known)]
