"""Relatedness of SSYK groups: what it must hold for any classifications, and what it says of a few."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.domain.related import Classifications, nearest, parts_of, relatedness

KNOWN = Classifications(
    groups={"2221": ("n",), "5321": ("a",), "7212": ("w",), "7125": ("p",), "9629": ("other",)},
    words={"2221": "Sjuksköterskor", "5321": "Undersköterskor", "7212": "Svetsare", "7125": "Rörmontörer", "9629": ""},
    isco={"nurse": "n", "assistant": "a", "welder": "w", "plumber": "p"},
    requirements=[
        ("nurse", "injections", True),
        ("assistant", "wound care", True),
        ("welder", "mig", True),
        ("plumber", "mig", False),
        ("plumber", "valves", True),
        ("unknown", "injections", True),
    ],
    broader=[("injections", "care"), ("wound care", "care"), ("mig", "welding"), ("valves", "piping")],
)


def near(one: str, other: str, known: Classifications = KNOWN) -> int:
    codes, matrix = relatedness(known)
    return int(matrix[codes.index(one), codes.index(other)])


def test_groups_that_ask_for_the_same_are_near() -> None:
    assert near("7212", "7125") > near("7212", "2221") == 0


def test_different_skills_meet_in_what_is_broader() -> None:
    wordless = replace(KNOWN, words={})
    assert near("2221", "5321", wordless) > 0
    assert near("2221", "5321", replace(wordless, broader=[])) == 0


def test_words_that_share_their_parts_bring_groups_nearer() -> None:
    assert near("2221", "5321") > near("2221", "5321", replace(KNOWN, words={**KNOWN.words, "5321": "Vårdare"}))
    assert set(parts_of("sköterska")) & set(parts_of("Undersköterskor"))


def test_a_group_of_which_nothing_is_known_is_near_nothing_but_itself() -> None:
    codes, matrix = relatedness(KNOWN)
    assert matrix[codes.index("9629")].tolist() == [1000 if code == "9629" else 0 for code in codes]


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_changes_no_byte(chance: object) -> None:
    def shuffled(items: object) -> list[object]:
        listed = [*items]  # type: ignore[misc]
        chance.shuffle(listed)  # type: ignore[attr-defined]
        return listed

    mixed = Classifications(
        *(dict(shuffled(part.items())) for part in (KNOWN.groups, KNOWN.words, KNOWN.isco)),  # type: ignore
        *(shuffled([*rows, *rows]) for rows in (KNOWN.requirements, KNOWN.broader)),
    )
    assert relatedness(mixed)[1].tobytes() == relatedness(KNOWN)[1].tobytes()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("uvwxyz"), st.booleans()), max_size=20))
def test_relatedness_is_mutual_and_per_mille(requirements: list[tuple[str, str, bool]]) -> None:
    groups = {f"{n}": (occupation,) for n, occupation in enumerate("abcd")}
    known = Classifications(groups, {}, {one: one for one in "abcd"}, requirements, [("u", "v"), ("v", "w")])
    _, matrix = relatedness(known)
    assert (matrix == matrix.T).all()
    assert ((matrix >= 0) & (matrix <= 1000)).all()
    assert (np.diag(matrix) == 1000).all()


def test_the_nearest_are_told_once_and_never_as_near_as_what_is_judged() -> None:
    codes, matrix = relatedness(KNOWN)
    pairs = nearest(codes, matrix, 1, 100)
    assert [pair[:2] for pair in pairs] == [("2221", "5321"), ("7125", "7212")]
    assert all(0 < weight < 100 for _, _, weight in pairs)


def test_one_group_alone_is_related_to_nothing() -> None:
    with pytest.raises(ValueError, match="two groups"):
        relatedness(replace(KNOWN, groups={"2221": ("n",)}))
