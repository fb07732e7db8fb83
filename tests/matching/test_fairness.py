"""Groups that the service never knows: told of only when they are large, and only with what an auditor brought."""

from collections.abc import Iterable
from uuid import UUID

import pytest

from matching.domain.fairness import NotGroups, Seeking, Step, evenness, read_groups, unknown


def sought(numbers: Iterable[int], *reached: Step, kind: str = "job") -> list[Seeking]:
    ids = [UUID(int=n) for n in numbers]
    return [Seeking(id, kind, frozenset({str(id), f"lul-{id.int}"}), frozenset(reached)) for id in ids]


def groups(**numbers: Iterable[int]) -> dict[str, str]:
    return read_groups(f"{UUID(int=n)},{group}" for group, some in numbers.items() for n in some)


def test_the_ratio_is_the_least_share_as_a_part_of_the_largest() -> None:
    found = evenness(
        sought(range(10), "proposed") + sought(range(10, 20)) + sought(range(20, 40), "proposed"),
        groups(a=range(20), b=range(20, 40)),
    )
    assert [(one.kind, one.step, one.ratio, one.even) for one in found] == [
        ("job", "proposed", 0.5, False),
        ("job", "introduced", None, None),
        ("job", "placed", None, None),
    ]
    assert [(one.group, one.people, one.chosen) for one in found[0].groups] == [("a", 20, 10), ("b", 20, 20)]


@pytest.mark.parametrize(("chosen", "even"), [(8, True), (7, False)])
def test_four_fifths_of_the_best_served_is_even(chosen: int, even: bool) -> None:
    people = sought(range(chosen), "placed") + sought(range(chosen, 10)) + sought(range(10, 20), "placed")
    assert evenness(people, groups(a=range(10), b=range(10, 20)))[2].even is even


def test_a_group_of_fewer_than_ten_is_not_told_of() -> None:
    first, *_ = evenness(sought(range(29), "proposed"), groups(a=range(10), b=range(10, 20), c=range(20, 29)))
    assert ([one.group for one in first.groups], first.suppressed, first.ratio) == (["a", "b"], 1, 1.0)
    first, *_ = evenness(sought(range(19), "proposed"), groups(a=range(10), b=range(10, 19)))
    assert (first.suppressed, first.ratio) == (1, None)


def test_each_kind_is_told_by_itself_and_who_is_in_no_group_counts_nowhere() -> None:
    people = sought(range(20), "proposed") + sought(range(30), "proposed", kind="home")
    found = evenness(people, groups(a=range(10), b=range(10, 20)))
    assert [(one.kind, sum(share.people for share in one.groups)) for one in found if one.step == "proposed"] == [
        ("home", 20),
        ("job", 20),
    ]


def test_what_is_said_of_the_seeker_goes_before_what_is_said_of_the_household() -> None:
    people = sought(range(20), "proposed")
    by_household = {f"lul-{n}": "a" for n in range(20)}
    first, *_ = evenness(people, by_household | {str(UUID(int=n)): "b" for n in range(10)})
    assert [(one.group, one.people) for one in first.groups] == [("a", 10), ("b", 10)]


def test_who_is_known_to_nobody_is_counted() -> None:
    assert unknown(sought([1]), {"lul-1": "a", "lul-2": "a"}) == 1


def test_references_are_read_as_people_write_them() -> None:
    assert read_groups([" LUL-9TC-H4K , a", "", "lul-9tc-h4k,a"]) == {"lul-9tc-h4k": "a"}


@pytest.mark.parametrize("lines", [["one"], ["one,a,b"], ["one,"], ["one,a", "ONE,b"]])
def test_a_file_that_does_not_tell_groups_is_refused_with_its_line(lines: list[str]) -> None:
    with pytest.raises(NotGroups, match=f"line {len(lines)} "):
        read_groups(lines)
