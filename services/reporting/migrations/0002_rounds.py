"""Rounds, and what they found scarce."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
create table rounds (
  round_id uuid primary key, municipality varchar not null, households integer, served integer, points integer,
  bound integer, fairness_price integer, allocated_at timestamptz, undone_at timestamptz, undone_reason varchar,
  withdrawn integer, stand integer);
create table needs (
  round_id uuid, municipality varchar, kind varchar, sort varchar, skill varchar, area varchar, month varchar,
  more integer, helped integer not null, found_at timestamptz,
  primary key (round_id, municipality, kind, sort, skill, area, month))
"""


def upgrade() -> None:
    for statement in TABLES.split(";"):
        op.execute(statement)
