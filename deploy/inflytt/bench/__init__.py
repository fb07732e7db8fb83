"""`inflytt bench WHAT [--json]`: measurements, each as a ratio to its floor, where it has one, in the same run."""

import argparse
import sys
from pathlib import Path

from inflytt.bench import figures
from inflytt.bench.figures import Figure


def main(args: list[str]) -> int:
    """0 when it was measured; what misses its goal is named."""
    given = _parser().parse_args(args)
    figures.tell(MEASURES[given.what](given), given.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="inflytt bench", description=__doc__)
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    chassis = whats.add_parser("chassis", help="consume, relay, POST, and how long an event is on its way")
    matching = whats.add_parser("matching", help="candidates, arrivals, reasons, related occupations, rounds")
    reporting = whats.add_parser("reporting", help="projection, rebuild, dashboards, reports for a board")
    for one in (chassis, matching, reporting):
        one.add_argument("--json", action="store_true", help="one JSON object on stdout")
    _how_much(chassis, "--seconds", 5.0, "of HTTP load a round")
    _how_much(chassis, "--rows", 30_000, "to drain and to consume a round")
    _how_much(chassis, "--rounds", 3, "of ours beside the floor")
    _how_much(matching, "--people", 100_000, "who seek")
    _how_much(matching, "--places", 50_000, "that are open")
    _how_much(matching, "--sampled", 500, "people held against brute force")
    _how_much(matching, "--events", 10_000, "after which all is computed anew and compared")
    _how_much(matching, "--flowing", 20_000, "who seek, and half as many places, in the service while events flow")
    _how_much(matching, "--seeds", 5, "inventions of people and places")
    _how_much(
        matching, "--households", 10_000, "in a round; in the smaller ones that are measured on at most this many"
    )
    _how_much(matching, "--small", 200, "small rounds held against the exact optimum")
    _how_much(reporting, "--events", 1_000_000, "in the log")
    _how_much(reporting, "--slices", 4, "that the log comes in; in each, ours and the floor take turns")
    _how_much(reporting, "--requests", 200, "of each page")
    matching.add_argument("--data", type=Path, help="folder with JobTech's and ESCO's files: their words and relations")
    matching.add_argument(
        "--judged", type=Path, help="substitutability file to hold relations against, but the folder's"
    )
    return parser


def _how_much(parser: argparse.ArgumentParser, name: str, default: float, help: str) -> None:
    """A number with a default that `--help` tells."""
    parser.add_argument(name, type=type(default), default=default, help=f"{help} (default: %(default)s)")


def _chassis(given: argparse.Namespace) -> list[Figure]:
    from inflytt.bench.chassis import measure  # its events are for its own process only

    return measure(given.rows, given.seconds, given.rounds)


def _matching(given: argparse.Namespace) -> list[Figure]:
    from inflytt import servers
    from inflytt.bench.matching import candidates, flowing, incremental, reasons, related

    seeds = tuple(range(1, given.seeds + 1))
    with servers.running("bench") as real:
        database = real.postgres.create_database("gin").url
        sizes = candidates.Sizes(given.people, given.places, given.sampled, given.events, seeds, given.data, database)
        found = [figure for part in (candidates, incremental, reasons) for figure in part.measure(sizes, _say)]
    found += flowing.measure(given.flowing, given.flowing // 2, _say)
    found += related.measure(related.Options(given.data, given.judged, seeds), _say)
    return found + _rounds(given.households, given.small, seeds)


def _rounds(households: int, small: int, seeds: tuple[int, ...]) -> list[Figure]:
    from inflytt.bench.matching import fairness, online, packages, prices

    fewer, few = min(households, 3_000), min(households, 1_000)
    return [
        *packages.measure(packages.Rounds(households, small, seeds), _say),
        *fairness.measure(packages.Rounds(fewer, 0, seeds), _say),
        *online.measure(online.Weeks(few, seeds=seeds), _say),
        *prices.measure(prices.Sizes(few), _say),
    ]


def _reporting(given: argparse.Namespace) -> list[Figure]:
    from inflytt.bench import reporting

    return reporting.measure(reporting.Sizes(given.events, given.slices, given.requests), _say)


MEASURES = {"chassis": _chassis, "matching": _matching, "reporting": _reporting}


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
