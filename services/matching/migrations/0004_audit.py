"""What is said of a household is written down in a chain that can only be added to, with what each proposal was made from."""

from alembic import op

revision = "0004"
down_revision = "0003"

# `version` of what was heard before this is not known: such proposals are told as made from nobody knows what.
CHANGES = """
alter table households add version bigint;
alter table adults add assessed bigint;
alter table opportunities add version bigint;
create table audit_heads (interest_id uuid primary key, entries int not null, hash text not null);
create table audit (interest_id uuid not null, number int not null, kind text not null, inputs text not null,
  outputs text not null, by text not null, at text not null, previous text not null, hash text not null,
  primary key (interest_id, number))
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
  select a.*, h.municipality, h.version from adults a join households h using (interest_id)
  where h.state = 'registered'),
looks as not materialized (
  select person_id as id, 'job' as kind, interest_id, municipality, needs, consents, shares, false as awaits, assessment,
         version, assessed
  from person where wants_work and needs is not null
  union all select person_id, 'employment', interest_id, municipality, needs, consents, shares, false, assessment,
                   version, assessed
  from person where wants_work and (needs -> 'adapted_work')::bool
  union all select person_id, 'education', interest_id, municipality, learning, consents, shares, false, assessment,
                   version, assessed
  from person where learning is not null
  union all select person_id, 'network', interest_id, municipality, belonging, consents, shares, false, assessment,
                   version, assessed
  from person where belonging is not null
  union all select interest_id, 'home', interest_id, municipality, home, consents, shares, awaited > 0, null, version,
                   null
  from whole where wants_home and home is not null
  union all select c.child_id, 'school', interest_id, municipality, c.needs, consents, shares, awaited > 0, null,
                   version, null
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

# A head moves on, and is never gone: else the end of a chain could be cut off unseen.
REFUSE = """
create function audit_is_only_added_to() returns trigger language plpgsql as
$$ begin raise exception 'the audit is only added to'; end $$
"""
ONLY_ADDED_TO = """
create trigger only_added_to before update or delete or truncate on audit
  for each statement execute function audit_is_only_added_to();
create trigger never_gone before delete or truncate on audit_heads
  for each statement execute function audit_is_only_added_to()
"""


def upgrade() -> None:
    for statement in (*CHANGES.split(";"), SEEKERS, FREE_PLACES, REFUSE, *ONLY_ADDED_TO.split(";")):
        op.execute(statement)
