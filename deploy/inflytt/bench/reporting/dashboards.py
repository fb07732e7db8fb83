"""How long a signed-in officer waits for each page, of the real door in a process of its own: one request after another."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import quantiles

import httpx
from pydantic import SecretStr

from chassis.web import WebSettings
from chassis.web.sessions import User, seal
from inflytt.bench.figures import Figure, at_most, counted
from inflytt.bench.reporting.ground import SECRET, SERVICE, Ground, Say
from inflytt.bench.reporting.lives import DAYS
from inflytt.errors import Stop
from inflytt.servers.process import listens

GOAL = 100.0  # ms, at the 99th percentile
WARM = 3  # requests that don't count
MOST = "proposed"  # the figure with the most words
LEAST, LONG = 20, 60.0  # requests of each page; seconds after which no more than those are made
Address = Callable[[int], str]  # the nth


@contextmanager
def door(ground: Ground, database: str) -> Iterator[httpx.Client]:
    """The real api process on that database, and a connection to it that stays open."""
    with ground.process(database, "chassis", SERVICE, "--role", "api") as child:
        child.wait_until(lambda: listens(ground.port))
        with httpx.Client(base_url=f"http://127.0.0.1:{ground.port}", timeout=120) as client:
            yield client


def signed_in(client: httpx.Client, sub: str, municipality: str | None = None) -> None:
    """As an officer, by a session that is sealed as the door's own are; of all municipalities when none is named."""
    web = WebSettings(name=SERVICE, public_url=str(client.base_url), cookie_secret=SecretStr(SECRET))
    user = User(sub=sub, roles=frozenset({"officer"}), municipality=municipality)
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 3600))


def measure(client: httpx.Client, requests: int, say: Say) -> list[Figure]:
    """`page_…_p50` and `…_p99` in ms, of all municipalities together: the most that a page can be asked; and of one."""
    today, found = date.today(), list[Figure]()  # noqa: DTZ011
    for where, pages in ((None, _pages(today)), ("0380", [("behind_own", _behind(today))])):
        signed_in(client, "bench", where)
        found += [figure for name, address in pages for figure in _page(client, name, address, requests, say)]
    return found


def _pages(today: date) -> list[tuple[str, Address]]:
    return [
        ("public", lambda _: "/"),
        ("live", lambda _: "/uppfoljning"),
        ("as_known", lambda nth: f"/uppfoljning/per?{_days(today, nth)}"),
        ("goals", lambda _: "/mal"),
        ("indicators", lambda _: "/indikatorer"),
        ("indicator", lambda _: "/indikatorer/households-complete"),
        ("behind", _behind(today)),
    ]


def _behind(today: date) -> Address:
    """The events as known now, and by turns on another day."""
    return lambda nth: f"/uppfoljning/siffra/{MOST}?{_days(today, nth) if nth % 2 else ''}"


def _days(today: date, nth: int) -> str:
    """All over the three years, others each time: what somebody just looked at is no help."""
    known = today - timedelta(days=nth * 37 % (DAYS - 100))
    return f"per={known - timedelta(days=nth * 11 % 90)}&kand={known}"


def _page(client: httpx.Client, name: str, address: Address, requests: int, say: Say) -> list[Figure]:
    taken: list[float] = []
    ends = time.monotonic() + LONG
    for nth in range(WARM + requests):
        if nth >= WARM + LEAST and time.monotonic() > ends:
            break
        began = time.perf_counter()
        answer = client.get(address(nth))
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise Stop(f"{address(nth)} was answered with {answer.status_code}; nothing was measured.")
    counts = taken[WARM:]
    p50, p99 = (quantiles(counts, n=100, method="inclusive")[at] for at in (49, 98))
    say(f"page {name}: {len(counts)} requests, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return [counted(f"page_{name}_p50", "ms", p50), at_most(f"page_{name}_p99", "ms", p99, GOAL)]
