"""Bugs in what services do for people: offering, writing letters, counting, forgetting."""

from bugs.plant import Edit, Plant

SERVING = (
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
        "tests/matching/test_capacity.py::test_who_waits_while_another_offers_a_pools_last_home_is_refused",
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
    Plant(
        "keeps_the_key_of_the_erased",
        "Somebody asks to be forgotten, and a service that runs on still opens all that was sealed of them.",
        (Edit("chassis.keyring", "self.known.pop(subject, None)", "pass"),),
        "tests/intake/test_keys_of_others.py::test_a_service_that_has_heard_of_an_erasure_opens_nothing_of_theirs_any_more",
    ),
)
