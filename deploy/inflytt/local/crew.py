"""Which processes there are: how many of each service in each role."""

from collections.abc import Iterator, Mapping

from inflytt.local.processes import SERVICES

ROLES = ("all", "api", "consumer", "relay")
# How many of a role in each service, or under `service-role` in that one.
SPLIT = {"api": 1, "consumer": 1, "relay": 1}
SEVERAL = {"api": 1, "intake-api": 2, "consumer": 3, "matching-consumer": 2, "relay": 2}


def crew(counts: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Service, role and number of each process: from 1 where there are several, 0 for one alone.

    Raises ValueError for a count of what there is not.
    """
    known = {*ROLES, *(f"{service}-{role}" for service in SERVICES for role in ROLES)}
    if unknown := counts.keys() - known:
        raise ValueError(f"no service has the role {', '.join(sorted(unknown))}")
    for service in SERVICES:
        for role in ROLES:
            count = counts.get(f"{service}-{role}", counts.get(role, 0))
            if (service, role) == ("notifications", "api"):
                continue  # it has no door
            yield from ((service, role, nth if count > 1 else 0) for nth in range(1, count + 1))
