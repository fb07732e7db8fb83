"""How many records go into one transaction."""

from chassis.pace import FIRST, LONG, MOST, Pace


def after(*seconds: float) -> int:
    pace = Pace()
    for taken in seconds:
        pace.took(taken, pace.most)
    return pace.most


def test_a_flood_of_easy_records_soon_goes_five_hundred_at_a_time() -> None:
    assert after(*[0.01] * 4) == MOST


def test_a_transaction_that_held_its_rows_for_long_is_followed_by_one_half_as_long() -> None:
    assert after(2 * LONG) == FIRST // 2


def test_however_slow_one_record_is_one_at_a_time_goes_on() -> None:
    assert after(*[60.0] * 20) == 1


def test_a_short_transaction_with_few_records_tells_nothing_of_what_a_full_one_would_take() -> None:
    pace = Pace()
    pace.took(0.001, 3)
    assert pace.most == FIRST


def test_what_was_slow_once_is_fast_again_when_it_can_be() -> None:
    assert after(*[60.0] * 20, *[0.01] * 9) == MOST
