"""The keys database: one row per subject that can still be read."""

from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.execute("create table keys (subject uuid primary key, wrapped text not null, made_at timestamptz default now())")
