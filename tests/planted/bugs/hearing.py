"""Bugs in hearing: between Kafka, a consumer's offsets, inbox and versions, and the effects."""

from bugs.plant import Edit, Plant

HEARING = (
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
        "resets_to_latest",
        "A new service, or one whose group Kafka forgot, begins today: who registered before it does not exist for it.",
        (
            Edit("chassis.subscription", 'auto_offset_reset="earliest"', 'auto_offset_reset="latest"'),
            Edit(
                "chassis.partitions",
                "self.kafka.seek(where, saved.get(where, 0))",
                "if where in saved:\n    self.kafka.seek(where, saved[where])",
            ),
        ),
        "tests/chassis/test_readers.py::test_a_consumer_that_comes_late_hears_all_that_was_said_before",
    ),
    Plant(
        "drops_a_batch_on_rebalance",
        "A consumer is added on a busy day; what was being handled at that moment, families' answers, is skipped for good.",
        (
            Edit("chassis.partitions", "async with self.busy:  # the batch under way ends", "if True:  # nobody waits"),
            Edit(
                "chassis.partitions",
                "await self.tell()",
                "with suppress(CommitFailedError, IllegalStateError):\n    await self.kafka.commit()",
            ),
            Edit("chassis.partitions", "self.kafka.seek(where, saved.get(where, 0))", "pass"),
            Edit(
                "chassis.partitions",
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
)
