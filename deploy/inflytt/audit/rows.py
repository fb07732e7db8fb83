"""What stands in the services' own tables, read by an outsider: of each the few columns that tell something."""

from collections.abc import Mapping
from typing import Any

import asyncpg

Row = dict[str, Any]
Rows = dict[str, dict[str, list[Row]]]  # by service, by what was asked

READ = {  # the topics that each service has to hear all of
    "intake": ("matches",),
    "matching": ("interests", "opportunities", "matches", "erasures"),
    "notifications": ("interests", "opportunities", "matches", "erasures"),
    "reporting": (
        "interests",
        "opportunities",
        "matches",
        "messages",
        "partners",
        "rounds",
        "followup",
        "measurements",
        "erasures",
    ),
}
OF_ALL = {  # of the tables that every service has
    "streams": "select topic, key, version from streams",
    "outbox": "select id::text, topic, key, version from outbox",
    "inbox": "select event_id::text, xmin::text::bigint as taken from inbox",
    "heard": "select source, topic, key, version from heard",
    "offsets": 'select topic, partition, "offset" from offsets',
    "parked": """select id, consumer, source, topic, key, event_id::text, version, state, error from parked
                 order by id""",
    "overdue": "select kind, key, error from due where error is not null",
}
OF_ONE = {
    "intake": {
        "interests": "select interest_id::text from interests",
        "adults": "select interest_id::text, confirmed_at from adults",
        "opportunities": "select opportunity_id::text, reference from opportunities",
        "partner_inputs": 'select topic, partition, "offset", refused from partner_inputs',
        "replies": "select body ->> 'interest_id' as interest_id from replies where body ? 'interest_id'",
    },
    "matching": {
        "opportunities": "select opportunity_id::text, places, taken from opportunities",
        "seats": "select offer_id::text, opportunity_id::text, seat from offers where seat is not null",
    },
    "notifications": {
        "messages": """select message_id::text, event_id::text, recipient, template, offer_id::text, interest_id::text,
                       state, reason from messages"""
    },
}


async def read_rows(connections: Mapping[str, asyncpg.Connection]) -> Rows:
    """All of it, as it stands now."""
    return {
        service: {
            name: [dict(row) for row in await connections[service].fetch(sql)]
            for name, sql in (OF_ALL | OF_ONE.get(service, {})).items()
        }
        for service in READ
    }
