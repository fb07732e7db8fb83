"""What events change in the projection, what the goal takes, and what everybody may see."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import Event, Sealed
from contracts.interests import ConfirmationRequested, InterestRegistered, InterestWithdrawn, MovedIn
from contracts.matches import MatchProposed, OfferMade, PlacementMade
from contracts.opportunities import CHANGED, POSTED
from contracts.rounds import RoundAllocated, RoundUndone, ScarcityFound, TrainingNeedFound
from reporting.domain.disclosure import parts_shown, shown
from reporting.domain.figures import FIGURES, Cell, table, totals
from reporting.domain.projection import FIRST, Fact, Rows, fold
from reportingsample import happened

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
HOME, ASK, JOB, MATCH, OFFER = (uuid4() for _ in range(5))


def told(*events: Event, start: datetime = NOON) -> list[Fact]:
    return [Fact(event, start + timedelta(hours=hours), "2580") for hours, event in enumerate(events)]


def proposed(band: str = "600-799") -> MatchProposed:
    about = {"match_id": MATCH, "interest_id": HOME, "opportunity_id": JOB, "kind": "job", "person_id": ASK}
    return MatchProposed.model_validate({**about, "band": band, "reasons": Sealed[Any](subject=ASK)})


def offer(kind: type[Event], **more: Any) -> Event:
    about = {"offer_id": OFFER, "interest_id": HOME, "opportunity_id": JOB, "partner_id": "norrverk", "kind": "job"}
    return kind.model_validate({**about, "people": [ASK], **more})


def test_a_household_is_registered_when_its_first_mail_was_asked_for() -> None:
    mails = [ConfirmationRequested(interest_id=HOME, person_id=uuid4(), language="sv") for _ in range(2)]
    assert fold(told(*mails)) == {
        "households": {(HOME,): {"municipality": "2580", "interest_id": HOME, "requested_at": NOON}}
    }


@pytest.mark.parametrize("kind", POSTED)
def test_a_place_is_of_its_own_kind_and_published_once(kind: Any) -> None:
    rows = fold(told(happened(CHANGED[kind], 1), happened(POSTED[kind], 1), happened(CHANGED[kind], 1)))
    row = next(iter(rows["opportunities"].values()))
    assert (row["kind"], row["posted_at"]) == (kind, NOON + timedelta(hours=1))


def test_a_round_stands_with_what_it_gave_and_that_it_was_taken_back() -> None:
    row = fold(told(happened(RoundAllocated, 1), happened(RoundUndone, 1)))["rounds"][UUID(int=71),]
    assert (row["served"], row["bound"], row["undone_at"], row["stand"]) == (12, 9_100, NOON + timedelta(hours=1), 5)


def test_a_skill_and_a_sort_of_place_that_are_lacking_are_two_needs_of_one_round() -> None:
    rows = fold(told(happened(TrainingNeedFound, 1), happened(ScarcityFound, 1)))["needs"].values()
    assert [(row["sort"], row["skill"], row["more"], row["helped"]) for row in rows] == [
        ("svetsare", "mig-mag-svetsning", None, 11),
        ("3", "", 10, 20),
    ]


def applied(rows: Rows, more: Rows) -> Rows:
    """What the database does with a later fold: what happened first stays, the rest is replaced."""
    for table_name, changed in more.items():
        for key, values in changed.items():
            row = rows.setdefault(table_name, {}).setdefault(key, {})
            row.update({name: value for name, value in values.items() if name not in FIRST or name not in row})
    return rows


@given(st.lists(st.integers(min_value=1, max_value=4), max_size=8))
def test_how_events_fall_into_batches_makes_no_difference(sizes: list[int]) -> None:
    events = [
        ConfirmationRequested(interest_id=HOME, person_id=ASK, language="sv"),
        InterestRegistered(interest_id=HOME, adults=(adult(),), wants_home=True, children="0"),
        proposed("400-599"),
        proposed("600-799"),
        offer(OfferMade, match_id=MATCH, answer_by=NOON),
        offer(PlacementMade, seat=1),
        MovedIn(interest_id=HOME, month="2026-12"),
        InterestWithdrawn(interest_id=HOME, reason="moved_in"),
    ]
    rows: Rows = {}
    facts = told(*events)
    for size in [*sizes, len(facts)]:
        rows = applied(rows, fold(facts[:size]))
        facts = facts[size:]
    assert rows == fold(told(*events))


def adult() -> Any:
    return {"person_id": ASK, "language": "sv", "wants_work": True, "needs": Sealed[Any](subject=ASK).model_dump()}


def test_totals_name_every_figure_also_what_has_not_happened() -> None:
    counted = totals([Cell("placed", "2580", "job", "2026-11", 2), Cell("placed", "0380", "home", "2026-12", 1)])
    assert counted == {**dict.fromkeys(FIGURES, 0), "placed": 3}


def test_a_table_has_a_row_for_each_month_in_order() -> None:
    cells = [Cell("registered", "2580", "", "2026-12", 2), Cell("registered", "2580", "", "2026-11", 1)]
    rows = table(cells, ("registered", "confirmed"), lambda cell: (cell.month,))
    assert list(rows.items()) == [
        (("2026-11",), {"registered": 1, "confirmed": 0}),
        (("2026-12",), {"registered": 2, "confirmed": 0}),
    ]


def test_one_to_four_are_never_shown_but_none_is() -> None:
    assert [shown(n) for n in (0, 1, 4, 5)] == [0, None, None, 5]


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(min_value=0, max_value=30)))
def test_no_hidden_part_can_be_reckoned_from_the_sum_and_the_others(parts: dict[str, int]) -> None:
    told_parts = parts_shown(parts)
    hidden = [name for name, count in told_parts.items() if count is None]
    assert {name for name, count in parts.items() if 0 < count < 5} <= set(hidden)
    if sum(parts.values()) >= 5 and hidden:
        assert len(hidden) > 1
    assert all(count in (None, parts[name]) for name, count in told_parts.items())


def test_rows_are_the_same_for_every_order_of_different_keys() -> None:
    facts = [Fact(MovedIn(interest_id=UUID(int=n), month="2026-12"), NOON, "2580") for n in range(20)]
    mixed = random.Random(7).sample(facts, len(facts))
    assert fold(facts) == fold(mixed)
