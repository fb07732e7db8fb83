"""All words of a subject are found together; and how many places an adapted workplace has stands in its word.

How many they were before they were changed is known after `inflytt rebuild reporting`.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PLACES = """
update observations o set code = p.places::text from opportunities p
where o.figure = 'adapted' and o.code = '' and p.opportunity_id = o.subject_id
"""


def upgrade() -> None:
    op.execute(PLACES)
    op.execute("create index ix_observations_subject_id on observations (subject_id)")
