"""`inflytt vocabulary import PATH…`: JobTech's and ESCO's files, linked, as one vocabulary file for the services."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.vocabulary.records import Contents
from inflytt.errors import Stop
from inflytt.vocabulary import file, linking, merging, relating, sources
from inflytt.vocabulary.merging import Unlinked

PARTS = (
    "occupations",
    "skills",
    "languages",
    "groups",
    "ssyk",
    "education_fields",
    "education_levels",
    "esco",
    "related",
    "near",
)


@dataclass(frozen=True)
class Report:
    """What an import made: how many of each, what was not given, and what could not be linked (listed in `beside`)."""

    out: Path
    beside: Path
    version: int
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    unlinked: Mapping[str, tuple[str, ...]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("inflytt vocabulary", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    importing = commands.add_parser("import", help="make a vocabulary file of JobTech's and ESCO's files")
    importing.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or an archive")
    importing.add_argument("--out", type=Path, default=Path("vocabulary.json"), help="(vocabulary.json, here)")
    given = parser.parse_args(arguments)
    tell(run(given.paths, given.out, print))
    return 0


def run(paths: Iterable[Path], out: Path, say: Callable[[str], object]) -> Report:
    """Imports what the paths hold into the file `out`, and says what each document is.

    The same documents make the same bytes, in whatever order they come; what differs from the last import raises the
    version. Raises Stop, and writes nothing, for a document that is damaged, unknown or given in two versions.
    """
    starter, before = file.starter(), file.before(out)
    given = sources.read(paths, say)
    if not given.hierarchy:
        raise Stop(f"{sources.SAYS['hierarchy']} is not among the files, and nothing can be linked without: add it")
    unlinked = Unlinked()
    contents = _versioned(_kept(_contents(given, starter, unlinked), before, unlinked), before)
    found = {what: sorted(which) for what, which in sorted(unlinked.items()) if which}
    beside = file.write(out, contents, found)
    return Report(
        out,
        beside,
        contents.version,
        {part: len(getattr(contents, part)) for part in PARTS},
        tuple(given.missing()),
        {what: tuple(which) for what, which in found.items()},
    )


def _contents(given: sources.Sources, starter: Contents, unlinked: Unlinked) -> Contents:
    occupations = merging.occupations(given, starter, unlinked)
    fields, levels = linking.education(given, unlinked)
    ssyk = linking.ssyk_groups(given, {one.id for one in (*fields, *levels)}, unlinked)
    return Contents.model_validate(
        dict(starter)
        | {
            "occupations": occupations,
            "skills": merging.skills(given, starter, unlinked),
            "languages": merging.languages(given, starter, unlinked),
            "groups": merging.groups(given, starter, unlinked),
            "education_fields": fields,
            "education_levels": levels,
            "ssyk": ssyk,
            "esco": linking.esco_occupations(given, unlinked),
            "near": relating.near(given),
            "related": relating.judged(given, starter, occupations, unlinked),
        }
    )


def _kept(contents: Contents, before: Contents, unlinked: Unlinked) -> Contents:
    """With what only the version before has: events name it for ever."""
    kept = {}
    for kind in ("occupations", "skills", "languages", "groups"):
        now = {one.id for one in getattr(contents, kind)}
        gone = tuple(one for one in getattr(before, kind) if one.id not in now)
        unlinked[f"{kind} of the version before that are not in these files, kept"] += [f"{o.id} {o.sv}" for o in gone]
        kept[kind] = (*getattr(contents, kind), *gone)
    return contents.model_copy(update=kept)


def _versioned(contents: Contents, before: Contents) -> Contents:
    same = contents.model_copy(update={"version": before.version})
    return same if same == before else contents.model_copy(update={"version": before.version + 1})


def tell(report: Report) -> None:
    """Says what was made, and of what could not be linked the number and the first."""
    print(f"{report.out}: version {report.version}, " + ", ".join(f"{n:,} {part}" for part, n in report.counts.items()))
    for what in report.missing:
        print(f"not given: {what}; what needs it was not made")
    for what, which in report.unlinked.items():
        print(f"{len(which):,} {what}, the first: {which[0]}")
    print(
        f"All that could not be linked is in {report.beside}. The services use {report.out} when VOCABULARY names it."
    )
