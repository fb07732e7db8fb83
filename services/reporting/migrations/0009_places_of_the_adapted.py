"""How many places an adapted workplace has stands beside its word; `inflytt rebuild reporting` tells what it was before."""

from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

PLACES = """
update observations o set code = p.places::text from opportunities p
where o.figure = 'adapted' and o.code = '' and p.opportunity_id = o.subject_id
"""


def upgrade() -> None:
    op.execute(PLACES)
