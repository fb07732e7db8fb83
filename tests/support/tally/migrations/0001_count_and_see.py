"""count and see."""

from alembic import op

from chassis.migrate import create_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables(op)
    op.execute("create table counters (id uuid primary key, total int not null)")
    op.execute("create table seen (id uuid primary key, events int not null, total int not null)")
    op.execute(
        "create table steps (nth int generated always as identity primary key, id uuid not null, total int not null)"
    )
    op.execute("create table poison (note varchar primary key)")
    op.execute("create table echoes (nth int generated always as identity, id uuid not null, total int not null)")
    op.execute("create table chimes (id uuid not null)")
    op.execute("create table told (id uuid not null, secret varchar)")
