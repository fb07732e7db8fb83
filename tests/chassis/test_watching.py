"""When a consumer stops by itself, and what it says of its health."""

import time

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.passing import Passing, is_passing
from chassis.pulse import Pulse
from chassis.records import Tally
from chassis.watch import TooManyParked, Watch
from inflytt.servers import Databases

LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


def keys(*names: object) -> set[object]:
    return set(names)


def test_twenty_keys_may_fail_and_one_more_may_not() -> None:
    watch = Watch()
    watch.judge(Tally(parked=20, troubled=keys(*range(20))))
    with pytest.raises(TooManyParked, match="21 keys"):
        watch.judge(Tally(parked=21, troubled=keys(*range(21))))


def test_among_thousands_of_good_records_a_few_dozen_keys_may_fail() -> None:
    Watch().judge(Tally(handled=10_000, parked=30, troubled=keys(*range(30))))


def test_one_key_with_many_events_behind_it_is_one_key() -> None:
    Watch().judge(Tally(parked=400, troubled=keys("a")))


def test_a_batch_that_comes_again_and_again_is_not_counted_until_it_is_committed() -> None:
    watch = Watch()
    for _ in range(50):
        watch.judge(Tally(parked=1, troubled=keys(time.monotonic_ns())))


def test_keys_that_fail_one_by_one_within_a_minute_add_up() -> None:
    watch = Watch()
    for key in range(20):
        watch.judge(one := Tally(parked=1, troubled=keys(key)))
        watch.remember(one)
    with pytest.raises(TooManyParked):
        watch.judge(Tally(parked=1, troubled=keys("last")))


def test_after_a_minute_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    watch.remember(Tally(parked=20, troubled=keys(*range(20))))
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic(): now + 61)
    watch.judge(Tally(parked=1, troubled=keys("later")))


def test_a_consumer_is_ready_while_it_fetches_and_stands_by_as_declared() -> None:
    pulse, now = Pulse(state="listens"), int(time.time() * 1000)
    assert pulse.ready([now, now])[0]
    assert pulse.ready([]) == (False, "no partitions")
    assert Pulse(state="stands by").ready([]) == (True, "stands by")
    assert Pulse(state="waits for Kafka").ready([]) == (False, "waits for Kafka")


def test_a_consumer_is_not_ready_when_it_halted_fails_hangs_or_gets_no_answer() -> None:
    ago, now = time.monotonic() - 61, int(time.time() * 1000)
    assert not Pulse(state="listens", halted="too many").ready([now])[0]
    assert not Pulse(state="listens", failures=4).ready([now])[0]
    assert not Pulse(state="listens", batch_since=ago).ready([now])[0]
    assert not Pulse(state="listens", progress=ago).ready([now - 31_000])[0]
    assert Pulse(state="listens", progress=ago).ready([now - 20_000])[0]


def test_only_a_new_process_helps_when_the_loop_ended_or_a_batch_never_ends() -> None:
    assert Pulse(state="listens").alive(loop_runs=True)[0]
    assert Pulse(state="listens", halted="too many").alive(loop_runs=True)[0]
    assert not Pulse(state="listens").alive(loop_runs=False)[0]
    assert not Pulse(state="listens", batch_since=time.monotonic() - 301).alive(loop_runs=True)[0]


async def refused(postgres: Databases, sql: str, *args: object) -> tuple[BaseException, BaseException]:
    """What a sentence is refused with: through SQLAlchemy, and by asyncpg itself."""
    engine = create_async_engine(postgres.url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as wrapped:
            await connection.execute(text(sql.replace("$1", ":a")), {"a": args[0]} if args else {})
    await engine.dispose()
    bare = await asyncpg.connect(postgres.url)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as own:
        await bare.execute(sql, *args)
    await bare.close()
    return wrapped.value, own.value


@pytest.mark.parametrize("state", ["40001", "40P01", "53300", "55P03", "57P01", "08006", "25P03"])
async def test_what_passes_by_itself_is_waited_for(postgres: Databases, state: str) -> None:
    sql = f"do $$ begin raise exception 'away' using errcode = '{state}'; end $$"
    assert [is_passing(error) for error in await refused(postgres, sql)] == [True, True]


@pytest.mark.parametrize(
    ("sql", "args"),
    [
        ("select $1::int", (2**40,)),
        ("select $1::int", ("not a number",)),
        ("select $1::text", ("with \0",)),
        ("select 1 / 0", ()),
        ("select nothing from nowhere", ()),
    ],
)
async def test_what_waiting_does_not_cure_is_not_waited_for(
    postgres: Databases, sql: str, args: tuple[object, ...]
) -> None:
    assert [is_passing(error) for error in await refused(postgres, sql, *args)] == [False, False]


async def test_a_connection_that_was_ended_is_waited_for(postgres: Databases) -> None:
    bare, other = await asyncpg.connect(postgres.url), await asyncpg.connect(postgres.url)
    await other.execute("select pg_terminate_backend($1)", bare.get_server_pid())
    with pytest.raises(LOST) as first:
        await bare.execute("select 1")
    with pytest.raises(LOST) as second:
        await bare.execute("select 1")
    await other.close()
    assert is_passing(first.value)
    assert is_passing(second.value)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), PoolTimeout(), Passing("no keys")])
def test_whoever_does_not_answer_is_waited_for(error: Exception) -> None:
    assert is_passing(error)


def test_a_mistake_of_ours_is_not_waited_for() -> None:
    assert not is_passing(KeyError("x"))
    assert not is_passing(ValueError("closed"))
    assert not is_passing(asyncpg.InterfaceError("cannot perform operation: another operation is in progress"))
