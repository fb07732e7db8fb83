"""Six kinds of match: what adults and children look for beside a job and a home, and who has found what.

Only what is proposed or decided is a row: what could be is known by heart to the one that writes.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

CHANGES = """
delete from matches where state = 'near';
alter table matches drop constraint matches_state_check,
  add constraint matches_state_check check (state in ('proposed', 'approved', 'rejected', 'referred'));
drop index matches_best_of_seeker;
drop index matches_best_of_place;
create index matches_of_seeker on matches (seeker_id);
create index matches_of_place on matches (opportunity_id);
create table found (seeker_id uuid not null, kind text not null, primary key (seeker_id, kind));
insert into found select person_id, kind from adults, unnest(array['job', 'employment']) as kind where placed;
insert into found select interest_id, 'home' from households where housed;
create table children (child_id uuid primary key, interest_id uuid not null, position int not null, needs jsonb);
create index ix_children_interest_id on children (interest_id);
drop view seekers;
drop view free_places;
alter table adults drop column placed, add consents bool not null default true, add shares bool not null default true,
  add learning jsonb, add belonging jsonb, add assessment jsonb;
alter table adults alter consents drop default, alter shares drop default;
alter table households drop column housed
"""

# Who looks for what: the household is registered, nobody has placed them, and what they look for could be opened. A
# household is matched as a whole: it consents, and shares, when all its adults do.
SEEKERS = """
create view seekers as
with whole as not materialized (
  select h.*, a.consents, a.shares from households h join (
    select interest_id, bool_and(consents) as consents, bool_and(shares) as shares from adults group by interest_id
  ) a using (interest_id) where h.state = 'registered'),
person as not materialized (
  select a.*, h.municipality from adults a join households h using (interest_id) where h.state = 'registered'),
looks as not materialized (
  select person_id as id, 'job' as kind, interest_id, municipality, needs, consents, shares, false as awaits, assessment
  from person where wants_work and needs is not null
  union all select person_id, 'employment', interest_id, municipality, needs, consents, shares, false, assessment
  from person where wants_work and (needs -> 'adapted_work')::bool
  union all select person_id, 'education', interest_id, municipality, learning, consents, shares, false, assessment
  from person where learning is not null
  union all select person_id, 'network', interest_id, municipality, belonging, consents, shares, false, assessment
  from person where belonging is not null
  union all select interest_id, 'home', interest_id, municipality, home, consents, shares, awaited > 0, null
  from whole where wants_home and home is not null
  union all select c.child_id, 'school', interest_id, municipality, c.needs, consents, shares, awaited > 0, null
  from whole join children c using (interest_id) where c.needs is not null)
select * from looks where not exists (select from found f where f.seeker_id = looks.id and f.kind = looks.kind)
"""

# What somebody can be proposed for. A queue is joined, and an authority decides for itself: nobody is proposed there.
FREE_PLACES = """
create view free_places as
select *, case when (facts -> 'social_purpose')::bool then (
    select sum(s.taken) from opportunities s where s.kind = o.kind and s.municipality = o.municipality
    and s.facts -> 'area' = o.facts -> 'area' and (s.facts -> 'social_purpose')::bool) end as let_in_area
from opportunities o
where state = 'open' and taken < places and allocation in ('owner_decides', 'pool')
"""


def upgrade() -> None:
    for statement in (*CHANGES.split(";"), SEEKERS, FREE_PLACES):
        op.execute(statement)
