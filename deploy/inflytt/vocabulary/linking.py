"""Which classifications say the same: SSYK groups with ISCO-08 and so with ESCO, and with SUN's fields and levels."""

from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from math import log

from contracts.vocabulary.records import Education, Esco, Group
from inflytt.vocabulary.esco import uuid
from inflytt.vocabulary.jobtech import Concepts
from inflytt.vocabulary.merging import Unlinked
from inflytt.vocabulary.sources import Sources

# ISCED-F 2013, by which ESCO files knowledge, as the two-digit fields of SUN 2020; the longest prefix counts.
SUN_OF_ISCED = {
    "001": "01", "002": "08", "003": "09", "011": "14", "021": "21", "022": "22", "023": "22", "031": "31",
    "032": "32", "041": "34", "042": "38", "051": "42", "0521": "42", "0522": "42", "053": "44", "054": "46",
    "061": "48", "071": "52", "0712": "85", "072": "54", "073": "58", "081": "62", "082": "62", "083": "62",
    "084": "64", "091": "72", "092": "76", "101": "81", "102": "85", "103": "86", "104": "84",
}  # fmt: skip
# What SSYK 2012 asks of its first digit, as the first digit of SUN 2020's levels; managers and soldiers: nothing.
LEVEL_OF_SSYK = {"2": "5", "3": "4", "4": "3", "5": "3", "6": "3", "7": "3", "8": "3", "9": "2"}
TELLING, FIELDS = 0.25, 3  # a field's least share of a group's knowledge, and how many fields it may have


def education(sources: Sources, unlinked: Unlinked) -> tuple[tuple[Education, ...], tuple[Education, ...]]:
    """SUN's fields, with the keywords that mean them, and its levels, each by its code."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for keyword in sources.keywords:
        fields = [one.id for one in keyword.related if one.type.startswith("sun-education-field")]
        for field in fields:
            words[field].add(keyword.label)
        if not fields:
            unlinked["keywords that mean no field of education"].append(f"{keyword.id} {keyword.label}")
    return _coded(sources.sun_fields, words), _coded(sources.sun_levels, {})


def _coded(tops: Concepts, words: Mapping[str, set[str]]) -> tuple[Education, ...]:
    return tuple(
        Education(
            id=one.code or "",
            sv=one.label,
            en=one.label,
            only="sv",
            concept=one.id,
            aliases=tuple(sorted(words.get(one.id, ()))),
        )
        for one in sorted((one for top in tops for one in top.walk()), key=lambda one: one.code or "")
    )


def isco_of(sources: Sources) -> dict[str, tuple[str, ...]]:
    """The ISCO groups of each SSYK group."""
    links = {one.code or "": {isco.code for isco in one.related if isco.code} for one in sources.isco_links}
    return {ssyk: tuple(sorted(iscos)) for ssyk, iscos in links.items()}


def ssyk_groups(sources: Sources, known: Container[str], unlinked: Unlinked) -> tuple[Group, ...]:
    """The four-digit SSYK groups with what they are linked to; `known`: the codes of SUN's fields and levels."""
    isco = isco_of(sources)
    fields = _fields(sources, isco)
    tops = (*sources.hierarchy, *sources.groups)
    found = {one.code: one for top in tops for one in top.walk() if one.type == "ssyk-level-4" and one.code}
    for ssyk in isco.keys() - found.keys():
        unlinked["SSYK groups linked to ISCO but not among the SSYK groups"].append(ssyk)
    groups = tuple(
        Group(
            id=code,
            sv=one.label,
            en=one.label,
            only="sv",
            concept=one.id,
            isco=isco.get(code, ()),
            fields=tuple(field for field in fields.get(code, ()) if field in known),
            level=level if (level := LEVEL_OF_SSYK.get(code[0])) and level in known else None,
        )
        for code, one in sorted(found.items())
    )
    for lacks, what in (("isco", "an ISCO group"), ("fields", "a SUN field"), ("level", "a SUN level")):
        unlinked[f"SSYK groups without {what}"] += [f"{one.id} {one.sv}" for one in groups if not getattr(one, lacks)]
    return groups


def _fields(sources: Sources, isco: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The SUN fields of what the occupations of each SSYK group know; rare knowledge tells more than common."""
    sun = {skill: found for skill, isced in _isced(sources).items() if (found := {_sun(code) for code in isced} - {""})}
    of = {occupation: isco for occupation, isco, _ in sources.occupations}
    common = Counter(skill for _, _, skill in sources.requirements)
    known: defaultdict[tuple[str, str], float] = defaultdict(float)  # by ISCO group and field
    for occupation, how, skill in sorted(sources.requirements):
        for field in sorted(sun.get(skill, ())) if occupation in of else ():
            known[of[occupation], field] += (2 if how == "essential" else 1) * log(len(of) / common[skill])
    fields = sorted({field for _, field in known})
    return {
        ssyk: _most({field: sum(known.get((code, field), 0) for code in codes) for field in fields})
        for ssyk, codes in isco.items()
    }


def _most(weights: Mapping[str, float]) -> list[str]:
    ranked = sorted(weights.items(), key=lambda one: (-one[1], one[0]))[:FIELDS]
    return [field for field, weight in ranked if 0 < weight >= TELLING * sum(weights.values())]


def _isced(sources: Sources) -> dict[str, set[str]]:
    """The ISCED-F codes that each piece of knowledge stands under, directly or by what is broader."""
    broader: defaultdict[str, set[str]] = defaultdict(set)
    for _, narrow, broad in sources.broader:
        broader[narrow].add(broad)
    return {skill: _codes(skill, broader) for skill in {row[2] for row in sources.requirements}}


def _codes(skill: str, broader: Mapping[str, set[str]]) -> set[str]:
    codes, waiting, seen = set(), [skill], {skill}
    while waiting:
        for broad in broader.get(waiting.pop(), ()):
            if broad.startswith("isced-f/"):
                codes.add(broad.removeprefix("isced-f/"))
            elif broad not in seen:
                seen.add(broad)
                waiting.append(broad)
    return codes


def _sun(isced: str) -> str:
    return next((SUN_OF_ISCED[isced[:n]] for n in (4, 3) if isced[:n] in SUN_OF_ISCED), "")


def esco_occupations(sources: Sources, unlinked: Unlinked) -> tuple[Esco, ...]:
    """ESCO's occupations with the SSYK groups that share their ISCO group."""
    ssyk: defaultdict[str, list[str]] = defaultdict(list)
    for code, iscos in sorted(isco_of(sources).items()):
        for isco in iscos:
            ssyk[isco].append(code)
    found = tuple(
        Esco(id=uuid(uri), en=label, isco=isco, ssyk=tuple(ssyk[isco]))
        for uri, isco, label in sorted(sources.occupations)
    )
    unlinked["ESCO occupations whose ISCO group no SSYK group is linked to"] += [
        f"{one.isco} {one.en}" for one in found if not one.ssyk
    ]
    reached = {code for one in found for code in one.ssyk}
    unlinked["SSYK groups without an ESCO occupation"] += sorted(isco_of(sources).keys() - reached)
    known = {uri for uri, _, _ in sources.occupations}
    strange = {occupation for occupation, _, _ in sources.requirements} - known
    unlinked["ESCO occupations with skills that are not among the occupations"] += sorted(strange)
    return found
