"""What has been told to whom: the ledger of messages, and each reader's language. Only here is SQL spoken."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.database import Transaction
from chassis.tables import table_base
from notifications.domain import MAIL, Letter, State, send_at

Base: Any = table_base()

UNTIL_TOLD = "sv"  # the language noted for a reader of whom we have not heard yet; intake tells it when the letter goes


class Reader(Base, table=True):  # type: ignore[call-arg]
    """The language an adult reads, from their first mail on."""

    __tablename__ = "readers"
    person_id: UUID = Field(primary_key=True)
    interest_id: UUID = Field(index=True)
    language: str


class Place(Base, table=True):  # type: ignore[call-arg]
    """What letters say of a place, as its owner published it."""

    __tablename__ = "places"
    opportunity_id: UUID = Field(primary_key=True)
    told: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))


class Message(Base, table=True):  # type: ignore[call-arg]
    """One message to one recipient: the send ledger. `claim` names the round that works on it, until `lease_until`."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("event_id", "recipient", "template", "channel", name="messages_told_once"),
        Index("messages_waiting", "send_at", postgresql_where=text("state = 'queued'")),
        Index("messages_claimed", "lease_until", postgresql_where=text("state in ('sending', 'handing_over')")),
        Index("messages_uncertain", "queued_at", postgresql_where=text("state = 'uncertain'")),
    )
    message_id: UUID = Field(primary_key=True)
    event_id: UUID
    recipient: str
    person_id: UUID | None = Field(default=None, index=True)
    partner_id: str | None = None
    template: str
    channel: str
    language: str
    interest_id: UUID
    offer_id: UUID | None = None
    opportunity_id: UUID | None = None
    facts: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    state: str
    at_any_hour: bool
    send_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))  # platform time
    attempts: int = 0
    reason: str | None = None
    claim: UUID | None = None
    lease_until: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))  # wall time
    traceparent: str
    municipality: str
    controller: str
    queued_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    done_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


async def remember_reader(tx: Transaction, person_id: UUID, interest_id: UUID, language: str) -> None:
    await tx.execute(
        """insert into readers (person_id, interest_id, language) values ($1, $2, $3)
           on conflict (person_id) do update set language = excluded.language""",
        person_id, interest_id, language,
    )  # fmt: skip


async def forget_reader(tx: Transaction, person_id: UUID) -> None:
    await tx.execute("delete from readers where person_id = $1", person_id)


async def forget_others(tx: Transaction, interest_id: UUID, people: Sequence[UUID]) -> None:
    """Of the household only these people are remembered."""
    await tx.execute("delete from readers where interest_id = $1 and person_id <> all($2)", interest_id, people)


async def remember_place(tx: Transaction, opportunity_id: UUID, told: dict[str, str]) -> None:
    await tx.execute(
        """insert into places (opportunity_id, told) values ($1, $2)
           on conflict (opportunity_id) do update set told = excluded.told""",
        opportunity_id, json.dumps(told),
    )  # fmt: skip


