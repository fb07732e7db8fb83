"""Places published before there were more fields say them too, as they were meant: the same again stays the same."""

from alembic import op

revision, down_revision = "0003", "0002"

MEANT = {
    "job": '{"allocation": "owner_decides", "agreement": null, "how_to_join": null, "wait_months": null, "hours": []}',
    "home": '{"wait_months": null, "tenure": "tenancy", "accessibility": null, "social_purpose": false}',
}
FILLED = [
    f"update opportunities set body = $${meant}$$::jsonb || body where kind = '{kind}'"  # noqa: S608 (our own words)
    for kind, meant in MEANT.items()
]


def upgrade() -> None:
    for statement in FILLED:
        op.execute(statement)
