"""Bugs in saying: between a promise to somebody, its transaction, the outbox and Kafka."""

from bugs.plant import Edit, Plant

NEXT_ROWS = "rows: list[asyncpg.Record] = await connection.fetch(NEXT, acked, list(known), LIMIT)"
COLUMNS = "select seq, id, topic, key, version, type, headers, payload from outbox"
STREAMS = "unnest($1::text[], $2::text[], $3::bigint[]) as c(topic, key, n) order by topic, key"

SAYING = (
    Plant(
        "acknowledges_first",
        "A person reads 'your answer is in' and it never was: their answer to an offer is gone, and the offer lapses.",
        (Edit("chassis.service", 'Depends(transaction, scope="function")', 'Depends(transaction, scope="request")'),),
        "tests/chassis/test_answers.py::test_who_is_told_that_it_worked_finds_it_kept_and_nobody_else_is_told_so[promises]",
    ),
    Plant(
        "answers_before_the_group_commits",
        "In a rush of registrations a household is told that it is registered, and its group's commit then fails.",
        (
            Edit(
                "chassis.together",
                "answers = [await tx.part(asked.work, asked.context) for asked in group]",
                "answers = [await tx.part(asked.work, asked.context) for asked in group]\n"
                "for asked, answer in zip(group, answers, strict=True):\n"
                "    if not asked.answer.done():\n"
                "        asked.answer.set_result(answer)",
            ),
        ),
        "tests/chassis/test_answers.py::test_who_is_told_that_it_worked_finds_it_kept_and_nobody_else_is_told_so[together]",
    ),
    Plant(
        "no_key_lock",
        "Both adults of a household confirm in the same second; one of the two changes is dropped as a repeat.",
        (
            Edit(
                "chassis.outbox",
                f"select topic, key, n from {STREAMS}",
                "select c.topic, c.key, n + coalesce((select s.version from streams s\n"
                "  where (s.topic, s.key) = (c.topic, c.key)), 0)\n"
                f"from {STREAMS}",
            ),
            Edit(
                "chassis.outbox", "set version = streams.version + excluded.version", "set version = excluded.version"
            ),
        ),
        "tests/chassis/test_numbering.py::test_two_that_speak_of_one_key_at_once_are_numbered_one_after_the_other",
    ),
    Plant(
        "numbers_keys_in_call_order",
        "Two partners' uploads that touch the same jobs wait for each other in a ring, and one of them is thrown out.",
        (
            Edit("chassis.outbox", "streams = sorted(total)", "streams = list(total)"),
            Edit("chassis.outbox", STREAMS, STREAMS.removesuffix(" order by topic, key")),
        ),
        "tests/chassis/test_numbering.py::test_who_speak_of_the_same_keys_in_any_order_do_not_wait_for_each_other_in_a_ring",
    ),
    Plant(
        "keys_from_the_wrong_field",
        "An offer's end is read before the offer, because they lie in different queues: a family waits for an answer that came.",
        (
            Edit(
                "contracts.event", "getattr(self, self.keyed_by)", "getattr(self, next(iter(type(self).model_fields)))"
            ),
        ),
        "tests/matching/test_keys.py::test_all_that_is_said_of_a_household_is_said_under_its_own_key",
    ),
    Plant(
        "cursor_relay",
        "Two register in the same instant; the one whose commit came last is never heard of by matching.",
        (
            Edit(
                "chassis.relay",
                NEXT_ROWS,
                "await connection.execute('delete from outbox where seq = any($1::bigint[])', acked)\n"
                f"after = '{COLUMNS} where seq > $1 order by seq limit $2'\n"
                "rows = await connection.fetch(after, getattr(self, 'last', 0), LIMIT)\n"
                "self.last = rows[-1]['seq'] if rows else getattr(self, 'last', 0)",
            ),
        ),
        "tests/chassis/test_relays.py::test_what_is_committed_late_leaves_though_later_rows_have_left",
    ),
    Plant(
        "skip_locked_relay",
        "With two relays a household's withdrawal overtakes its registration, and it is offered homes it does not want.",
        (
            Edit(
                "chassis.relay",
                'while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):',
                "while False:",
            ),
            Edit(
                "chassis.relay",
                NEXT_ROWS,
                "await connection.execute('delete from outbox where seq = any($1::bigint[])', acked)\n"
                "if set(known) - set(acked):\n"
                "    return []\n"
                "if connection.is_in_transaction():\n"
                "    await connection.execute('commit')\n"
                "await connection.execute('begin')\n"
                f"rows = await connection.fetch('{COLUMNS} order by seq limit 20 for update skip locked')",
            ),
        ),
        "tests/chassis/test_relays.py::test_a_row_that_somebody_holds_is_not_overtaken_by_its_keys_later_rows",
    ),
)
