"""How coarsely an owner may know whom an offer is about, before anybody has said yes."""

from collections.abc import Sequence

from intake.domain.household import Person


def band_of(kind: str, people: Sequence[Person], children: str) -> str:
    """How much of those it is about, in its owner's own terms; "0" when nobody is left.

    For work the adult's occupation group ("72"); for a home adults and children ("2+1-2"); else how many are asked.
    """
    if not people:
        return "0"
    if kind in ("job", "employment"):
        return people[0].groups[0] if people[0].groups else "0"
    return f"{len(people)}+{children}" if kind == "home" else str(len(people))
