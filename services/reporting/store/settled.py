"""What stands and what moved, read and written in sets: one statement each a batch."""

from collections.abc import Collection, Mapping

from chassis.database import Transaction
from reporting.domain.settling import Key, Moved, Settled, Tally

READ = """
select figure, subject_id, part, municipality, kind, code, amount, said, final, since, known
from unnest($1::text[], $2::uuid[], $3::text[]) as asked (figure, subject_id, part)
join settled using (figure, subject_id, part)
"""
# A key is one partition's, and so one writer's: in any order, nobody waits for anybody.
WRITE = """
insert into settled (figure, subject_id, part, municipality, kind, code, amount, said, final, since, known)
select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::boolean[],
  $9::int[], $10::timestamptz[], $11::date[])
on conflict (figure, subject_id, part) do update set municipality = excluded.municipality, kind = excluded.kind,
  code = excluded.code, amount = excluded.amount, said = excluded.said, final = excluded.final, since = excluded.since,
  known = excluded.known
"""
# Every writer adds to the same day's rows, so this comes last in a transaction, and always in the same order.
ADD = """
insert into tallies (municipality, figure, kind, code, began, valid, known, count, told_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::date[], $8::int[],
  $9::timestamptz[])
on conflict (municipality, figure, kind, code, began, valid, known)
do update set count = tallies.count + excluded.count, told_at = greatest(tallies.told_at, excluded.told_at)
"""


async def read(tx: Transaction, keys: Collection[Key]) -> dict[Key, Settled]:
    """What stands of these; who isn't there has never been told of."""
    if not keys:
        return {}
    rows = await tx.fetch(READ, *zip(*keys, strict=True))
    return {(figure, subject, part): Settled(*stands) for figure, subject, part, *stands in rows}


async def write(tx: Transaction, stands: Mapping[Key, Settled], moved: Mapping[Tally, Moved]) -> None:
    if stands:
        await tx.execute(WRITE, *zip(*((*key, *stood) for key, stood in stands.items()), strict=True))
    if moved:
        await tx.execute(ADD, *zip(*((*tally, *moved[tally]) for tally in sorted(moved)), strict=True))
