"""What a coordinator may ask of a pair: what nobody has said, what a skill would add, and why two are no match."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Transaction
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.outcomes import outcome
from matching.domain.reasons import gains
from matching.domain.reasons import why_not as reasons_against
from matching.store import households, places
from matching.store.desk import Household, Shortlisted
from matching.words import Words
from matching.yardstick import all_kinds

GAINS = 3  # skills that are told as worth having


async def helps(
    tx: Transaction, interest_id: UUID, shortlist: Sequence[Shortlisted], words: Words
) -> dict[UUID, list[str]]:
    """Of each proposal what nobody has said, and what each skill more would add."""
    seekers = {(one.kind, one.id): one for one in await households.seekers_of(tx, interest_id)}
    found = {}
    for one in shortlist:
        seeker = seekers.get((one.kind, one.seeker_id))
        if one.state == "proposed" and one.reasons and seeker:
            kind = all_kinds()[one.kind]
            facts = kind.facts.model_validate(one.facts.model_dump())
            place = Place(one.opportunity_id, one.kind, seeker.municipality, facts, one.left)
            told = words.telling.questions(one.reasons.reasons)
            found[one.match_id] = told + words.telling.gains(gains(kind, seeker, place)[:GAINS])
    return found


async def why_not(tx: Transaction, home: Household, opportunity_id: UUID, words: Words) -> list[tuple[str, list[str]]]:
    """For each of the household who seeks such a place: why this one is not proposed. At least one sentence each."""
    place = await places.open_place(tx, opportunity_id)
    if place is None:
        return []
    seekers = [one for one in await households.seekers_of(tx, home.interest_id) if one.kind == place.kind]
    return [(_who(home, seeker, words), _against(seeker, place, words)) for seeker in seekers]


def _against(seeker: Seeker, place: Place, words: Words) -> list[str]:
    told = words.telling.why_not(reasons_against(all_kinds()[seeker.kind], seeker, place))
    way = outcome(place)
    return told if way.way in ("introduce", "allocate") else [*told, words.telling.outcome(way)]


def _who(home: Household, seeker: Seeker, words: Words) -> str:
    for person in home.adults:
        if person.person_id == seeker.id:
            return words.t("Vuxen %(n)s", n=person.position)
    for pupil in home.pupils:
        if pupil.child_id == seeker.id:
            return words.t("Barn %(n)s", n=pupil.position)
    return words.t("Tillsammans")
