"""The operator's command `inflytt up|demo|…`: each lives in the module of its name, `main(arguments) -> exit code`."""

import argparse
import importlib
import signal
import sys

from inflytt.errors import Stop

COMMANDS = {
    "up": "start the platform and keep it up until Ctrl-C",
    "demo": "start the platform and play the scenario through the doors that users use",
    "audit": "hold what the players sent against topics and tables, and name what is missing",
    "ops": "list and redrive what is parked, uncertain or waiting",
    "bench": "measure, each as a ratio to its floor",
    "chaos": "kill processes at random under load and count what got lost",
    "followup": "load a municipality's goals, assignments and assessments from a file",
    "rebuild": "replay the log into second tables and compare",
    "vocabulary": "import JobTech's and ESCO's classifications as the words that the services share",
    "contracts": "write the JSON Schemas and the table of events from the code",
}


def main() -> None:
    command, arguments = _parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as by Ctrl-C: what we started is stopped in order
    try:
        code: int = importlib.import_module(f"inflytt.{command}").main(arguments)
    except Stop as stop:
        print(f"inflytt {command}: {stop}", file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _parse(arguments: list[str]) -> tuple[str, list[str]]:
    parser = argparse.ArgumentParser("inflytt", description="The platform on one machine.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, does in COMMANDS.items():
        commands.add_parser(name, help=does)
    command: str = parser.parse_args(arguments[:1]).command
    return command, arguments[1:]
