"""The projection."""

from alembic import op

from chassis.migrate import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
create table households (
  interest_id uuid primary key, municipality varchar not null, requested_at timestamptz, registered_at timestamptz,
  adults integer, awaited integer, wants_home boolean, children varchar, withdrawn_at timestamptz,
  withdrawn_reason varchar, lapsed_at timestamptz, moved_in_at timestamptz, moved_in_month varchar);
create table opportunities (
  opportunity_id uuid primary key, municipality varchar not null, kind varchar, partner_id varchar, allocation varchar,
  places integer, posted_at timestamptz, closed_at timestamptz, closed_reason varchar);
create table owner_answers (
  offer_id uuid primary key, municipality varchar not null, opportunity_id uuid, partner_id varchar, answer varchar,
  reason varchar, answered_at timestamptz);
create table person_answers (
  offer_id uuid, person_id uuid, municipality varchar not null, interest_id uuid, answer varchar, reason varchar,
  answered_at timestamptz, primary key (offer_id, person_id));
create table proposals (
  match_id uuid primary key, municipality varchar not null, interest_id uuid, opportunity_id uuid, kind varchar,
  band varchar, proposed_at timestamptz, retracted_at timestamptz, retracted_reason varchar, decision varchar,
  decision_reason varchar, decided_at timestamptz);
create table offers (
  offer_id uuid primary key, municipality varchar not null, match_id uuid, interest_id uuid, opportunity_id uuid,
  partner_id varchar, kind varchar, made_at timestamptz, outcome varchar, outcome_at timestamptz, side varchar,
  reason varchar);
create index ix_offers_interest_id on offers (interest_id);
create table letters (
  message_id uuid primary key, municipality varchar not null, template varchar, language varchar, outcome varchar,
  outcome_at timestamptz);
create table refusals (
  input_id uuid primary key, municipality varchar not null, partner_id varchar, door varchar, code varchar,
  refused_at timestamptz)
"""


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in TABLES.split(";"):
        op.execute(statement)
