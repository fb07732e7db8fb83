"""Every page of every service in a real browser: nothing that axe finds, at a desk and on a phone, light and dark."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from browser import browser
from chassis.service import Service
from inflytt.servers import Databases
from intake.app import service as intake
from matching.app import service as matching
from notifications.app import service as notifications
from onscreen import Page, faults, intakepages, matchingpages, reportingpages
from reporting.app import service as reporting

PAGES: dict[str, tuple[Page, ...]] = {
    "intake": intakepages.PAGES,
    "matching": matchingpages.PAGES,
    "notifications": (),
    "reporting": reportingpages.PAGES,
}
FOR_MACHINES = re.compile(r"/api/|/partner/|/internal/|/figures$")
FILES = re.compile(r"/rapporter/|\.\{kind\}$")


def routes(service: Service[Any]) -> set[str]:
    """What a browser can open there as a page."""
    found = {
        context.path or ""
        for router in service.routers
        for context in iter_route_contexts(router.routes)
        if isinstance(context.original_route, APIRoute) and "GET" in (context.original_route.methods or ())
    }
    return {path for path in found if not FOR_MACHINES.search(path) and not FILES.search(path)}


def leads_to(at: str, route: str) -> bool:
    pattern = re.sub(r"\\\{.+?\\\}", "[^/]+", re.escape(route))
    return re.fullmatch(pattern, at.partition("?")[0]) is not None


@pytest.mark.parametrize("service", [intake, matching, notifications, reporting], ids=lambda service: service.name)
def test_every_page_of_a_service_is_among_those_that_are_looked_through(service: Service[Any]) -> None:
    looked_at = [page.at for page in PAGES[service.name] if page.status == 200]
    missed = {route for route in routes(service) if not any(leads_to(at, route) for at in looked_at)}
    assert not missed, f"Add these to PAGES in tests/support/onscreen/{service.name}pages.py, with data to show there"


@pytest.mark.timeout(300)  # a machine with much else to do
async def test_pages_for_people_have_no_faults(postgres: Databases) -> None:
    async with intakepages.opened(postgres) as served, browser() as chromium:
        found = await faults(chromium, served, intakepages.PAGES)
    assert not found, "\n\n".join(found)


@pytest.mark.timeout(300)  # a machine with much else to do
async def test_pages_for_coordinators_have_no_faults_empty_or_full(postgres: Databases) -> None:
    async with matchingpages.opened(postgres) as served, browser() as chromium:
        found = await faults(chromium, served, matchingpages.EMPTY)
        await matchingpages.fill(served)
        found += await faults(chromium, served, matchingpages.PAGES)
    assert not found, "\n\n".join(found)


@pytest.mark.timeout(300)  # a machine with much else to do
async def test_pages_of_figures_goals_and_periods_have_no_faults_empty_or_full(postgres: Databases) -> None:
    async with reportingpages.opened(postgres) as served, browser() as chromium:
        found = await faults(chromium, served, reportingpages.EMPTY)
        await reportingpages.fill(served)
        found += await faults(chromium, served, reportingpages.PAGES)
    assert not found, "\n\n".join(found)
