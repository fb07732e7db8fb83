"""Programmes of goals and assignments: append-only."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = """
create table programme_parts (
  programme varchar, kind varchar, id varchar, version integer, recorded_at timestamptz not null, body jsonb not null,
  primary key (programme, kind, id, version))
"""
KEPT = """
create function kept() returns trigger language plpgsql as $$
begin raise exception '% is append-only', tg_table_name; end $$
"""
APPEND_ONLY = """
create trigger append_only before update or delete or truncate on programme_parts for each statement execute function kept()
"""


def upgrade() -> None:
    for statement in (TABLE, KEPT, APPEND_ONLY):
        op.execute(statement)
