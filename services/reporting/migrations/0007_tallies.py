"""What stands of each subject, and figures as sums of what moved. They are empty until `inflytt rebuild reporting`."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GONE = ("owner_answers", "person_answers", "proposals", "offers", "letters", "refusals")
TABLES = """
create table settled (
  figure varchar, subject_id uuid, part varchar, municipality varchar not null, kind varchar not null,
  code varchar not null, amount integer not null, said boolean not null, final integer, since timestamptz,
  known date not null, primary key (figure, subject_id, part));
create table tallies (
  municipality varchar, figure varchar, kind varchar, code varchar, began date, valid date, known date,
  count integer not null, told_at timestamptz not null,
  primary key (municipality, figure, kind, code, began, valid, known))
"""


def upgrade() -> None:
    for table in GONE:
        op.execute(f"drop table {table}")
    for statement in TABLES.split(";"):
        op.execute(statement)
