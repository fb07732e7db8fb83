"""What a household was asked some months after it moved in, and its last answer."""

from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.execute(
        """create table stays (
             interest_id uuid references interests on delete cascade, months integer, asked_at timestamptz not null,
             answered boolean not null, left_in text, primary key (interest_id, months))"""
    )
