"""Rounds: asked for, solved, published and perhaps taken back; each stays."""

from alembic import op

revision = "0005"
down_revision = "0004"

ROUNDS = """
create table rounds (
  round_id uuid primary key, municipality text not null, controller text not null, kinds text[] not null,
  state text not null check (state in ('asked', 'solving', 'solved', 'refused', 'published', 'undone')),
  asked_by text not null, asked_at timestamptz not null, locks jsonb not null,
  progress text not null, beat timestamptz, result jsonb, why text,
  decided_by text, decided_at timestamptz, undone_by text, undone_at timestamptz, outcome jsonb);
create index rounds_newest on rounds (municipality, asked_at desc);
create index rounds_to_solve on rounds (asked_at) where state in ('asked', 'solving');
create table round_offers (round_id uuid not null references rounds, offer_id uuid not null primary key)
"""


def upgrade() -> None:
    for statement in ROUNDS.split(";"):
        op.execute(statement)
