"""`inflytt up`: the platform without a scenario, for trying things by hand; stays until Ctrl-C."""

import argparse
import signal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from inflytt import followup, local

PROGRAMME = Path(__file__).parent / "programmes" / "uppsala.toml"  # so that the goals' page is not empty


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="inflytt up", description=__doc__)
    parser.add_argument("--split", action="store_true", help="api, consumer and relay of each service as own processes")
    parser.add_argument("--several", action="store_true", help="several of each: two intake apis, three consumers, …")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1, help="of Kafka; with three, any one may fall")
    given = parser.parse_args(args)
    out = Console(stderr=True)
    roles = local.SEVERAL if given.several else local.SPLIT if given.split else {"all": 1}
    say = lambda text: out.print(f"[dim]·[/] {text}")  # noqa: E731
    with local.running("up", say, roles, brokers=given.brokers) as platform:
        say(followup.send_file(platform.reporting, platform.service_token, PROGRAMME))
        out.print(addresses(platform))
        out.print("Stays up until Ctrl-C. Everything a tool needs stands in run/state.json.")
        signal.pause()
    return 0


def addresses(platform: local.Platform) -> Table:
    """Where a person can go, and with what."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("what", "where", "with"):
        table.add_column(column, overflow="fold")
    table.add_row("register an interest", platform.intake, "")
    table.add_row("coordinators' desk", platform.desk, "sign in as Vide Lund")
    table.add_row("figures", platform.reporting, "for officers: sign in as Lind Ek")
    table.add_row("goals and assignments", f"{platform.reporting}/mal", "")
    table.add_row("a period's follow-up", f"{platform.reporting}/arbete", "sign in as Hägg Alm; Rönn Berg reviews")
    table.add_row("mail that was sent", platform.mail_url, "")
    for partner, key in platform.partner_keys.items():
        table.add_row(f"partner door, {partner}", f"{platform.intake}/partner/", f"Bearer {key}")
    table.add_row("Kafka", platform.bootstrap, f"topics {platform.prefix}*" if platform.prefix else "")
    return table
