"""Readers, places, and the ledger of what was told to whom."""

from alembic import op

from chassis.migrate import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_chassis_tables(op)
    op.execute(
        "create table readers (person_id uuid primary key, interest_id uuid not null, language varchar not null)"
    )
    op.execute("create index ix_readers_interest_id on readers (interest_id)")
    op.execute("create table places (opportunity_id uuid primary key, told jsonb not null)")
    op.execute(
        """create table messages (
             message_id uuid primary key, event_id uuid not null, recipient varchar not null,
             person_id uuid, partner_id varchar, template varchar not null, channel varchar not null,
             language varchar not null, interest_id uuid not null, offer_id uuid, opportunity_id uuid,
             facts jsonb not null, state varchar not null, at_any_hour boolean not null,
             send_at timestamptz not null, attempts integer not null, reason varchar, claim uuid,
             lease_until timestamptz, traceparent varchar not null, municipality varchar not null,
             controller varchar not null, queued_at timestamptz not null, done_at timestamptz,
             constraint messages_told_once unique (event_id, recipient, template, channel))"""
    )
    op.execute("create index ix_messages_person_id on messages (person_id)")
    op.execute("create index messages_waiting on messages (send_at) where state = 'queued'")
    op.execute("create index messages_claimed on messages (lease_until) where state in ('sending', 'handing_over')")
    op.execute("create index messages_uncertain on messages (queued_at) where state = 'uncertain'")
