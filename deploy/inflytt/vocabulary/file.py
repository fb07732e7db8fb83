"""The imported vocabulary as one file, written whole or not at all, and beside it what could not be linked."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import ValidationError

from contracts.vocabulary import STARTER, Unreadable, load
from contracts.vocabulary.records import Contents
from inflytt.errors import Stop


def starter() -> Contents:
    return Contents.model_validate_json(STARTER.read_bytes())


def before(out: Path) -> Contents:
    """What the file held before, else the starter. Raises Stop when there is something else where it is to be written."""
    if out.exists() and out.samefile(STARTER):
        raise Stop(f"{out} is the starter vocabulary, which is written by hand: choose another file with --out")
    if not out.exists():
        return starter()
    try:
        load(out)
        return Contents.model_validate_json(out.read_bytes())
    except (Unreadable, ValidationError) as error:
        raise Stop(f"{out} exists and is no vocabulary: move it, or choose another file with --out ({error})") from None


def write(out: Path, contents: Contents, unlinked: Mapping[str, list[str]]) -> Path:
    """Writes both files; their names are theirs only when they are whole. Returns where the unlinked are listed."""
    beside = out.with_suffix(".unlinked.json")
    whole = contents.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    _replace(beside, json.dumps(unlinked, indent=1, ensure_ascii=False))
    _replace(out, _one_record_a_line(whole))
    return beside


def _one_record_a_line(contents: Mapping[str, Any]) -> str:
    """JSON that shows by line what a new version changes."""
    parts = []
    for name, value in contents.items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in value)
            parts.append(f'"{name}": [\n{lines}\n]')
        else:
            parts.append(f'"{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _replace(path: Path, text: str) -> None:
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            part.write(text)
            part.flush()
            os.fsync(part.fileno())
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)
    except OSError as error:
        raise Stop(f"{path} can't be written: {error.strerror}") from None
