"""`inflytt bench WHAT [--json]`: measurements, each as a ratio to its floor, where it has one, in the same run."""

import argparse

from inflytt.bench import figures


def main(args: list[str]) -> int:
    """0 when it was measured; what misses its goal is named."""
    parser = argparse.ArgumentParser(prog="inflytt bench", description=__doc__)
    parser.add_argument("what", choices=["chassis"])
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--seconds", type=float, default=5, help="of HTTP load a round (default: %(default)s)")
    parser.add_argument(
        "--rows", type=int, default=30_000, help="to drain and to consume a round (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of ours beside the floor (default: %(default)s)")
    given = parser.parse_args(args)
    from inflytt.bench.chassis import measure  # its events are for its own process only

    figures.tell(measure(given.rows, given.seconds, given.rounds), given.json)
    return 0
