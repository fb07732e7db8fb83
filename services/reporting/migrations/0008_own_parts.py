"""Drafts say whose they are: those there were are the municipality's. Every version of them stays."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNIT = """
alter table drafts add column unit varchar not null default '';
alter table drafts alter column unit drop default;
alter table drafts drop constraint drafts_pkey;
alter table drafts add primary key (programme, per, subject, unit, version);
create trigger append_only before update or delete or truncate on drafts for each statement execute function kept()
"""


def upgrade() -> None:
    for statement in UNIT.split(";"):
        op.execute(statement)
