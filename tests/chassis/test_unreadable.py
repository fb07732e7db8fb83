"""Records that can't be read or are not known: kept whole or passed over, counted, and in nobody's way."""

from uuid import uuid4

from prometheus_client import REGISTRY

from pen import Pen, has_done, has_parked, states
from places import Place


async def test_what_can_not_be_read_is_kept_whole_counted_and_blocks_nothing(place: Place, pen: Pen) -> None:
    counter = uuid4()
    subject = str(counter).encode()
    before = REGISTRY.get_sample_value("inflytt_events_total", {"consumer": "tally", "outcome": "parked"}) or 0
    async with place.listening():
        await pen.write(subject, b"\xff\x00 no headers", [])
        await pen.write(subject, b"{}", [("ce_id", b"\xff\xfe")])
        await pen.event(counter, 2**70)
        await pen.event(counter, 1, ce_subject=b"a\0b")
        await pen.event(counter, 1, ce_time=b"2026-11-23T18:00:00")
        await pen.write(None, b"{}", [])
        await pen.write(subject, None, [("ce_id", str(uuid4()).encode())])
        await pen.event(counter, 1)
        await has_done(place, counter, 1)
        rows = await place.fetch("select * from parked order by id")
        assert [row["state"] for row in rows] == ["unreadable"] * 7
        assert all(row["error"] for row in rows)
        assert bytes(rows[0]["payload"]) == b"\xff\x00 no headers"
        assert rows[6]["payload"] is None
        assert "//4=" in rows[1]["headers"]
        after = REGISTRY.get_sample_value("inflytt_events_total", {"consumer": "tally", "outcome": "parked"})
        assert after == before + 7


async def test_a_tombstone_is_kept_and_does_not_count_as_a_version(place: Place, pen: Pen) -> None:
    counter = uuid4()
    async with place.listening():
        await pen.event(counter, 1)
        await pen.write(str(counter).encode(), None, [])
        await pen.event(counter, 2)
        await has_done(place, counter, 1, 2)
        assert await states(place) == [(None, "unreadable")]


async def test_a_body_that_is_not_the_event_is_parked_by_key_and_its_values_are_not_told(
    place: Place, pen: Pen
) -> None:
    ill = uuid4()
    async with place.listening():
        await pen.event(ill, 1, b'{"counter_id": "Anna Andersson", "total": 1}')
        await pen.event(ill, 2)
        await has_parked(place, ill, (1, "failed"), (2, "behind"))
        assert await place.value("select error from parked where version = 1") == "Counted: counter_id uuid_parsing"


async def test_a_type_that_this_version_does_not_know_is_counted_and_passed_over(place: Place, pen: Pen) -> None:
    counter = uuid4()
    name = {"consumer": "tally", "outcome": "passed_over"}
    before = REGISTRY.get_sample_value("inflytt_events_total", name) or 0
    async with place.listening():
        await pen.event(counter, 1, b"whatever", kind="Recounted")
        await pen.event(counter, 2)
        await has_done(place, counter, 2)
        assert REGISTRY.get_sample_value("inflytt_events_total", name) == before + 1
        assert await states(place) == []
