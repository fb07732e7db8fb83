"""What people and partners send, as they send it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis import clock
from contracts.matches import OfferMade

PUBLISHERS = {  # who publishes where
    "/vacancies": "norrverk",
    "/employments": "norrverk",
    "/dwellings": "lulehem",
    "/school-places": "skolan",
    "/courses": "larcentrum",
    "/circles": "byanat",
}

FORM = {
    "municipality": "2580",
    "adults-0-name": "Ask Lind",
    "adults-0-email": "ask@inflytt.example",
    "adults-0-language": "sv",
    "adults-0-wants_work": "yes",
    "adults-0-words": "Svetsare, plåtslagare",
    "adults-0-skills": "",
    "adults-0-sv": "good",
    "adults-0-extent_percent": "100",
    "wants_home": "yes",
    "home-rooms_min": "3",
    "home-rent_max": "12 000",
    "consent": "yes",
}


def adult(name: str = "Ask Lind", **more: Any) -> dict[str, Any]:
    given = {
        "name": name,
        "email": f"{uuid4().hex[:12]}@inflytt.example",
        "language": "sv",
        "occupations": [{"id": "svetsare"}],
        "skills": ["lasa-ritningar"],
        "languages": [{"language": "sv", "level": "good"}],
        "wants_work": True,
    }
    return {**given, **more}


def registration(*adults: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {
        "municipality": "2580",
        "adults": list(adults) or [adult()],
        "children": ["2019-05"],
        "home": {"rooms_min": 3, "rent_max": 12000, "areas": ["lulea-kronan"]},
        "consent": True,
    }
    return {**given, **more}


def vacancy(**more: Any) -> dict[str, Any]:
    given = {
        "reference": f"N-{uuid4().hex[:8]}",
        "title": "Svetsare till verkstaden",
        "employer": "Norrverk AB",
        "occupation": "svetsare",
        "places": 2,
        "municipality": "2580",
    }
    return {**given, **more}


def dwelling(**more: Any) -> dict[str, Any]:
    given = {
        "reference": f"L-{uuid4().hex[:8]}",
        "title": "Tre rum på Kronan",
        "landlord": "Lulehem AB",
        "allocation": "pool",
        "agreement": "pool-2026",
        "rooms": 3,
        "size_m2": 74,
        "rent": 9800,
        "area": "lulea-kronan",
        "available": "2026-12",
        "municipality": "2580",
    }
    return {**given, **more}


def employment(**more: Any) -> dict[str, Any]:
    given = {"adaptation": ["quiet-workplace", "close-mentor"], "hours": ["evening"], "title": "Verkstad i lugn takt"}
    return {**vacancy(), **given, **more}


def school_places(**more: Any) -> dict[str, Any]:
    given = {
        "reference": f"S-{uuid4().hex[:8]}",
        "title": "Kronans förskola",
        "unit": "kronan",
        "stages": ["preschool", "f"],
        "area": "lulea-kronan",
        "how_to_join": "Sök på kommunens e-tjänst för skola och förskola.",
        "wait_months": 2,
        "profiles": ["mother-tongue"],
        "places": 4,
        "municipality": "2580",
    }
    return {**given, **more}


def course(**more: Any) -> dict[str, Any]:
    given = {
        "reference": f"K-{uuid4().hex[:8]}",
        "title": "Svetsare, yrkesutbildning för vuxna",
        "provider": "Lärcentrum",
        "leads_to": ["svetsare"],
        "teaches": ["mig-mag-svetsning"],
        "level": 2,
        "pace_percent": 100,
        "how_to_join": "Sök på Lärcentrums webbplats.",
        "municipality": "2580",
    }
    return {**given, **more}


def circle(**more: Any) -> dict[str, Any]:
    given = {
        "reference": f"B-{uuid4().hex[:8]}",
        "title": "Språkkafé på biblioteket",
        "host": "Bya-nät",
        "interests": ["language-practice"],
        "languages": ["sv"],
        "times": ["weekday-evening"],
        "municipality": "2580",
    }
    return {**given, **more}


def offer_made(interest_id: UUID, people: Sequence[UUID], **more: Any) -> OfferMade:
    """An introduction to answer within five days."""
    given: dict[str, Any] = {
        "offer_id": uuid4(),
        "interest_id": interest_id,
        "opportunity_id": uuid4(),
        "partner_id": "norrverk",
        "kind": "job",
        "people": tuple(people),
        "match_id": uuid4(),
        "answer_by": clock.now() + timedelta(days=5),
    }
    return OfferMade(**{**given, **more})
