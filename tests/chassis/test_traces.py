"""One trace from the request to its last effect; health and metrics; nobody's data in a log."""

import secrets
from uuid import uuid4

import pytest

from chassis import telemetry
from places import Place
from processes import until

TRACE = "0af7651916cd43dd8448eb211c80319c"
CANARY = "Kanariefågel 070-1234567"


async def test_one_trace_goes_from_the_request_through_the_outbox_to_the_handlers_log(place: Place) -> None:
    worker = await place.start("all").is_ready()
    await place.fetch("insert into poison (note) values ('bad')")
    counter = uuid4()
    traces = [secrets.token_hex(16) for _ in range(3)]
    for trace, note in zip(traces, ("", "", "bad"), strict=True):
        await worker.count(counter, note, traceparent=f"00-{trace}-b7ad6b7169203331-01")

    async def parked() -> bool:
        return bool(worker.log("event_parked"))

    await until(parked)
    assert [line["trace"] for line in worker.log("request")] == traces
    assert [line["trace"] for line in worker.log("counted")][:2] == traces[:2]
    assert [line["trace"] for line in worker.log("event_parked")] == traces[2:]
    assert all({"service", "role", "level", "timestamp"} <= line.keys() for line in worker.log())

    answers = {door: (await worker.ops.get(door)) for door in ("/livez", "/readyz", "/metrics")}
    assert {door: answer.status_code for door, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert set(answers["/readyz"].json()["roles"]) == {"api", "consumer", "relay"}

    async def measured() -> bool:
        text = (await worker.ops.get("/metrics")).text
        return 'inflytt_parked{consumer="tally"} 1.0' in text and "inflytt_consumer_lag{" in text

    await until(measured)
    metrics = (await worker.ops.get("/metrics")).text
    for name in (
        "outbox_rows 0.0",
        "outbox_age_seconds 0.0",
        'event_seconds_count{consumer="tally"}',
        "request_seconds",
    ):
        assert f"inflytt_{name}" in metrics
    assert (await worker.http.get("/metrics")).status_code == 404


async def test_what_people_write_comes_into_no_log_even_when_it_breaks_something(place: Place) -> None:
    await place.fetch("insert into poison (note) values ($1)", CANARY)
    worker = await place.start("all").is_ready()
    counter = uuid4()
    assert (await worker.count(counter, f"refused {CANARY}")).status_code == 500
    assert (await worker.count(counter, CANARY)).status_code == 201

    async def parked() -> bool:
        return bool(worker.log("event_parked"))

    await until(parked)
    assert await worker.stop() == 0
    assert "Kanarief" not in worker.child.log.read_text()
    assert "1234567" not in worker.child.log.read_text()
    assert CANARY not in str(await place.fetch("select error from parked"))


def test_an_exception_in_a_log_has_types_and_places_and_no_text() -> None:
    with pytest.raises(ValueError, match=CANARY) as raised:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(CANARY) from error
    told = telemetry._tell_exception(None, "", {"event": "x", "exc_info": raised.value})
    assert told["exception"] == ["builtins.ValueError", "builtins.KeyError"]
    assert "test_traces.py" in told["at"][-1]
    assert CANARY not in str(told)


async def test_a_trace_goes_on_into_what_a_consumer_says(place: Place) -> None:
    with telemetry.trace(f"00-{TRACE}-b7ad6b7169203331-01"):
        (counter,) = await place.counted([uuid4()])
    async with place.relaying(), place.listening():
        await place.settled()
    headers = await place.headers("echoes")
    assert [h["ce_subject"] for h in headers] == [str(counter)]
    assert headers[0]["ce_traceparent"].split("-")[1] == TRACE
    assert headers[0]["ce_cause"] == (await place.headers("tallies"))[0]["ce_id"]
