"""Occupations and skills to invent people from: the public ones where their files are, else a vocabulary of the same shape."""

import csv
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np

OCCUPATIONS, GROUPS, SKILLS, GROUP_SKILLS = 2412, 400, 13_000, 148  # as counted in JobTech's and ESCO's files
ESSENTIAL = "essential"
SAME_GROUP = 500  # per mille
NEAREST = 10  # related occupations that are kept of each


@dataclass(frozen=True)
class Words:
    """`skills` of each occupation, the surest first; `common`: how often each occupation is asked for."""

    origin: str
    occupations: Sequence[str]
    common: np.ndarray
    skills: Mapping[str, Sequence[str]]
    related: Mapping[str, Sequence[tuple[str, int]]]


def words(data: Path | None, seed: int) -> Words:
    """From the files of `data`, or invented from the seed. FileNotFoundError when `data` lacks one."""
    return _read(data) if data else _invent(np.random.default_rng(seed))


def _invent(chance: np.random.Generator) -> Words:
    """Groups of six occupations; a few groups are asked for much more than others; a skill is of nine groups or so."""
    groups = np.sort(np.concatenate((np.arange(GROUPS), chance.integers(0, GROUPS, OCCUPATIONS - GROUPS))))
    of_group = chance.permutation(1 / (5 + np.arange(GROUPS)) ** 0.9)
    weight = SKILLS / (20 + np.arange(SKILLS)) ** 0.6
    size = np.clip(chance.normal(GROUP_SKILLS, 40, GROUPS).astype(int), 40, 400)
    skills = [chance.choice(SKILLS, n, replace=False, p=weight / weight.sum()) for n in size]
    names = [f"o{n:04}" for n in range(OCCUPATIONS)]
    related: dict[str, dict[str, int]] = defaultdict(dict)
    for one, group in enumerate(groups):
        near = [int(n) for n in np.flatnonzero(groups == group) if n != one][:5]
        far = chance.integers(0, OCCUPATIONS, 5).tolist()
        for other, share in [(n, SAME_GROUP) for n in near] + [(n, 750 if k < 3 else 250) for k, n in enumerate(far)]:
            related[names[one]][names[other]] = related[names[other]][names[one]] = share
    return Words(
        "invented",
        names,
        of_group[groups] / np.bincount(groups)[groups],
        {name: [f"s{n}" for n in skills[group]] for name, group in zip(names, groups, strict=True)},
        _nearest(related),
    )


def _read(data: Path) -> Words:
    groups = _concepts(data, "ssyk-level-4-groups-with-related-occupations")
    group_of = {name["id"]: group["id"] for group in groups for name in group["narrower"]}
    names = {id: f"o{n:04}" for n, id in enumerate(sorted(group_of))}
    ssyk = {group["id"]: group["ssyk_code_2012"] for group in groups}
    asked = _asked(data)
    least = min(asked.values())  # of a group that the sample of ads has nothing of
    in_group = Counter(group_of.values())
    by_group = _skills(data)
    return Words(
        "JobTech and ESCO",
        list(names.values()),
        np.array([asked.get(ssyk[group_of[id]], least) / in_group[group_of[id]] for id in names]),
        {name: by_group[group_of[id]] for id, name in names.items()},
        _nearest(_related(data, names, group_of)),
    )


def _related(data: Path, names: Mapping[str, str], group_of: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Expert judgement, both ways, and those of the same group."""
    related: dict[str, dict[str, int]] = defaultdict(dict)
    groups = defaultdict(list)
    for id, group in group_of.items():
        groups[group].append(id)
    for same in groups.values():
        for one in same:
            related[names[one]] |= {names[other]: SAME_GROUP for other in same if other != one}
    for concept in _concepts(data, "substitutability-relations-between-occupations"):
        for other in concept["substitutes"]:
            if {concept["id"], other["id"]} <= names.keys():
                one, two, share = names[concept["id"]], names[other["id"]], 10 * other["substitutability_percentage"]
                related[one][two] = max(share, related[one].get(two, 0))
                related[two][one] = max(share, related[two].get(one, 0))
    return related


def _nearest(related: Mapping[str, Mapping[str, int]]) -> dict[str, list[tuple[str, int]]]:
    return {
        one: sorted(others.items(), key=lambda found: (-found[1], found[0]))[:NEAREST]
        for one, others in related.items()
    }


def _skills(data: Path) -> dict[str, list[str]]:
    """ESCO's skills of each SSYK group, through ISCO: the essential ones of most occupations first."""
    folder = data / "esco"
    isco = {
        row["conceptUri"]: row["iscoGroup"]
        for row in _rows(folder / "esco-v1.1.1-classification-en-csv.zip", "occupations_en.csv")
    }
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _rows(folder / "esco-v1.1.1-relations-csv.zip", "occupationSkillRelations.csv"):
        counted[isco.get(row["occupationUri"], "")][row["skillUri"]] += 2 if row["relationType"] == ESSENTIAL else 1
    numbers = {uri: f"s{n}" for n, uri in enumerate(sorted({uri for skills in counted.values() for uri in skills}))}
    found = {}
    for group in _concepts(data, "ssyk-level-4-with-related-isco-level-4-groups"):
        total: Counter[str] = sum((counted[one["isco_code_08"]] for one in group["related"]), Counter())
        found[group["id"]] = [numbers[uri] for uri, _ in sorted(total.items(), key=lambda one: (-one[1], one[0]))]
    return found


def _asked(data: Path) -> dict[str, float]:
    """Vacancies by SSYK group."""
    found: dict[str, float] = defaultdict(float)
    with (data / "ads" / "ads-per-region-and-ssyk.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["ssyk_code"]] += float(row["total_vacancies"])
    return found


def _concepts(data: Path, name: str) -> list[dict[str, Any]]:
    concepts: list[dict[str, Any]] = json.loads((data / "jobtech" / f"{name}.json").read_text())["data"]["concepts"]
    return concepts


def _rows(archive: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(archive) as packed:
        found = next(one for one in packed.namelist() if one.endswith(name))
        return list(csv.DictReader(TextIOWrapper(packed.open(found), encoding="utf-8")))
