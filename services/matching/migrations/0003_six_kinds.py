"""Six kinds of match: what adults and children look for beside a job and a home, and who has found what.

Only what is proposed or decided is a row: what could be is known by heart to the one that writes. 0004 makes the views anew.
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


def upgrade() -> None:
    for statement in CHANGES.split(";"):
        op.execute(statement)
