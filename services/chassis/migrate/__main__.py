"""`python -m chassis.migrate SERVICE`: to the newest; `new SERVICE "sentence"`: the next numbered migration."""

import argparse
import asyncio
import os
import re
import sys

from alembic import command

from chassis.migrate import configured, home, migrate


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chassis.migrate", description=__doc__)
    parser.add_argument("words", nargs="+", metavar="SERVICE | new SERVICE SENTENCE")
    parser.add_argument("--url", default=os.environ.get("INFLYTT_DATABASE_URL", ""))
    parser.add_argument("--folder", default="migrations")
    args = parser.parse_args()
    if args.words[0] == "new":
        _, service, *sentence = args.words
        return new(service, " ".join(sentence), args.folder)
    if not args.url:
        print("say which database: --url postgresql://… or INFLYTT_DATABASE_URL", file=sys.stderr)
        return 2
    asyncio.run(migrate(args.words[0], args.url, args.folder))
    return 0


def new(service: str, sentence: str, folder: str) -> int:
    """Writes the file of the next migration, named by number and sentence."""
    numbers = [int(f.name[:4]) for f in (home(service) / folder).glob("[0-9]*.py")]
    config = configured(service, folder)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    number = f"{max(numbers, default=0) + 1:04}"
    command.revision(config, re.sub(r"\W+", " ", sentence).strip(), rev_id=number, head="head" if numbers else "base")
    return 0


if __name__ == "__main__":
    sys.exit(main())
