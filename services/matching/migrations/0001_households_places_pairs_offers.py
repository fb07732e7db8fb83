"""Households, places, pairs, offers."""

from alembic import op

from chassis.migrate import create_chassis_tables

revision = "0001"
down_revision = None

TABLES = """
create table households (
  interest_id uuid primary key, municipality text not null, controller text not null,
  state text not null check (state in ('registered', 'withdrawn')),
  registered_at timestamptz not null, ended_at timestamptz, moved_in text,
  children text not null, awaited int not null, wants_home bool not null, housed bool not null, home jsonb);

create table adults (
  person_id uuid primary key, interest_id uuid not null, position int not null,
  wants_work bool not null, placed bool not null, needs jsonb);
create index ix_adults_interest_id on adults (interest_id);

create table opportunities (
  opportunity_id uuid primary key, kind text not null, municipality text not null, partner_id text not null,
  allocation text not null, state text not null check (state in ('open', 'closed')),
  places int not null, taken int not null, posted_at timestamptz not null, facts jsonb not null,
  constraint opportunities_capacity check (taken >= 0 and taken <= places));
create index opportunities_open on opportunities (municipality, kind) where state = 'open';

create table matches (
  match_id uuid primary key, kind text not null, municipality text not null,
  seeker_id uuid not null, opportunity_id uuid not null, interest_id uuid not null, person_id uuid,
  state text not null check (state in ('near', 'proposed', 'approved', 'rejected')),
  score int, reasons jsonb,
  proposed_at timestamptz, decided_at timestamptz, decided_by text, reason text);
create index ix_matches_seeker_id on matches (seeker_id);
create index ix_matches_opportunity_id on matches (opportunity_id);
create index ix_matches_interest_id on matches (interest_id);
create index matches_waiting on matches (municipality, state, proposed_at);

create table offers (
  offer_id uuid primary key, match_id uuid not null unique references matches,
  interest_id uuid not null, opportunity_id uuid not null, partner_id text not null, kind text not null,
  people uuid[] not null, people_yes uuid[] not null, owner_yes bool not null,
  state text not null check (state in ('open', 'placed', 'too_late', 'fell_through', 'lapsed', 'withdrawn')),
  made_at timestamptz not null, answer_by timestamptz not null, ended_at timestamptz, seat int, ended_by text);
create unique index offers_seat on offers (opportunity_id, seat) where seat is not null;
create index offers_state on offers (opportunity_id, state);
create index ix_offers_interest_id on offers (interest_id);

create table answers (
  event_id uuid primary key, offer_id uuid not null, who text not null, yes bool not null, reason text,
  at timestamptz not null, counted bool not null);
create index ix_answers_offer_id on answers (offer_id);

create table erased (subject_id uuid primary key, at timestamptz not null)
"""

# Who is free to be proposed: the household is registered, they look, nobody has placed them, and what they look for
# could be opened.
SEEKERS = """
create view seekers as
select person_id as id, 'job' as kind, interest_id, person_id, municipality, needs
from adults join households using (interest_id)
where state = 'registered' and wants_work and not placed and needs is not null
union all
select interest_id, 'home', interest_id, null, municipality, home
from households where state = 'registered' and wants_home and not housed and home is not null
"""

# What somebody can be proposed for. A queue is joined, never allocated; an authority decides for itself.
FREE_PLACES = """
create view free_places as
select * from opportunities
where state = 'open' and taken < places and allocation in ('owner_decides', 'pool')
"""


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in (*TABLES.split(";"), SEEKERS, FREE_PLACES):
        op.execute(statement)
