"""Events of three stories to tell reporting about: everything in a story has ids of its own."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts import Event, Sealed, interests, matches, messages, opportunities, rounds
from contracts.partners import InputRefused

BEGAN = datetime(2026, 12, 31, 20, tzinfo=UTC)


def happened(kind: type[Event], n: int) -> Event:
    """An event of one of three stories: everything in a story has ids of its own."""
    home, person, place, match, offer, message, round = (UUID(int=10 * part + n) for part in range(1, 8))
    told: dict[str, Any] = {"interest_id": home, "person_id": person, "opportunity_id": place, "match_id": match}
    told |= {"offer_id": offer, "message_id": message, "input_id": message, "partner_id": "norrverk"}
    told |= {
        "kind": "home" if kind is rounds.ScarcityFound else "job",
        "people": 11 if kind is rounds.TrainingNeedFound else [person],
        "reference": "1",
        "places": n + 1,
        "title": "x",
        "employer": "x",
        "occupation": "svetsare",
    }
    told |= {"landlord": "x", "allocation": "pool", "rooms": 2, "size_m2": 50, "rent": 8000, "area": "lulea-kronan"}
    told |= {"unit": "kronan", "stages": ["preschool"], "provider": "x", "host": "x"}
    told |= {"available": "2026-12", "decision": ("approved", "rejected")[n % 2], "answer": ("yes", "no")[n % 2]}
    told |= {"reason": "other", "side": "person", "silent": "both", "seat": 1, "answer_by": BEGAN, "month": "2027-01"}
    told |= {"language": "sv", "template": "offer", "channel": "mail", "door": "http", "code": "x", "band": "400-599"}
    seal = Sealed[Any](subject=person)
    told |= {
        "adults": [{"person_id": person, "language": "sv", "wants_work": True, "needs": seal}],
        "wants_home": False,
    }
    told |= {"round_id": round, "households": 20, "served": 12, "points": 9_000, "bound": 9_100, "fairness_price": 40}
    told |= {"withdrawn": 7, "stand": 5, "municipality": "2580", "skill": "mig-mag-svetsning", "sort": "3", "more": 10}
    told |= {"waiting": 14, "months": (3, 12)[n % 2], "stayed": 5}
    return kind.model_validate(told | {"children": "0", "reasons": seal})


KINDS = (
    interests.ConfirmationRequested, interests.InterestRegistered, interests.InterestChanged, interests.OfferAccepted,
    interests.OfferDeclined, interests.MovedIn, interests.InterestWithdrawn, opportunities.VacancyPosted,
    opportunities.VacancyChanged, opportunities.OwnerAnswered, opportunities.OpportunityClosed, matches.MatchProposed,
    matches.MatchRetracted, matches.MatchReviewed, matches.OfferMade, matches.OfferLapsed, matches.PlacementMade,
    matches.PlacementFellThrough, matches.AcceptanceTooLate, matches.OfferWithdrawn, messages.MessageSent,
    messages.MessageUncertain, InputRefused, rounds.RoundAllocated, rounds.RoundUndone, rounds.TrainingNeedFound,
    rounds.ScarcityFound, opportunities.SchoolPlacesOffered, opportunities.CourseOffered, opportunities.CircleOffered,
    opportunities.EmploymentPosted, opportunities.EmploymentChanged, interests.StillHereAsked, interests.StillHere,
    interests.HouseholdLeft,
)  # fmt: skip
