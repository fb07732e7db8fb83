"""The figures as the services themselves tell them."""

import httpx

from inflytt.demo.expected import Expected
from inflytt.local import Platform

FIGURES = (
    *("registered", "confirmed", "withdrawn", "refused", "opportunities", "proposed", "approved", "introduced"),
    *("accepted", "owner_yes", "owner_refused", "lapsed", "placed", "fell_through", "moved_in", "mails"),
)
# What matching counts too, and how its own words add up to the figure.
MATCHING = {
    "proposed": ("proposed",),
    "approved": ("approved",),
    "introduced": ("introduced",),
    "lapsed": ("lapsed",),
    "placed": ("placed",),
    "fell_through": ("fell_through", "withdrawn", "too_late"),
}


async def figures(platform: Platform) -> dict[str, int]:
    """Reporting's figures. Raises ValueError where matching counts otherwise: then one of them is wrong."""
    headers = {"authorization": f"Bearer {platform.service_token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        told = (await client.get(f"{platform.reporting}/api/figures")).raise_for_status().json()
        other = (await client.get(f"{platform.desk}/api/figures")).raise_for_status().json()
    for name, parts in MATCHING.items():
        if told[name] != (counted := sum(other[part] for part in parts)):
            raise ValueError(f"reporting counts {told[name]} {name} and matching {counted}")
    return {name: told[name] for name in FIGURES}


def agrees(expected: Expected, actual: dict[str, int]) -> dict[str, tuple[int, int]]:
    """The figures that differ, as (expected, actual)."""
    return {name: (value, actual[name]) for name, value in expected.figures().items() if value != actual[name]}
