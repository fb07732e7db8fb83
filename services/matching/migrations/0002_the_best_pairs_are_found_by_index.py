"""The best pairs of a seeker and of a place are found by index, however many there are."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("drop index ix_matches_seeker_id")
    op.execute("drop index ix_matches_opportunity_id")
    op.execute("create index matches_best_of_seeker on matches (seeker_id, score desc, opportunity_id)")
    op.execute("create index matches_best_of_place on matches (opportunity_id, score desc, seeker_id)")
