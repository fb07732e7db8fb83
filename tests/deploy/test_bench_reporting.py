"""The benchmark of reporting: its lives are whole and in order, and all of it runs on real servers, from log to report."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.interests import InterestRegistered, OfferAccepted
from contracts.matches import MatchProposed, OfferMade, PlacementMade
from inflytt import servers
from inflytt.bench.reporting import Sizes, measured
from inflytt.bench.reporting.ground import Ground
from inflytt.bench.reporting.lives import Happened, Lives

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


def happened(events: int, seed: int = 1) -> list[Happened]:
    return list(Lives(events, seed, UNTIL).told())


def test_a_seed_tells_the_same_lives_each_time() -> None:
    assert happened(2_000) == happened(2_000)
    assert happened(2_000, seed=2) != happened(2_000)


def test_lives_are_as_many_as_asked_in_the_order_of_time_and_in_both_municipalities() -> None:
    told = happened(5_000)
    assert len(told) == 5_000
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert {one.municipality for one in told} == {"0380", "2580"}


def test_nobody_is_placed_who_was_not_registered_proposed_offered_and_said_yes() -> None:
    said: dict[object, list[type]] = defaultdict(list)
    for one in happened(20_000):
        said[one.event.key].append(type(one.event))
    placed = [kinds for kinds in said.values() if PlacementMade in kinds]
    assert len(placed) > 100
    way = (InterestRegistered, MatchProposed, OfferMade, OfferAccepted, PlacementMade)
    for kinds in placed:
        last = len(kinds) - 1 - kinds[::-1].index(PlacementMade)
        assert set(way) <= set(kinds[: last + 1])


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_projection_rebuild_pages_and_reports_are_measured_and_the_floor_holds_the_same_rows(
    run: Path, kafka: servers.Kafka, postgres: servers.Postgres
) -> None:
    said: list[str] = []
    found = await measured(Ground(servers.Servers(run, kafka, postgres)), Sizes(6_000, 2, 3), said.append)
    figures = {figure.name: figure for figure in found}
    for name in ("projected", "rebuilt"):
        assert (figures[name].ratio or 0) > 0
    assert figures["rebuild_differences"].value == 0
    pages = ("public", "live", "as_known", "goals", "indicators", "indicator", "behind", "behind_own")
    assert {name for name in figures if name.endswith("_p99")} == {f"page_{page}_p99" for page in pages}
    assert all(figures[f"report_{kind}"].value > 0 for kind in ("pdf", "docx"))
