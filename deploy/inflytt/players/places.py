"""What the employer and the landlord publish: vacancies, dwellings, and inputs that are wrong in different ways."""

import random
from datetime import datetime
from typing import Any

from contracts.vocabulary import VOCABULARY
from inflytt.players.cast import month
from inflytt.players.people import AREAS, NAMED, RELATED, Size

EMPLOYERS = ("Norrverk AB", "Norrverk Stål AB", "Norrverk Vård AB", "Norrverk Data AB")
PLANTED = ("frisor", "brandman", "lokforare")  # related to nothing that anybody here works with
SWEDISH = ("sjukskoterska", "underskoterska", "grundskollarare", "personlig-assistent", "socialsekreterare")
HOW_TO_JOIN = "Ställ dig i kön på lulehem.example. Kötiden avgör."
Body = dict[str, Any]


def vacancies(seed: int, size: Size, now: datetime) -> list[Body]:
    """So many vacancies, each occupation in turn; the last ones planted: tempting, and nobody's."""
    rng = random.Random(f"vacancies {seed}")
    planted = [_planted(rng, n, now) for n in range(min(len(PLANTED), size.vacancies // 10))]
    return [_vacancy(rng, n, now) for n in range(size.vacancies - len(planted))] + planted


def _vacancy(rng: random.Random, n: int, now: datetime) -> Body:
    occupation = NAMED[n % len(NAMED)]
    known = VOCABULARY.occupations[occupation]
    skills = rng.sample(known.skills, k=4)
    return {
        "reference": f"NV-{n + 1:03}",
        "title": f"{known.sv} till {rng.choice(('Luleå', 'Norrbotten', 'oss', 'vårt lag'))}",
        "employer": rng.choice(EMPLOYERS),
        "occupation": occupation,
        "skills_required": skills[:2],
        "skills_merited": skills[2:],
        "languages": [{"language": "sv", "level": "good" if occupation in SWEDISH else "basic"}],
        "licences": [known.licence] if known.licence else [],
        "places": rng.choice((1, 1, 2)),
        "extent_percent": rng.choice((100, 100, 75)),
        "start": rng.choice((None, month(now, 2), month(now, 3))),
        "area": rng.choice((None, *AREAS)),
        "municipality": "2580",
    }


def _planted(rng: random.Random, n: int, now: datetime) -> Body:
    wished = [skill for occupation in RELATED for skill in VOCABULARY.occupations[occupation].skills[:3]]
    return _vacancy(rng, n, now) | {
        "reference": f"NV-P{n + 1}",
        "title": VOCABULARY.name(PLANTED[n], "sv"),
        "occupation": PLANTED[n],
        "skills_required": list(dict.fromkeys(wished))[:40],
        "licences": [],
    }


def dwellings(seed: int, size: Size, now: datetime) -> list[Body]:
    """So many dwellings; the last ones only a queue leads to."""
    rng = random.Random(f"dwellings {seed}")
    pool = size.dwellings - size.queues
    return [_dwelling(rng, n, now, "pool" if n < pool else "queue_bound") for n in range(size.dwellings)]


def _dwelling(rng: random.Random, n: int, now: datetime, allocation: str) -> Body:
    rooms = n % 4 + 1
    area = rng.choice(AREAS)
    return {
        "reference": f"LH-{n + 1:03}",
        "title": f"{rooms} rum, {VOCABULARY.name(area, 'sv')}",
        "landlord": "Lulehem AB",
        "allocation": allocation,
        "agreement": "pool-2026" if allocation == "pool" else None,
        "places": 1,
        "rooms": rooms,
        "size_m2": 24 + 19 * rooms + rng.randrange(8),
        "rent": 3200 + 2300 * rooms + 100 * rng.randrange(8),
        "area": area,
        "available": month(now, rng.choice((1, 2))),
        "how_to_join": HOW_TO_JOIN if allocation == "queue_bound" else None,
        "municipality": "2580",
    }


def malformed_over_http(good: Body) -> list[tuple[bytes | Body, str]]:
    """Vacancies that must be refused, each with what is wrong: a code that the answer names."""
    reference = {"reference": "NV-FEL"}
    return [
        (good | reference | {"occupation": "trollkarl"}, "unknown_occupation"),
        ({name: value for name, value in good.items() if name != "title"} | reference, "missing"),
        (good | reference | {"places": "två"}, "int_type"),
        (b'{"reference": "NV-FEL", "title": ', "json_invalid"),
    ]


def malformed_over_kafka(good: Body) -> list[tuple[bytes | Body, str]]:
    """The same for dwellings, as messages."""
    message = good | {"type": "dwelling", "reference": "LH-FEL"}
    return [
        (b"<dwelling rooms='3'/>", "json_invalid"),
        (message | {"id": "fel-1", "agreement": None, "allocation": "pool"}, "agreement_missing"),
        (message | {"id": "fel-2", "pets": True}, "extra_forbidden"),
        ({"type": "castle", "id": "fel-3"}, "unknown_type"),
    ]
