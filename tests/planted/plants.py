"""The planted bugs: what each would do to people, the few words of code it changes, and the test that must catch it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In the source of `module`, the words `was`, which stand there once, become others; new lines are indented alike."""

    module: str
    was: str
    becomes: str


@dataclass(frozen=True)
class Plant:
    name: str
    harm: str
    edits: tuple[Edit, ...]
    caught_by: str  # pytest's id, from the clone's root


NEXT_ROWS = "rows: list[asyncpg.Record] = await connection.fetch(NEXT, acked, list(known), LIMIT)"
COLUMNS = "select seq, id, topic, key, version, type, headers, payload from outbox"
STREAMS = "unnest($1::text[], $2::text[], $3::bigint[]) as c(topic, key, n) order by topic, key"

PLANTS = (
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
        "inbox_outside_the_transaction",
        "A moment without a database, and a registration counts as handled that nobody handled: no job is ever proposed.",
        (
            Edit(
                "chassis.batch",
                "async with self.begin() as tx:",
                "async with self.begin() as before:\n"
                "    ids = [h.envelope.id for h in records if h.envelope]\n"
                "    taken = await before.fetch('insert into inbox (consumer, event_id) select $1, unnest($2::uuid[])'\n"
                "        ' on conflict do nothing returning event_id', self.consumer, ids)\n"
                "async with self.begin() as tx:",
            ),
            Edit(
                "chassis.batch",
                "standing = await Standing.taken(tx, self.consumer, records, hopeful=not one_by_one)",
                "standing = await Standing.taken(tx, self.consumer, records, hopeful=not one_by_one)\n"
                "standing.fresh = {row['event_id'] for row in taken}",
            ),
        ),
        "tests/chassis/test_batches.py::test_a_batch_whose_connection_is_lost_is_handled_whole_when_it_comes_again",
    ),
    Plant(
        "commits_offsets_first",
        "A process dies in the middle of a batch, and up to 500 yeses and noes of people are never read again.",
        (
            Edit(
                "chassis.batch",
                "async with self.begin() as tx:",
                "from chassis.standing import _places\n"
                "async with self.begin() as before:\n"
                "    await Standing(self.consumer, _places(records)).save(before)\n"
                "async with self.begin() as tx:",
            ),
        ),
        "tests/chassis/test_crash_points.py::test_a_consumer_killed_here_loses_nothing_and_does_nothing_twice[before commit]",
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
        "tests/chassis/test_relays.py::test_two_relays_that_start_at_once_keep_each_key_in_order",
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
        "resets_to_latest",
        "A new service, or one whose group Kafka forgot, begins today: who registered before it does not exist for it.",
        (
            Edit("chassis.subscription", 'auto_offset_reset="earliest"', 'auto_offset_reset="latest"'),
            Edit(
                "chassis.listening",
                "self.subscriber.consumer.seek(where, saved.get(where, 0))",
                "if where in saved:\n    self.subscriber.consumer.seek(where, saved[where])",
            ),
        ),
        "tests/chassis/test_readers.py::test_a_consumer_that_comes_late_hears_all_that_was_said_before",
    ),
    Plant(
        "drops_a_batch_on_rebalance",
        "A consumer is added on a busy day; what was being handled at that moment, families' answers, is skipped for good.",
        (
            Edit("chassis.listening", "async with self.busy:  # the batch under way ends", "if True:  # nobody waits"),
            Edit(
                "chassis.listening",
                "await self._tell()",
                "with suppress(CommitFailedError, IllegalStateError):\n    await self.subscriber.consumer.commit()",
            ),
            Edit("chassis.listening", "self.subscriber.consumer.seek(where, saved.get(where, 0))", "pass"),
            Edit(
                "chassis.listening",
                "self.held, self.told = {where: saved.get(where, 0) for where in assigned}, {}",
                "self.held = {where: saved.get(where, 0) for where in assigned}\nself.told = dict(self.held)",
            ),
        ),
        "tests/chassis/test_readers.py::test_a_batch_under_way_when_partitions_move_is_handled_though_its_reader_is_killed",
    ),
    Plant(
        "saves_versions_of_a_stale_batch",
        "A reader that was thought dead wakes up; the event behind the one it still had is dropped as a repeat.",
        (Edit("chassis.standing", " and (select count(*) from fresh) = cardinality($5)", ""),),
        "tests/chassis/test_batches.py::test_of_two_batches_that_overlap_each_event_has_its_effect_once",
    ),
    Plant(
        "version_from_the_payload",
        "A partner's own field named version decides what is new: its next change to a home is taken for a repeat.",
        (
            Edit(
                "chassis.records",
                "envelope = said",
                'told = __import__("json").loads(value) if value.startswith(b"{") else {}\n'
                'envelope = said._replace(version=told.get("version", said.version))',
            ),
        ),
        "tests/chassis/test_batches.py::test_a_number_in_the_payload_is_no_version",
    ),
    Plant(
        "retries_for_ever_on_poison",
        "One event that can't be handled stands in the door, and nobody behind it, in any family, is served any more.",
        (Edit("chassis.batch", "if is_passing(error) or isinstance(error, TooManyParked):", "if error:"),),
        "tests/chassis/test_parking.py::test_what_no_column_takes_is_parked_rather_than_waited_for",
    ),
    Plant(
        "swallows_an_unknown_header",
        "A record whose headers we can't read is passed over without a word: nobody ever looks for the person in it.",
        (Edit("chassis.batch", "if heard.envelope is None:", "if heard.envelope is None:\n    continue"),),
        "tests/chassis/test_unreadable.py::test_what_can_not_be_read_is_kept_whole_counted_and_blocks_nothing",
    ),
    Plant(
        "rebuild_without_its_own_inbox",
        "An operator mends the figures, and they come out empty: the inbox says that all of it was handled before.",
        (
            Edit(
                "chassis.standing",
                "insert into inbox (consumer, event_id)",
                "insert into public.inbox (consumer, event_id)",
            ),
        ),
        "tests/chassis/test_rebuild.py::test_a_projection_equals_its_replay",
    ),
    Plant(
        "keeps_the_key_of_the_erased",
        "Somebody asks to be forgotten, and a service that runs on still opens all that was sealed of them.",
        (Edit("chassis.keyring", "self.known.pop(subject, None)", "pass"),),
        "tests/intake/test_keys_of_others.py::test_a_service_that_has_heard_of_an_erasure_opens_nothing_of_theirs_any_more",
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
        "capacity_checked_outside_the_lock",
        "Two coordinators offer the last flat to two families in the same second, and both pack their things.",
        (
            Edit(
                "matching.store.places",
                "select * from opportunities where opportunity_id = $1 for update",
                "select * from opportunities where opportunity_id = $1",
            ),
            Edit(
                "matching.store.places",
                "return Capacity(",
                'await tx.fetch("select 1 from opportunities where opportunity_id = $1 for update", opportunity_id)\n'
                "return Capacity(",
            ),
        ),
        "tests/matching/test_desk.py::test_two_coordinators_at_once_make_one_offer_of_a_pools_last_home",
    ),
    Plant(
        "mails_before_the_ledger",
        "A sender dies after the mail server took a letter, and a family gets the same offer twice and asks which one counts.",
        (
            Edit("notifications.sending", "outcome = await connection.hand_over(mail)", "pass"),
            Edit(
                "notifications.sending",
                "if not await self.ledger.handing_over(letter):",
                "outcome = await connection.hand_over(mail)\n"
                'faults.point("after handing over")\n'
                "if not await self.ledger.handing_over(letter):",
            ),
        ),
        "tests/notifications/test_killed.py::test_killed_while_the_text_may_have_left_it_is_uncertain_and_never_sent_again"
        "[after handing over-1]",
    ),
    Plant(
        "stamps_a_projection_with_now",
        "After a rebuild every household has registered today, and the council reads that nobody ever had to wait.",
        (Edit("reporting.handlers", "Fact(h.event, h.envelope.time,", "Fact(h.event, tx.now,"),),
        "tests/reporting/test_figures.py::test_every_figure_is_counted_from_what_happened",
    ),
)
