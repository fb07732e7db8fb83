"""`inflytt followup load FILE`: a municipality's goals, assignments and assessments, from a TOML file to the platform."""

import argparse
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from inflytt import local
from inflytt.errors import Stop


def main(args: list[str]) -> int:
    """0 when the file stands on the platform; raises Stop with the line that is wrong, and then nothing was loaded."""
    parser = argparse.ArgumentParser(prog="inflytt followup", description=__doc__)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    load = actions.add_parser("load", help="record what is new or changed in a file; nothing is overwritten")
    load.add_argument("file", type=Path)
    load.add_argument("--state", type=Path, default=local.STATE, help="which platform (default: %(default)s)")
    given = parser.parse_args(args)
    read(given.file)  # a file that is wrong is told before a platform is looked for
    platform = local.attach(given.state)
    print(send_file(platform.reporting, platform.service_token, given.file))
    return 0


def send_file(address: str, token: str, file: Path) -> str:
    """Loads a file to the reporting that answers at `address`; says what was recorded, and raises Stop as `send`."""
    text, told = read(file)
    with httpx.Client(base_url=address, timeout=60) as client:
        return send(client, token, text, told, file)


def read(file: Path) -> tuple[str, dict[str, Any]]:
    """The file's text and what it says. Raises Stop when it is not there, or is not TOML."""
    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Stop(f"{file} is not UTF-8 at byte {error.start}.") from error
    except tomllib.TOMLDecodeError as error:
        raise Stop(f"{file} is not TOML: {error}.") from error


def send(client: httpx.Client, token: str, text: str, told: dict[str, Any], file: Path) -> str:
    """Posts it and returns the sentence that says what was recorded. Raises Stop with line and field of each fault."""
    body = json.dumps(told, default=str, ensure_ascii=False).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    try:
        answer = client.post("/api/programmes", content=body, headers=headers)
    except httpx.TransportError as error:
        raise Stop(f"Reporting does not answer ({type(error).__name__}); is the platform up?") from error
    if answer.status_code in (409, 422):
        raise Stop("\n".join([f"Nothing was loaded: {file} has faults.", *_lines(answer.json()["errors"], text)]))
    if answer.is_error:
        raise Stop(f"Nothing was loaded: reporting answered {answer.status_code}: {answer.text[:300]}")
    recorded: dict[str, int] = answer.json()["recorded"]
    what = ", ".join(f"{count} {kind}" for kind, count in recorded.items())
    return f"{file.name}: recorded {what}." if recorded else f"{file.name}: nothing is new, nothing was changed."


def _lines(errors: Sequence[dict[str, Any]], text: str) -> list[str]:
    found = []
    for error in errors:
        path = error.get("pointer", "").strip("/").split("/")
        found.append(f"  line {line_of(text, path)}, {'.'.join(path)}: {error['detail']}")
    return found


def line_of(text: str, path: Sequence[str]) -> int:
    """The line (from 1) that a path such as assessments, 3, status leads to: of the field, or of the table it should be in."""
    lines = text.splitlines()
    at = 0
    for step, index in zip(path, [*path[1:], ""], strict=True):
        header = re.compile(rf"\s*\[\[?([\w.-]+\.)?{re.escape(step)}\]\]?\s*$")
        headers = [n for n, line in enumerate(lines) if n >= at and header.match(line)]
        if headers:
            at = headers[min(int(index), len(headers) - 1) if index.isdecimal() else 0]
            continue
        field = re.compile(rf"\s*{re.escape(step)}\s*=")
        own = next((n for n in range(at + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
        at = next((n for n in range(at, own) if field.match(lines[n])), at)
    return at + 1
