"""What people and partners send, as they send it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis import clock
from contracts.matches import OfferMade


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
