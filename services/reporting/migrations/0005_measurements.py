"""What partners have measured."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
create table measurements (
  event_id uuid primary key, indicator_id varchar not null, municipality varchar not null, partner_id varchar not null,
  period_from date not null, period_to date not null, breakdown varchar not null, value integer not null,
  unit varchar not null, measured_at date not null, source varchar not null, recorded_at timestamptz not null,
  topic varchar not null, partition integer not null, "offset" bigint not null);
create index measurements_of on measurements (indicator_id, municipality)
"""


def upgrade() -> None:
    for statement in TABLES.split(";"):
        op.execute(statement)
