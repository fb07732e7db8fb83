"""What was done for a household is written so that no later hand goes unseen, and comes out the same when done again."""

from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inflytt.bench.matching.households import standard
from matching.domain.audit import Broken, Differs, Entry, NotPlain, append, beginning, canonical, replay, verify
from matching.domain.rounds.package import Household, Option, Part, Place, Round
from matching.domain.rounds.solve import solve

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
written = st.lists(st.tuples(texts, plain, plain, texts, texts), min_size=1, max_size=6)
Written = list[tuple[str, object, object, str, str]]


def chain(done: Written, household: str = "h") -> tuple[list[Entry], str]:
    entries: list[Entry] = []
    head = beginning(household)
    for one in done:
        entries.append(append(head, *one))
        head = entries[-1].hash
    return entries, head


@given(written)
def test_a_chain_that_nobody_touched_holds(done: Written) -> None:
    entries, head = chain(done)
    assert verify("h", entries, head) is None
    assert verify("h", [], beginning("h")) is None


@given(written, st.data())
def test_any_change_is_found_where_it_was_made_or_right_after(done: Written, data: st.DataObject) -> None:
    entries, head = chain(done)
    n = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(Entry)]))
    old = getattr(entries[n], name)
    new = data.draw((st.binary(max_size=8) if isinstance(old, bytes) else texts).filter(lambda value: value != old))
    changed: dict[str, Any] = {name: new}
    entries[n] = replace(entries[n], **changed)
    found = verify("h", entries, head)
    assert found is not None
    assert found.entry == (n if name == "previous" else n + 1)


@given(written, st.data())
def test_an_entry_that_is_gone_is_missed_the_last_one_too(done: Written, data: st.DataObject) -> None:
    entries, head = chain(done)
    n = data.draw(st.integers(0, len(entries) - 1))
    del entries[n]
    found = verify("h", entries, head)
    assert found is not None
    assert found.entry == n


@given(written.filter(lambda done: len(done) > 1), st.data())
def test_entries_in_another_order_are_found(done: Written, data: st.DataObject) -> None:
    entries, head = chain(done)
    turned = data.draw(st.permutations(range(len(entries))).filter(lambda order: order != sorted(order)))
    assert verify("h", [entries[n] for n in turned], head) is not None


@given(written)
def test_another_households_chain_is_no_chain_of_this_one(done: Written) -> None:
    entries, head = chain(done, "another")
    assert verify("h", entries, head) == Broken(0, "it does not follow the entry before it")


def test_what_moves_from_one_field_to_the_next_is_another_entry() -> None:
    one, other = append("0", "ab", 1, 2, "c", "d"), append("0", "a", 1, 2, "c", "d")
    assert one.hash != replace(other, by="bc").hash
    assert replace(one, by="cd", at="").hash != one.hash


@given(plain)
def test_what_is_the_same_is_written_the_same(value: object) -> None:
    assert canonical(value) == canonical(_turned(value))


def _turned(value: object) -> object:
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return tuple(_turned(inner) for inner in value) if isinstance(value, list) else value


@pytest.mark.parametrize("value", [0.5, float("nan"), {1: "a"}, [b"bytes"], {"a": {"b": {1, 2}}}, "\ud800"])
def test_what_could_be_written_in_several_ways_is_refused(value: object) -> None:
    with pytest.raises(NotPlain):
        canonical(value)


def done_again(inputs: dict[str, list[dict[str, object]]]) -> object:
    """A round from its record, solved."""
    households = tuple(_household(told) for told in inputs["households"])
    return asdict(solve(Round(households, tuple(Place(**told) for told in inputs["places"]))))  # type: ignore[arg-type]


def _household(told: dict) -> Household:
    parts = (Part(**{**part, "options": tuple(Option(**o) for o in part["options"])}) for part in told["parts"])
    return Household(told["id"], tuple(parts), told["priority"])


def test_a_round_comes_out_of_its_record_byte_for_byte_and_a_changed_record_does_not() -> None:
    asked = standard(12, 4)
    inputs = {"households": [asdict(h) for h in asked.households], "places": [asdict(p) for p in asked.places]}
    entry = append(beginning("h"), "round", inputs, asdict(solve(asked)), "vide", "2027-01-01T00:00:00Z")
    assert replay(entry, done_again) == entry.outputs
    for home in inputs["places"]:
        home["capacity"] = 0 if home["kind"] == "home" else home["capacity"]
    other = replay(replace(entry, inputs=canonical(inputs)), done_again)
    assert isinstance(other, Differs)
    assert other.recorded[: other.byte] == other.now[: other.byte]
    assert other.recorded[other.byte : other.byte + 1] != other.now[other.byte : other.byte + 1]
