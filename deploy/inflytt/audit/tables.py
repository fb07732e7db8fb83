"""The services' tables against the topics: a row for everything that was said, and nothing that nobody said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from inflytt.audit import told
from inflytt.audit.findings import Finding
from inflytt.audit.story import Story

Told = Callable[[Story], Mapping[str, Any]]


@dataclass(frozen=True)
class Table:
    """`sql` gives each row's key and how it stands; `told` what the topics tell of the same."""

    what: str
    database: str
    name: str
    sql: str
    told: Told
    strangers: bool = True  # whether a row that the topics know nothing of is a finding


TABLES = (
    Table("registration", "intake", "interests", "select interest_id, state from interests", told.households),
    Table("person", "intake", "adults", "select person_id, '' from adults", told.people),
    Table("key", "intake_keys", "keys", "select subject, '' from keys", told.keys, strangers=False),
    Table("registration", "matching", "households", "select interest_id, state from households", told.registered),
    Table("person", "matching", "adults", "select person_id, '' from adults", told.matched),
    Table("person", "notifications", "readers", "select person_id, '' from readers", told.people),
    Table(
        "opportunity",
        "intake",
        "opportunities",
        "select opportunity_id, case when closed is null then 'open' else 'closed' end from opportunities",
        told.places,
    ),
    Table("opportunity", "matching", "opportunities", "select opportunity_id, state from opportunities", told.places),
    Table(
        "opportunity",
        "notifications",
        "places",
        "select opportunity_id, '' from places",
        lambda story: dict.fromkeys(story.opportunities, ""),
    ),
    Table("partner", "intake", "partners", "select partner_id, '' from partners", told.partners),
    Table(
        "input",
        "intake",
        "partner_inputs",
        """select topic || ' ' || partition || ' ' || "offset", '' from partner_inputs""",
        told.inputs,
    ),
    Table(
        "answer", "intake", "answers", "select offer_id || ' ' || person_id, answer from answers", told.person_answers
    ),
    Table(
        "answer",
        "matching",
        "answers",
        "select event_id, case when yes then 'yes' else 'no' end from answers",
        told.answers,
    ),
    Table(
        "proposal", "matching", "matches", "select match_id, state from matches where state <> 'near'", told.standing
    ),
    Table(
        "introduction",
        "intake",
        "offers",
        "select offer_id, state || ' ' || coalesce(owner, '-') from offers",
        told.offers_and_owners,
    ),
    Table("introduction", "matching", "offers", "select offer_id, state from offers", told.offers),
    Table(
        "message",
        "notifications",
        "messages",
        "select message_id, state from messages where state not in ('queued', 'sending', 'handing_over')",
        told.messages,
    ),
    Table(
        "message",
        "notifications",
        "messages (asked for)",
        "select event_id || ' ' || recipient || ' ' || template, '' from messages",
        told.asked_for,
        strangers=False,
    ),
    Table(
        "observation",
        "reporting",
        "households",
        """select interest_id, case when registered_at is null then 'asked' else 'confirmed' end || ' ' ||
           case when withdrawn_at is null then 'here' else 'withdrawn' end || ' ' || coalesce(moved_in_month, '-')
           from households""",
        told.roads,
    ),
    Table(
        "observation",
        "reporting",
        "opportunities",
        "select opportunity_id, case when closed_at is null then 'open' else 'closed' end from opportunities",
        told.places,
    ),
    Table(
        "observation",
        "reporting",
        "settled (proposed)",
        """select p.subject_id, coalesce(case a.amount when 1 then 'approved' when 0 then 'rejected' end,
                  case p.amount when 1 then 'proposed' else 'retracted' end)
           from settled p left join settled a on (a.figure, a.subject_id) = ('approved', p.subject_id)
           where p.figure = 'proposed'""",
        lambda story: {id: match.state for id, match in story.matches.items()},
    ),
    Table(
        "observation",
        "reporting",
        "settled (introduced)",
        """select i.subject_id, case when e.code ~ '^(withdrawn|too_late)' then split_part(e.code, '/', 1)
                  else coalesce(e.figure, 'open') end
           from settled i left join settled e
             on e.figure in ('placed', 'fell_through', 'lapsed') and e.subject_id = i.subject_id and e.since is not null
           where i.figure = 'introduced'""",
        told.offers,
    ),
    Table(
        "observation",
        "reporting",
        "settled (accepted)",
        """select subject_id || ' ' || part, case amount when 1 then 'yes' else 'no' end
           from settled where figure = 'accepted'""",
        told.person_answers,
    ),
    Table(
        "observation",
        "reporting",
        "settled (owner_yes)",
        "select subject_id, case amount when 1 then 'yes' else 'no' end from settled where figure = 'owner_yes'",
        told.owner_answers,
    ),
    Table(
        "observation",
        "reporting",
        "settled (mails)",
        """select subject_id, case amount when 1 then 'sent' else split_part(code, '/', 1) end
           from settled where figure = 'mails'""",
        told.messages,
    ),
    Table(
        "observation",
        "reporting",
        "settled (refused)",
        "select subject_id, code from settled where figure = 'refused'",
        told.refusals,
    ),
)


async def compare(story: Story, connections: Mapping[str, asyncpg.Connection]) -> tuple[list[Finding], int]:
    """What is missing, changed or unheard of in any table; and how many rows were looked at."""
    findings, rows = [], 0
    for table in TABLES:
        found = {str(key): value for key, value in await connections[table.database].fetch(table.sql)}
        rows += len(found)
        findings += differences(table, dict(table.told(story)), found)
    return findings, rows


def differences(table: Table, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Finding]:
    """One table against what the topics tell."""
    where = f"{table.database}.{table.name}"

    def lost(id: str, sentence: str) -> Finding:
        return Finding("lost", table.what, id, where, sentence)

    missing = [lost(id, "the topics tell of it, and there is no row") for id in wanted.keys() - found.keys()]
    changed = [
        lost(id, f"the topics tell {wanted[id]!r}, the row says {found[id]!r}")
        for id in wanted.keys() & found.keys()
        if wanted[id] != found[id]
    ]
    strangers = found.keys() - wanted.keys() if table.strangers else set()
    unheard = [lost(id, f"the row says {found[id]!r}, and no topic tells of it") for id in strangers]
    return sorted(missing + changed + unheard, key=lambda finding: finding.id)
