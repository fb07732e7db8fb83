"""Periods of follow-up and their drafts."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
create table periods (
  programme varchar, per date, report_by date not null, review_by date not null, publish_by date not null,
  opened_by varchar not null, opened_at timestamptz not null, published_by varchar, known timestamptz,
  hashes jsonb not null, offsets jsonb, archived_at timestamptz, primary key (programme, per));
create table drafts (
  programme varchar, per date, subject varchar, version integer, status varchar not null, text varchar not null,
  expected varchar, written_by varchar not null, ready_by varchar, reviewed_by varchar, returned varchar,
  at timestamptz not null, primary key (programme, per, subject, version))
"""


def upgrade() -> None:
    for statement in TABLES.split(";"):
        op.execute(statement)
