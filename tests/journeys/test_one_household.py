"""The road, narrow and whole: one household, one vacancy, a yes from each side, one mail, one figure."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser import browser, look
from inflytt import local

VACANCY = {
    "reference": "NV-1",
    "title": "Svetsare till verkstaden i Luleå",
    "employer": "Norrverk AB",
    "occupation": "svetsare",
    "places": 1,
    "extent_percent": 100,
    "municipality": "2580",
}


def mails(platform: local.Platform, to: str) -> list[dict[str, Any]]:
    assert platform.mail is not None
    return platform.mail.messages(to=to)


def link(mail: dict[str, Any]) -> str:
    found = re.search(r"https?://\S+", mail["text"])
    assert found, mail["text"]
    return found[0]


def figures(platform: local.Platform) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {platform.service_token}"}
    return httpx.get(f"{platform.reporting}/api/figures", headers=headers).json()


@pytest.mark.timeout(180)
async def test_a_household_comes_from_interest_to_figure(platform: local.Platform, pictures: Path) -> None:
    employer = httpx.Client(
        base_url=platform.intake, headers={"Authorization": f"Bearer {platform.partner_keys['norrverk']}"}
    )
    posted = employer.post("/partner/vacancies", json=VACANCY)
    assert posted.status_code == 201, posted.text

    async with browser() as chromium:
        page = await chromium.new_page(locale="sv-SE", viewport={"width": 1280, "height": 900})
        await page.goto(platform.intake)
        await look(page, "start", pictures)
        await page.click("a.btn")
        await look(page, "register", pictures)
        await page.fill("[name=adults-0-name]", "Malva Ek")
        await page.fill("[name=adults-0-email]", "malva@example.org")
        await page.fill("[name=adults-0-words]", "svetsare")
        await page.check("[name=consent]")
        await page.click("main form .btn")
        await look(page, "thanks", pictures)
        await platform.quiet()

        (asked,) = mails(platform, "malva@example.org")
        await page.goto(link(asked))
        await look(page, "confirm", pictures)
        await page.click("main form .btn")
        await look(page, "confirmed", pictures)
        await platform.quiet()

        desk = await (await chromium.new_context(locale="sv-SE")).new_page()
        await desk.goto(platform.desk)
        await desk.click("button[value=vide]")
        await look(desk, "desk", pictures)
        await desk.click("table.queue a")
        await look(desk, "household", pictures)
        await desk.click("article[data-match] form[action$=approve] button")
        await look(desk, "introduced", pictures)
        await platform.quiet()

        offered = mails(platform, "malva@example.org")[-1]
        assert offered["id"] != asked["id"]
        await page.goto(link(offered))
        await look(page, "offer", pictures)
        await page.click("form[action$=accept] .btn")
        await look(page, "said-yes", pictures)
        await platform.quiet()

        (offer,) = employer.get("/partner/offers").json()
        assert offer["people"][0]["name"] == "Malva Ek"
        answered = employer.post(f"/partner/offers/{offer['offer_id']}/answer", json={"answer": "yes"})
        assert answered.status_code < 300, answered.text
        await platform.quiet()

        await page.reload()
        await look(page, "placed", pictures)
        officer = await (await chromium.new_context(locale="sv-SE")).new_page()
        await officer.goto(platform.reporting)
        await look(officer, "figures", pictures)
        await officer.goto(f"{platform.reporting}/uppfoljning")
        await officer.click("button[value=lind]")
        await look(officer, "follow-up", pictures)

    counted = figures(platform)
    assert {
        name: counted[name] for name in ("registered", "confirmed", "introduced", "accepted", "owner_yes", "placed")
    } == {
        "registered": 1,
        "confirmed": 1,
        "introduced": 1,
        "accepted": 1,
        "owner_yes": 1,
        "placed": 1,
    }
