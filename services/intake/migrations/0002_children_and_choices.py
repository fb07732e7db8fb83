"""Children who need a place, and what each adult has chosen: to be matched, and to share what they look for."""

from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.execute("alter table interests add pupils text")
    for choice in ("consents", "shares"):  # who was there before had said yes to both by registering
        op.execute(f"alter table adults add {choice} boolean not null default true")
        op.execute(f"alter table adults alter {choice} drop default")
