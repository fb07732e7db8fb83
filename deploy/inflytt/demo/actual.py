"""The figures as the services themselves tell them."""

import httpx

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


async def figures(platform: Platform) -> tuple[dict[str, int], list[str]]:
    """Reporting's figures, and where matching counts otherwise: then one of them is wrong."""
    headers = {"authorization": f"Bearer {platform.service_token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        told = (await client.get(f"{platform.reporting}/api/figures")).raise_for_status().json()
        other = (await client.get(f"{platform.desk}/api/figures")).raise_for_status().json()
    counted = {name: sum(other[part] for part in parts) for name, parts in MATCHING.items()}
    disagreements = [
        f"reporting counts {told[name]} {name}, and matching {count}"
        for name, count in counted.items()
        if told[name] != count
    ]
    return {name: told[name] for name in FIGURES}, disagreements
