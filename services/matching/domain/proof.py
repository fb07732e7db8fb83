"""What the audit keeps of what is said, and a proposal made again from what it was made from: nobody's needs stay in it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import Sealed
from contracts.interests import Adult, Household
from contracts.matches import MatchEvent, MatchProposed, Reasons
from contracts.matches import SuitabilityAssessed as Assessed
from contracts.opportunities import Place as Published
from matching.domain import proposals
from matching.domain.audit import canonical
from matching.domain.kinds.shape import Assessment, Kind, Place, Seeker
from matching.domain.reasons import told
from matching.domain.score import score

# What an entry is called; what is not here is called as the event.
NAMES = {
    "MatchProposed": "proposed",
    "MatchRetracted": "retracted",
    "MatchReviewed": "decided",
    "ReferralMade": "referred",
    "SuitabilityAssessed": "assessed",
    "OfferMade": "offered",
    "OfferWithdrawn": "withdrawn",
    "OfferLapsed": "lapsed",
    "AcceptanceTooLate": "too_late",
    "PlacementMade": "placed",
    "PlacementFellThrough": "fell_through",
}


@dataclass(frozen=True)
class Line:
    """What is to be written down of one event, in plain values. `at`: ISO 8601."""

    interest_id: UUID
    kind: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    by: str
    at: str


def line(event: MatchEvent, event_id: UUID, by: str, at: str, keys: Mapping[UUID, bytes]) -> Line:
    """What is written down of an event: whom and what it is about, and what stands open in it; of a proposal, what it was
    made from and a hash of its reasons, which `keys` by subject lend theirs to."""
    facts = event.model_dump(mode="json", exclude=_seals(event))
    about = {name: value for name, value in facts.items() if name.endswith("_id") or name in ("kind", "people")}
    outputs: dict[str, Any] = {name: value for name, value in facts.items() if name not in about}
    inputs = about | {"event": str(event_id)}
    if isinstance(event, MatchProposed):
        inputs |= {"seeker": str(seeker_of(event)), "made_from": outputs.pop("made_from")}
        outputs["reasons"] = _keyed(event.reasons.value, keys.get(event.reasons.subject))
    return Line(UUID(event.key), NAMES.get(type(event).__name__, type(event).__name__), inputs, outputs, by, at)


def seeker_of(event: MatchProposed) -> UUID:
    """The adult, the child, or the household as a whole."""
    return event.person_id or event.child_id or event.interest_id


def outcome(reasons: Reasons, key: bytes | None) -> dict[str, Any]:
    """A proposal's reasons as the audit keeps them: the band, and a hash that nobody can make, or guess from, without the
    subject's key. None in its place: the key was gone."""
    return {"band": proposals.band(reasons.score), "reasons": _keyed(reasons, key)}


def _keyed(reasons: Reasons | None, key: bytes | None) -> str | None:
    if reasons is None or key is None:
        return None
    return hmac.digest(key, b"reasons " + canonical(reasons.model_dump(mode="json")), "sha256").hex()


class Gone(Exception):
    """What a proposal was made from can't be opened any more: the subject is erased."""


class NoPair(Exception):
    """What a proposal is said to be made from makes none. `args`: why."""


def again(kind: Kind, seeker: Seeker, place: Place) -> Reasons:
    """The reasons of the pair, made anew. Raises NoPair."""
    found = score(kind, seeker, place)
    if found is None:
        raise NoPair("a gate is closed")
    return told(found)


def place(said: Published, kind: Kind, municipality: str) -> Place:
    """The place as it was published. How much of it was taken is in no event: it is a gate, and adds to no score."""
    facts = kind.facts.model_validate(said.model_dump())
    return Place(said.opportunity_id, kind.name, municipality, facts, said.places)


def seeker(said: Household, kind: Kind, id: UUID, municipality: str, assessed: Assessed | None = None) -> Seeker:
    """Who seeks, as the household said it. Raises Gone, and NoPair when nobody by that id sought anything of the kind."""
    adult = next((one for one in said.adults if one.person_id == id), None)
    sought = _of_adult(kind.name, adult) if adult else _of_household(said, kind.name, id)
    if sought is None:
        raise NoPair(f"nobody seeks {kind.name}")
    if sought.value is None:
        raise Gone
    there = [adult] if adult else [one for one in said.adults if one.needs.value is not None]
    return Seeker(
        id=id,
        kind=kind.name,
        household=said.interest_id,
        municipality=municipality,
        needs=kind.needs.model_validate(sought.value.model_dump()),
        consents=all(one.consents for one in there),
        shares=all(one.shares for one in there),
        awaits_adult=not adult and bool(said.awaited),
        assessment=_assessment(assessed) if assessed else None,
    )


def _of_adult(kind: str, adult: Adult) -> Sealed[Any] | None:
    match kind:
        case "education":
            return adult.learning
        case "network":
            return adult.belonging
        case "job" | "employment":
            return adult.needs if adult.wants_work else None
    return None


def _of_household(said: Household, kind: str, id: UUID) -> Sealed[Any] | None:
    if kind == "home" and id == said.interest_id:
        return said.home if said.wants_home else None
    return next((one.needs for one in said.pupils if kind == "school" and one.child_id == id), None)


def _assessment(assessed: Assessed) -> Assessment:
    made = assessed.assessment.value
    if made is None:
        raise Gone
    return Assessment(made.reference, made.role, made.made)


def _seals(event: MatchEvent) -> set[str]:
    return {name for name in type(event).model_fields if isinstance(getattr(event, name), Sealed)}