async def places(tx: Transaction, opportunities: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """What is known of these opportunities; one that we have not heard of yet is missing."""
    rows = await tx.fetch(
        "select opportunity_id, told from places where opportunity_id = any($1::uuid[])", opportunities
    )
    return {row["opportunity_id"]: row["told"] for row in rows}


async def queue(tx: Transaction, letters: Sequence[Letter]) -> None:
    """Writes the letters that the event in hand asks for; one that stands in the ledger already stays as it is."""
    assert tx.envelope is not None
    heard = tx.envelope
    languages = await _languages(tx, [letter.person_id for letter in letters if letter.person_id])
    for letter in letters:
        spoken = letter.language or (languages.get(letter.person_id) if letter.person_id else None) or UNTIL_TOLD
        await tx.execute(
            """insert into messages (message_id, event_id, recipient, person_id, partner_id, template, channel,
                 language, interest_id, offer_id, opportunity_id, facts, state, at_any_hour, send_at, attempts,
                 traceparent, municipality, controller, queued_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', $13, $14, 0, $15, $16, $17, $18)
               on conflict (event_id, recipient, template, channel) do nothing""",
            letter.id(heard.id), heard.id, letter.recipient, letter.person_id, letter.partner_id, letter.template, MAIL,
            spoken, letter.interest_id, letter.offer_id, letter.opportunity_id, json.dumps(letter.facts),
            letter.at_any_hour, send_at(letter.at_any_hour, tx.now), heard.traceparent, heard.municipality,
            heard.controller, tx.now,
        )  # fmt: skip


async def _languages(tx: Transaction, people: Sequence[UUID]) -> dict[UUID, str]:
    rows = await tx.fetch("select person_id, language from readers where person_id = any($1::uuid[])", people)
    return {row["person_id"]: row["language"] for row in rows}


async def claim(tx: Transaction, claim: UUID, limit: int, any_hour_only: bool, until: datetime) -> list[Message]:
    """Takes up to `limit` letters that are due, the longest due first, for the round `claim`, until `until` (wall)."""
    rows = await tx.fetch(
        """update messages set state = 'sending', claim = $1, lease_until = $2
           where message_id in (
             select message_id from messages
             where state = 'queued' and send_at <= $3 and (at_any_hour or not $4)
             order by send_at limit $5 for update skip locked)
           returning *""",
        claim, until, tx.now, any_hour_only, limit,
    )  # fmt: skip
    return sorted((_message(row) for row in rows), key=lambda message: message.send_at)


async def handing_over(tx: Transaction, claim: UUID, message_id: UUID, until: datetime) -> bool:
    """Notes that the text is about to be handed over; False when the letter is no longer this round's to send."""
    done = await tx.execute(
        """update messages set state = 'handing_over', lease_until = $3
           where message_id = $1 and claim = $2 and state in ('sending', 'handing_over')""",
        message_id, claim, until,
    )  # fmt: skip
    return done == "UPDATE 1"


async def put_back(tx: Transaction, claim: UUID, message_id: UUID, at: datetime, attempts: int, reason: str) -> None:
    """Nothing was taken by the provider: the letter waits until `at` (platform time)."""
    await tx.execute(
        """update messages set state = 'queued', claim = null, lease_until = null, send_at = $3, attempts = $4, reason = $5
           where message_id = $1 and claim = $2 and state in ('sending', 'handing_over')""",
        message_id, claim, at, attempts, reason,
    )  # fmt: skip


async def settle(
    tx: Transaction, claim: UUID, message_id: UUID, state: State, language: str, reason: str | None
) -> bool:
    """Writes how it ended; an answer that comes after all also ends an uncertain one. False when it had ended before."""
    done = await tx.execute(
        """update messages set state = $3, language = $4, reason = $5, lease_until = null, done_at = $6
           where message_id = $1 and claim = $2 and state in ('sending', 'handing_over', 'uncertain')
             and state <> $3""",
        message_id, claim, state, language, reason, tx.now,
    )  # fmt: skip
    return done == "UPDATE 1"


async def release(tx: Transaction, claim: UUID, at: datetime) -> None:
    """The round ends early: what it has not begun with goes back in line, for `at` (platform time)."""
    await tx.execute(
        """update messages set state = 'queued', claim = null, lease_until = null, send_at = greatest(send_at, $2)
           where claim = $1 and state = 'sending'""",
        claim, at,
    )  # fmt: skip


async def recover_unsent(tx: Transaction, wall: datetime) -> int:
    """Letters of a round that died before it handed them over go back in line. Returns how many."""
    rows = await tx.fetch(
        """update messages set state = 'queued', claim = null, lease_until = null
           where state = 'sending' and lease_until < $1 returning message_id""",
        wall,
    )  # fmt: skip
    return len(rows)


async def lost_in_handing_over(tx: Transaction, wall: datetime) -> list[Message]:
    """Letters of a round that died while it handed them over: nobody knows if they arrived. Now `uncertain`."""
    rows = await tx.fetch(
        """update messages set state = 'uncertain', reason = 'process_ended', lease_until = null, done_at = $2
           where state = 'handing_over' and lease_until < $1 returning *""",
        wall, tx.now,
    )  # fmt: skip
    return [_message(row) for row in rows]


async def suppress_for(tx: Transaction, person_id: UUID, reason: str) -> list[Message]:
    """The letters that wait for somebody shall not go. Returns them."""
    rows = await tx.fetch(
        """update messages set state = 'suppressed', reason = $2, claim = null, lease_until = null, done_at = $3
           where person_id = $1 and state in ('queued', 'sending') returning *""",
        person_id, reason, tx.now,
    )  # fmt: skip
    return [_message(row) for row in rows]


async def uncertain(tx: Transaction, limit: int = 100) -> list[Message]:
    """Messages that may or may not have arrived, the oldest first: for people to look at, never sent by themselves."""
    rows = await tx.fetch("select * from messages where state = 'uncertain' order by queued_at limit $1", limit)
    return [_message(row) for row in rows]


def _message(row: Any) -> Message:
    return Message(**row)
