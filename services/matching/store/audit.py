"""The audit's chains: added to, read, never changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from matching.domain import audit
from matching.domain.audit import Entry
from matching.domain.proof import Line

# The upsert's row lock makes two who add to one chain wait for each other. Chains are locked sorted: two transactions
# never wait in a circle.
HEADS = """
insert into audit_heads (interest_id, entries, hash)
select id, n, '' from unnest($1::uuid[], $2::int[]) as c(id, n) order by id
on conflict (interest_id) do update set entries = audit_heads.entries + excluded.entries
returning interest_id, entries, hash
"""

APPEND = """
with entered as (
  insert into audit (interest_id, number, kind, inputs, outputs, by, at, previous, hash)
  select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                       $9::text[]))
update audit_heads set hash = new.hash from unnest($10::uuid[], $11::text[]) as new(id, hash) where interest_id = new.id
"""


@dataclass(frozen=True)
class Chain:
    """All that is written down of one household, and the hash that it is remembered to end with."""

    interest_id: UUID
    entries: tuple[Entry, ...]
    head: str


async def append(tx: Transaction, lines: Sequence[Line]) -> None:
    """Adds each to its household's chain, in this order."""
    if not lines:
        return
    new = Counter(line.interest_id for line in lines)
    rows = await tx.fetch(HEADS, sorted(new), [new[id] for id in sorted(new)])
    number = {row["interest_id"]: row["entries"] - new[row["interest_id"]] for row in rows}
    head = {row["interest_id"]: row["hash"] or audit.beginning(str(row["interest_id"])) for row in rows}
    written = []
    for line in lines:
        id = line.interest_id
        entry = audit.append(head[id], line.kind, line.inputs, line.outputs, line.by, line.at)
        number[id], head[id] = number[id] + 1, entry.hash
        written.append((id, number[id], entry))
    await tx.execute(
        APPEND,
        [id for id, _, _ in written],
        [nth for _, nth, _ in written],
        [entry.kind for _, _, entry in written],
        [entry.inputs.decode() for _, _, entry in written],
        [entry.outputs.decode() for _, _, entry in written],
        [entry.by for _, _, entry in written],
        [entry.at for _, _, entry in written],
        [entry.previous for _, _, entry in written],
        [entry.hash for _, _, entry in written],
        list(head),
        list(head.values()),
    )


async def chain(tx: Transaction, interest_id: UUID) -> Chain:
    """The household's, which is empty when nothing has been said of it."""
    rows = await tx.fetch("select * from audit where interest_id = $1 order by number", interest_id)
    heads = await tx.fetch("select hash from audit_heads where interest_id = $1", interest_id)
    entries = tuple(
        Entry(row["previous"], row["kind"], row["inputs"].encode(), row["outputs"].encode(), row["by"], row["at"])
        for row in rows
    )
    return Chain(interest_id, entries, heads[0]["hash"] if heads else audit.beginning(str(interest_id)))
