"""`python -m chassis SERVICE [--role all|api|consumer|relay]`: one process of one service."""

import argparse
import asyncio
import importlib
import sys

import uvloop
from pydantic import ValidationError

from chassis import clock, telemetry
from chassis.process import ROLES, Process
from chassis.service import Service


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chassis", description=__doc__)
    parser.add_argument("service")
    parser.add_argument("--role", choices=("all", *ROLES), default="all")
    args = parser.parse_args()
    telemetry.configure_logging(args.service, args.role)
    service: Service = importlib.import_module(f"{args.service}.app").service
    try:
        service.open()
    except ValidationError as error:
        names = ", ".join(f"INFLYTT_{'_'.join(map(str, e['loc'])).upper()} ({e['type']})" for e in error.errors())
        print(f"{args.service} can't start: the environment is wrong: {names}", file=sys.stderr)
        return 78
    if service.settings.environment == "production" and clock.moved():
        print("INFLYTT_CLOCK moves the platform's time and is refused in production", file=sys.stderr)
        return 78
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(service, args.role))


async def _run(service: Service, role: str) -> int:
    return await Process(service, role).run()


if __name__ == "__main__":
    sys.exit(main())
