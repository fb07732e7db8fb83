"""Erasure: of who is erased no key is left, nothing opened stands in any table, and every service has said so."""

from collections.abc import Mapping

import asyncpg

from inflytt.audit.findings import Finding
from inflytt.audit.story import Story

CARRIED_OUT = ("matching", "notifications", "reporting")
LEFT = {  # where something of a subject could still stand, and what
    ("intake_keys", "keys"): "select subject from keys where subject = any($1::uuid[])",
    ("intake", "adults"): "select person_id from adults where person_id = any($1::uuid[])",
    ("intake", "interests"): "select interest_id from interests where interest_id = any($1::uuid[])",
    ("intake", "links"): "select person_id from links where person_id = any($1::uuid[])",
    ("matching", "adults"): "select person_id from adults where person_id = any($1::uuid[])",
    (
        "matching",
        "households",
    ): "select interest_id from households where interest_id = any($1::uuid[]) and home is not null",
    ("matching", "matches"): """select seeker_id from matches where seeker_id = any($1::uuid[])
        and (reasons is not null or score is not null)""",
    ("notifications", "readers"): "select person_id from readers where person_id = any($1::uuid[])",
}


async def left_behind(story: Story, connections: Mapping[str, asyncpg.Connection]) -> list[Finding]:
    """What should be gone, and who has not said that it is."""
    findings = []
    for (database, table), sql in LEFT.items():
        for (subject,) in await connections[database].fetch(sql, sorted(story.erased)):
            sentence = "the subject is erased, and this still tells of it"
            findings.append(Finding("canary", "erasure", str(subject), f"{database}.{table}", sentence))
    done = {(r.key, r.value["service"]) for r in story.log.of("erasures", "ErasureCarriedOut")}
    return findings + [
        Finding("lost", "erasure", subject, "erasures", f"{service} has not said that it is carried out")
        for subject in sorted(story.erased)
        for service in CARRIED_OUT
        if (subject, service) not in done
    ]
