"""The questions that figures answer. What two topics tell is joined here, when it is read."""

from datetime import datetime

from chassis.database import Transaction
from reporting.domain.figures import Cell, Ended, Need, Round, Station, Wait

# Every countable fact, once: what, where, which kind ('' where it has none), when. The figures' definitions are here.
FACTS = """
with facts as (
  select 'registered' as figure, municipality, '' as kind, requested_at as at from households where requested_at is not null
  union all select 'confirmed', municipality, '', registered_at from households where registered_at is not null
  union all select 'withdrawn', municipality, '', withdrawn_at from households where withdrawn_at is not null
  union all select 'moved_in', municipality, '', moved_in_at from households where moved_in_at is not null
  union all select 'opportunities', municipality, kind, posted_at from opportunities where posted_at is not null
  union all select 'proposed', municipality, kind, proposed_at from proposals
    where proposed_at is not null and (retracted_at is null or decision is not null)
  union all select 'approved', municipality, kind, decided_at from proposals where decision = 'approved'
  union all select 'introduced', municipality, kind, made_at from offers where made_at is not null
  union all select case a.answer when 'yes' then 'accepted' else 'declined' end, a.municipality, coalesce(o.kind, ''),
    a.answered_at from person_answers a left join offers o using (offer_id)
  union all select case a.answer when 'yes' then 'owner_yes' else 'owner_refused' end, a.municipality,
    coalesce(o.kind, ''), a.answered_at from owner_answers a left join offers o using (offer_id)
  union all select case outcome when 'placed' then 'placed' when 'lapsed' then 'lapsed' else 'fell_through' end,
    municipality, kind, outcome_at from offers where outcome is not null
  union all select 'rounds', municipality, '', allocated_at from rounds where allocated_at is not null and undone_at is null
  union all select 'needs', municipality, kind, found_at from needs
  union all select 'mails', municipality, '', outcome_at from letters where outcome = 'sent'
  union all select 'refused', municipality, '', refused_at from refusals)
"""
CELLS = (
    FACTS
    + """
select figure, municipality, coalesce(kind, '') as kind, to_char(at at time zone 'Europe/Stockholm', 'YYYY-MM') as month,
       count(*) as count
from facts where $1 = '' or municipality = $1 group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""
)
LATEST = FACTS + "select max(at) as at from facts where $1 = '' or municipality = $1"  # noqa: S608
WAITS = """
with first as (select interest_id, min(made_at) as made_at from offers group by interest_id)
select case when grouping(h.municipality) = 1 then '' else h.municipality end as municipality, count(*) as households,
       percentile_cont(0.5) within group (order by extract(epoch from f.made_at - h.registered_at) / 86400) as days
from households h join first f using (interest_id)
where h.registered_at is not null and f.made_at is not null and ($1 = '' or h.municipality = $1)
group by grouping sets ((), (h.municipality)) having count(*) > 0 order by 1
"""
ENDS = """
select outcome, coalesce(side, '') as side, coalesce(reason, '') as reason, coalesce(kind, '') as kind, count(*) as count
from offers where outcome is not null and outcome <> 'placed' and ($1 = '' or municipality = $1)
group by 1, 2, 3, 4 order by count(*) desc, 1, 2, 3, 4
"""
ROUNDS = """
select municipality, allocated_at, undone_at, households, served, points, bound, fairness_price
from rounds where allocated_at is not null and ($1 = '' or municipality = $1) order by allocated_at desc, round_id
"""
NEEDS = """
select municipality, kind, sort, skill, area, month, more, helped from needs
where round_id = (select round_id from needs where $1 = '' or municipality = $1 order by found_at desc, round_id limit 1)
  and ($1 = '' or municipality = $1) order by helped desc, kind, sort, skill, area, month
"""
STATIONS = """
select municipality,
  count(*) filter (where requested_at is not null) as registered,
  count(*) filter (where registered_at is not null) as confirmed,
  count(*) filter (where interest_id in (select interest_id from proposals where retracted_at is null or decision is not null))
    as proposed,
  count(*) filter (where interest_id in (select interest_id from offers)) as introduced,
  count(*) filter (where interest_id in (select interest_id from offers where outcome = 'placed')) as placed,
  count(*) filter (where moved_in_at is not null) as moved_in
from households where $1 = '' or municipality = $1 group by municipality order by municipality
"""


async def cells(tx: Transaction, municipality: str = "") -> list[Cell]:
    """How many of each figure by municipality, kind and month (Swedish time); of one municipality, or of all."""
    return [Cell(**row) for row in await tx.fetch(CELLS, municipality)]


async def latest(tx: Transaction, municipality: str = "") -> datetime | None:
    """When the newest fact that figures know happened; None when there is none."""
    return (await tx.fetch(LATEST, municipality))[0]["at"]


async def waits(tx: Transaction, municipality: str = "") -> list[Wait]:
    """Median days from a confirmed interest to its first introduction, in all ('') and by municipality."""
    return [Wait(**row) for row in await tx.fetch(WAITS, municipality)]


async def ends(tx: Transaction, municipality: str = "") -> list[Ended]:
    """Introductions that did not become a placement, by why, the most common first."""
    return [Ended(**row) for row in await tx.fetch(ENDS, municipality)]


async def stations(tx: Transaction, municipality: str = "") -> list[Station]:
    """How many households have come how far, by municipality."""
    return [Station(**row) for row in await tx.fetch(STATIONS, municipality)]


async def rounds(tx: Transaction, municipality: str = "") -> list[Round]:
    """What was shared out at once, the newest first; also what was taken back."""
    return [Round(**row) for row in await tx.fetch(ROUNDS, municipality)]


async def needs(tx: Transaction, municipality: str = "") -> list[Need]:
    """What the newest round that found anything scarce found, what would help most first."""
    return [Need(**row) for row in await tx.fetch(NEEDS, municipality)]
