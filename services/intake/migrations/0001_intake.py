"""Households, links, partners, offers: all that intake keeps, beside the chassis' own tables."""

from alembic import op

from chassis.migrate import create_chassis_tables

revision, down_revision = "0001", None

TABLES = """
create table interests (
  interest_id uuid primary key, municipality text not null, state text not null, wants_home boolean not null,
  children text not null, home text, moved_in text,
  registered_at timestamptz not null, changed_at timestamptz not null);

create table adults (
  person_id uuid primary key, interest_id uuid not null references interests on delete cascade,
  position integer not null, language text not null, wants_work boolean not null, groups text[] not null,
  particulars text not null, confirmed_at timestamptz);
create index ix_adults_interest_id on adults (interest_id);

create table links (
  token_hash bytea primary key, person_id uuid not null references adults on delete cascade,
  purpose text not null, expires_at timestamptz not null, used_at timestamptz);
create index ix_links_person_id on links (person_id);
create index ix_links_expires_at on links (expires_at);

create table replies (
  key_hash bytea primary key, payload_hash bytea not null, status integer not null, body jsonb not null,
  at timestamptz not null);
create index ix_replies_at on replies (at);

create table partners (
  partner_id text primary key, kind text not null, name text not null, agreement text, municipality text not null,
  key_hash text not null unique, email text not null);

create table opportunities (
  opportunity_id uuid primary key, partner_id text not null references partners, kind text not null,
  reference text not null, body jsonb not null, closed text, changed_at timestamptz not null,
  unique (partner_id, kind, reference));

create table offers (
  offer_id uuid primary key, interest_id uuid not null, opportunity_id uuid not null, partner_id text not null,
  kind text not null, people uuid[] not null, answer_by timestamptz not null, state text not null, reason text,
  owner text, made_at timestamptz not null, ended_at timestamptz);
create index ix_offers_interest_id on offers (interest_id);
create index offers_partner_state on offers (partner_id, state);
create index offers_people on offers using gin (people);

create table answers (
  offer_id uuid not null, person_id uuid not null, answer text not null, at timestamptz not null,
  primary key (offer_id, person_id));

create table disclosures (
  offer_id uuid not null, person_id uuid not null, partner_id text not null, fields text[] not null,
  first_at timestamptz not null, last_at timestamptz not null, primary key (offer_id, person_id));
create index ix_disclosures_person_id on disclosures (person_id);

create table partner_inputs (
  topic text not null, partition integer not null, "offset" bigint not null, partner_id text not null, refused text,
  at timestamptz not null, primary key (topic, partition, "offset"));
"""


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
