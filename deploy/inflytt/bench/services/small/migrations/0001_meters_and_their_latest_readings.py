"""Meters and their latest readings."""

from alembic import op

from chassis.migrate import create_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables(op)
    op.execute("create table meters (id uuid primary key, total int not null)")
    op.execute(
        """create table latest (meter_id uuid primary key, readings int not null, total int not null,
                                place varchar not null, month varchar not null)"""
    )
