"""Reading an envelope: what is whole is read, what is broken is said in words, and nothing is raised but Unreadable."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis import telemetry
from chassis.envelope import Unreadable, read_envelope

WHOLE = {
    "ce_id": "0191a1b2-0000-7000-8000-000000000001",
    "ce_type": "Counted",
    "ce_source": "tally",
    "ce_subject": "a",
    "ce_time": "2026-11-23T18:00:00+00:00",
    "ce_version": "3",
}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def headers(**changed: str | bytes | None) -> list[tuple[str, bytes]]:
    values = {**WHOLE, **changed}
    return [(k, v if isinstance(v, bytes) else v.encode()) for k, v in values.items() if v is not None]


def test_an_envelope_is_read_with_what_is_optional_left_empty_and_what_is_unknown_passed_over() -> None:
    read = read_envelope([*headers(), ("content-type", b"application/json"), ("other", b"\xff")])
    assert (read.id, read.version, read.subject) == (UUID(WHOLE["ce_id"]), 3, "a")
    assert read.time == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert (read.cause, read.actor, read.traceparent) == (None, "", "")


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_missing_header_is_named(name: str) -> None:
    with pytest.raises(Unreadable, match=name):
        read_envelope(headers(**{name: None}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", "nobody"),
        ("ce_type", b"\xff\xfe"),
        ("ce_subject", "a\0b"),
        ("ce_time", "2026-11-23T18:00:00"),
        ("ce_time", "soon"),
        ("ce_version", "many"),
        ("ce_version", "0"),
        ("ce_version", str(2**63)),
        ("ce_cause", "nobody"),
    ],
)
def test_a_header_that_no_table_or_clock_could_take_makes_the_record_unreadable(name: str, value: str | bytes) -> None:
    with pytest.raises(Unreadable) as told:
        read_envelope(headers(**{name: value}))
    assert "nobody" not in str(told.value)


def test_a_trace_goes_on_under_the_same_id_with_a_new_span() -> None:
    with telemetry.trace(TRACE):
        assert telemetry.trace_id() == TRACE.split("-")[1]
        assert telemetry.current_traceparent() != TRACE


@pytest.mark.parametrize(
    "header",
    [None, "", "00-zz-b7ad6b7169203331-01", "ff" + TRACE[2:], TRACE.upper(), f"00-{'0' * 32}-b7ad6b7169203331-01"],
)
def test_a_broken_trace_starts_a_new_one(header: str | None) -> None:
    with telemetry.trace(header):
        new = telemetry.trace_id()
    assert len(new) == 32
    assert new != TRACE.split("-")[1]


def test_two_things_without_a_trace_do_not_share_one() -> None:
    with telemetry.trace(None):
        first = telemetry.trace_id()
    with telemetry.trace(None):
        assert telemetry.trace_id() != first
