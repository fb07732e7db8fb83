"""Small files in the shape of JobTech's and ESCO's, for tests of the import to write, damage and change."""

import csv
import io
import json
from pathlib import Path
from typing import Any

ESCO = "http://data.europa.eu/esco/"
NURSE, WELDER, PLUMBER = (f"{ESCO}occupation/{n:08d}-0000-4000-8000-000000000000" for n in (1, 2, 3))
CARE, WELDING, METAL = (f"{ESCO}skill/{n:08d}-0000-4000-8000-000000000000" for n in (11, 12, 13))


def concept(id: str, label: str, type: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "preferred_label": label, "type": type, **more}


def name(id: str, label: str) -> dict[str, Any]:
    return concept(id, label, "occupation-name")


NURSES = [name("nurS_eee_AAA", "Sjuksköterska"), name("nurS_eee_aaa", "Barnsjuksköterska")]
WELDERS = [name("welD_eee_AAA", "Svetsare"), name("welD_eee_BBB", "Rörsvetsare/Licenssvetsare")]
PLUMBERS = [name("pluM_bbb_AAA", "Rörläggare")]
GROUPS = [
    ("2221", "Grundutbildade sjuksköterskor", "Vårdar patienter", NURSES, ["2221"]),
    ("7212", "Svetsare och gasskärare", "Svetsar metall och rör", WELDERS, ["7212"]),
    ("7125", "VVS-montörer", "Monterar och svetsar rör", PLUMBERS, ["7126"]),
]


def _group(code: str, label: str, definition: str, names: list[dict[str, Any]]) -> dict[str, Any]:
    more = {"ssyk_code_2012": code, "definition": definition, "narrower": names}
    return concept(f"g{code[:3]}_{code[:3]}_{code[1:]}", label, "ssyk-level-4", **more)


def _level(level: int, code: str, below: list[dict[str, Any]]) -> dict[str, Any]:
    more = {"ssyk_code_2012": code, "narrower": below}
    return concept(f"lev{level}_{code:0>3}_aaa", f"Grupp {code}", f"ssyk-level-{level}", **more)


def _hierarchy() -> list[dict[str, Any]]:
    groups = [_group(*group[:4]) for group in GROUPS]
    return [
        _level(
            1, g["ssyk_code_2012"][0], [_level(2, g["ssyk_code_2012"][:2], [_level(3, g["ssyk_code_2012"][:3], [g])])]
        )
        for g in groups
    ]


def _isco_links() -> list[dict[str, Any]]:
    return [
        _group(code, label, "", [])
        | {
            "related": [
                concept(f"i{isco[:3]}_000_{isco[1:]}", "ISCO", "isco-level-4", isco_code_08=isco) for isco in iscos
            ]
        }
        for code, label, _, _, iscos in GROUPS
    ]


def _isco_link_files() -> list[dict[str, Any]]:
    return [{key: value for key, value in group.items() if key != "narrower"} for group in _isco_links()]


def _sun(kind: str, codes: list[str]) -> list[dict[str, Any]]:
    key = f"sun_education_{kind}_code_2020"
    return [
        concept(
            f"s{kind[:3]}_{code[0]}00_top", f"Utbildning {code[0]}", f"sun-education-{kind}-1",
            **{key: code[0], "narrower": [concept(f"s{kind[:3]}_{code:0>3}_two", f"Inriktning {code}",
               f"sun-education-{kind}-2", **{key: code})]},
        )
        for code in codes
    ]  # fmt: skip


JOBTECH: dict[str, list[dict[str, Any]]] = {
    "hierarchy": _hierarchy(),
    "isco": _isco_link_files(),
    "judged": [
        WELDERS[1] | {"substitutes": [PLUMBERS[0] | {"substitutability_percentage": 75}], "substituted_by": []},
        PLUMBERS[0] | {"substitutes": [], "substituted_by": []},
    ],
    "skills": [concept("skiL_aaa_AAA", "Vävning på handvävstol", "skill")],
    "languages": [
        concept("lanG_aaa_AAA", "Arabiska", "language", iso_639_1_2002="AR"),
        concept("lanG_aaa_BBB", "Grebo", "language", iso_639_1_2002=None),
    ],
    "fields": _sun("field", ["72", "52"]),
    "levels": _sun("level", ["31", "53"]),
    "keywords": [
        concept("keyW_aaa_AAA", "Vård", "keyword", related=[concept("sfie_072_two", "Hälsa", "sun-education-field-2")])
    ],
    "entry": [concept("entR_aaa_AAA", "Yrkessamling", "occupation-collection", related=[PLUMBERS[0]])],
}
ESCO_TABLES = {
    "occupations": [
        ["conceptType", "conceptUri", "iscoGroup", "preferredLabel", "description"],
        ["Occupation", NURSE, "2221", "nurse", 'cares,\n"always"'],
        ["Occupation", WELDER, "7212", "welder", "welds"],
        ["Occupation", PLUMBER, "7126", "plumber", ""],
    ],
    "requirements": [
        ["occupationUri", "relationType", "skillType", "skillUri"],
        [NURSE, "essential", "knowledge", CARE],
        [WELDER, "essential", "knowledge", WELDING],
        [WELDER, "optional", "knowledge", METAL],
        [PLUMBER, "optional", "knowledge", WELDING],
    ],
    "broader": [
        ["conceptType", "conceptUri", "broaderType", "broaderUri"],
        ["KnowledgeSkillCompetence", CARE, "SkillGroup", f"{ESCO}isced-f/0913"],
        ["KnowledgeSkillCompetence", WELDING, "SkillGroup", f"{ESCO}isced-f/0715"],
        ["KnowledgeSkillCompetence", METAL, "KnowledgeSkillCompetence", WELDING],
    ],
    "links": [
        ["originalSkillUri", "originalSkillType", "relationType", "relatedSkillType", "relatedSkillUri"],
        [WELDING, "knowledge", "optional", "knowledge", METAL],
    ],
}


def jobtech(kind: str) -> bytes:
    return json.dumps({"data": {"concepts": JOBTECH[kind]}}, ensure_ascii=False).encode()


def table(kind: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(ESCO_TABLES[kind])
    return text.getvalue().encode()


def written(folder: Path) -> Path:
    """All the files, under names that say nothing."""
    folder.mkdir()
    for at, kind in enumerate(JOBTECH):
        (folder / f"{at}.txt").write_bytes(jobtech(kind))
    for at, kind in enumerate(ESCO_TABLES):
        (folder / f"e{at}").write_bytes(table(kind))
    return folder
