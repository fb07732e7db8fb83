"""Observations: every figure as of a day, as known on another."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = """
create table observations (
  topic varchar, partition integer, "offset" bigint, figure varchar, event_id uuid not null, municipality varchar not null,
  kind varchar not null, subject_id uuid not null, part varchar not null, code varchar not null,
  valid_at timestamptz not null, recorded_at timestamptz not null, amount integer not null, final boolean not null,
  primary key (topic, partition, "offset", figure))
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("create index ix_observations_figure_recorded_at on observations (figure, recorded_at)")
