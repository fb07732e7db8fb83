"""The organisations that use the partner door of the local platform, each with a new key for every run."""

import json
from pathlib import Path
from typing import Any

from chassis.web import hash_key, new_key

PARTNERS: list[dict[str, Any]] = [
    {
        "partner_id": "norrverk",
        "kind": "employer",
        "name": "Norrverk AB",
        "agreement": None,
        "municipality": "2580",
        "email": "rekrytering@norrverk.example",
    },
    {
        "partner_id": "lulehem",
        "kind": "landlord",
        "name": "Lulehem AB",
        "agreement": "pool-2026",
        "municipality": "2580",
        "email": "uthyrning@lulehem.example",
    },
    {
        "partner_id": "skolan",
        "kind": "school",
        "name": "Luleå kommun, barn och utbildning",
        "agreement": None,
        "municipality": "2580",
        "email": "placering@skolan.example",
    },
    {
        "partner_id": "larcentrum",
        "kind": "educator",
        "name": "Norra lärcentrum",
        "agreement": None,
        "municipality": "2580",
        "email": "antagning@larcentrum.example",
    },
    {
        "partner_id": "grannar",
        "kind": "host",
        "name": "Nya grannar",
        "agreement": None,
        "municipality": "2580",
        "email": "hej@grannar.example",
    },
    {
        "partner_id": "matarna",
        "kind": "statistics",
        "name": "Luleå kommun, statistik",
        "agreement": None,
        "municipality": "2580",
        "email": "statistik@matarna.example",
    },
]


def write(file: Path) -> dict[str, str]:
    """Writes what intake reads (hashes only) and returns the keys by partner."""
    keys = {partner["partner_id"]: new_key(partner["partner_id"]) for partner in PARTNERS}
    told = [{**partner, "key_hash": hash_key(keys[partner["partner_id"]])} for partner in PARTNERS]
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2))
    return keys
