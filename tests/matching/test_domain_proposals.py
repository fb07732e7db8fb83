"""Which pairs stand as proposals."""

from uuid import UUID

from matching.domain.proposals import BAR, TOP, Pair, Scored, band, standing_proposals


def seeker(n: int) -> UUID:
    return UUID(int=n)


def place(n: int) -> UUID:
    return UUID(int=1000 + n)


def scored(who: int, what: int, score: int) -> Scored:
    return Scored(Pair(seeker(who), place(what)), score)


def test_a_pair_below_the_bar_is_not_proposed() -> None:
    assert standing_proposals([scored(1, 1, BAR - 1)]) == frozenset()
    assert standing_proposals([scored(1, 1, BAR)]) == {Pair(seeker(1), place(1))}


def test_a_seeker_has_at_most_five_proposals_the_best_ones() -> None:
    best = standing_proposals(scored(1, n, 500 + n) for n in range(8))
    assert best == {Pair(seeker(1), place(n)) for n in range(3, 8)}


def test_a_place_has_at_most_five_candidates_and_equal_ones_go_by_id() -> None:
    best = standing_proposals(scored(n, 1, 700) for n in range(8))
    assert best == {Pair(seeker(n), place(1)) for n in range(TOP)}


def test_a_pair_must_be_among_the_best_on_both_sides() -> None:
    crowd = [scored(n, 1, 900) for n in range(TOP)]
    assert Pair(seeker(9), place(1)) not in standing_proposals([*crowd, scored(9, 1, 899)])


def test_two_always_have_the_same_match_id() -> None:
    assert (
        Pair(seeker(1), place(1)).match_id == Pair(seeker(1), place(1)).match_id != Pair(seeker(1), place(2)).match_id
    )


def test_a_band_tells_no_exact_score() -> None:
    assert [band(score) for score in (400, 599, 600, 799, 800, 1000)] == [
        *["400-599"] * 2,
        *["600-799"] * 2,
        *["800-1000"] * 2,
    ]
