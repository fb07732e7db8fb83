"""What everybody and officers see of the follow-up: figures, goals and assignments, indicators, periods, texts."""

import json
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from chassis.web import User
from contracts.measurements import MeasurementReported
from helpers import fresh, tell
from inflytt.servers import Databases
from inflytt.servers.runs import CLONE
from onscreen import Page, Served, door, send, serving
from reporting.app import service as declared
from reporting.store import lives
from reportingsample import KINDS, happened

LIND = User(sub="lind", name="Lind", roles=frozenset({"officer"}), municipality="2580")
HAGG = User(sub="hagg", name="Hägg", roles=frozenset({"officer"}), municipality="0380")
RONN = HAGG.model_copy(update={"sub": "ronn", "name": "Rönn"})
ASP = HAGG.model_copy(update={"sub": "asp", "name": "Asp", "unit": "amn"})
TALL = ASP.model_copy(update={"sub": "tall", "name": "Tall"})
NOBODY = User(sub="nobody", name="Nobody", municipality="0380")
EMPTY = (
    Page("/"),
    Page("/mal"),
    Page("/indikatorer"),
    Page("/indikatorer/dwellings-completed"),
    Page("/jamfor"),
    Page("/uppfoljning", LIND),
    Page("/uppfoljning/per", LIND),
    Page("/uppfoljning/siffra/registered", LIND),
    Page("/arbete", HAGG),
)
PAGES = (
    Page("/"),
    Page("/?lang=en"),
    Page("/?per=2017"),  # before anything was known
    Page("/mal"),
    Page("/mal/uppsala-5"),
    Page("/mal/uppsala-5?per=2022-08-31"),
    Page("/mal/uppsala-5?per=2020-01-31"),  # before anything was assessed
    Page("/mal/uppsala-5/uppdrag/1"),
    Page("/mal/uppsala-5/uppdrag/5?per=2022-08-31"),
    Page("/mal/uppsala-5/matris"),
    Page("/indikatorer"),
    Page("/indikatorer/population"),
    Page("/indikatorer/new-workplaces"),
    Page("/indikatorer/dwellings-completed"),
    Page("/indikatorer/sheltered-employments"),
    Page("/indikatorer/interests"),
    Page("/indikatorer/still-here-3"),
    Page("/indikatorer/households-complete?per={then}&kand={then}"),
    Page("/jamfor"),
    Page("/jamfor?a=2999&b=2026", status=404),
    Page("/uppfoljning/jamfor", LIND),
    Page("/uppfoljning", LIND),
    Page("/uppfoljning/per?per={then}&kand={then}", LIND),
    Page("/uppfoljning/per?per=snart", LIND, status=422),
    Page("/uppfoljning/siffra/registered", LIND),
    Page("/uppfoljning/siffra/placed?slag=job", LIND),
    Page("/uppfoljning/indikator/days-to-introduction?kommun=2580&start={tertial}", LIND),
    Page("/uppfoljning/indikator/new-workplaces?kommun=2580&start=2024-01-01", LIND),
    Page("/uppfoljning/indikator/new-workplaces?kommun=2580&start=1999-01-01", LIND),
    Page("/uppfoljning/ord/{home}", LIND),
    Page("/uppfoljning", NOBODY, status=403),
    Page("/arbete", HAGG),
    Page("/arbete/uppsala/{over}", HAGG),
    Page("/arbete/uppsala/{open}", HAGG),
    Page("/arbete/uppsala/{open}", HAGG, press="form[action$=publish] .btn"),
    Page("/arbete/uppsala/{over}/uppsala-5", HAGG),
    Page("/arbete/uppsala/{open}/uppsala-5", HAGG),
    Page("/arbete/uppsala/{open}/uppsala-5", HAGG, press="main form .btn"),  # no status is chosen
    Page("/arbete/uppsala/{open}/uppsala-5.1", HAGG),
    Page("/arbete/uppsala/{open}/uppsala-5.2", RONN),
    Page("/arbete", ASP),
    Page("/arbete/uppsala/{open}", ASP),
    Page("/arbete/uppsala/{over}", ASP),
    Page("/arbete/uppsala/{open}/uppsala-5.2", ASP),  # the municipality's: to read
    Page("/arbete/uppsala/{open}/uppsala-5.1/amn", ASP),
    Page("/arbete/uppsala/{open}/uppsala-5.2/amn", TALL),  # waits for review
    Page("/arbete/uppsala/{open}/uppsala-5.2/amn", HAGG),  # a board's: to read
    Page("/arbete/uppsala/{open}/uppsala-5.4/amn", ASP, status=404),
    Page("/mal/uppsala-5/uppdrag/2"),
    Page("/mal/uppsala-5/uppdrag/2?lang=en"),
    Page("/mal/finns-inte", status=404),
)
STORIES = 8  # more than are hidden from everybody
TOKEN = {"Authorization": "Bearer " + "t" * 32}
UPPSALA = tomllib.loads((CLONE / "deploy/inflytt/programmes/uppsala.toml").read_text())
GOAL = UPPSALA["goals"][0]
SUBJECTS = [GOAL["id"], *(one["id"] for one in UPPSALA["assignments"])]
SCALES = {scale["id"]: [level["key"] for level in scale["levels"]] for scale in UPPSALA["scales"]}


@asynccontextmanager
async def opened(postgres: Databases) -> AsyncIterator[Served]:
    """Reporting, where nothing has happened yet."""
    listening, address = door()
    more = {"issuer_url": "http://127.0.0.1:1", "oidc_client_id": "reporting", "oidc_client_secret": "s" * 32}
    service = await fresh(declared, postgres, public_url=address, allowed_hosts="127.0.0.1", **more)
    async with serving(service, listening, address) as served:
        yield served


async def fill(served: Served) -> None:
    """Stories of the last months in Luleå, measurements in Uppsala, its programme, a period that is over and one that runs."""
    now = datetime.now(UTC)
    for n in range(STORIES):
        told = [happened(kind, n) for kind in KINDS]
        await tell(served.service, *told, at=now - timedelta(days=40 + 20 * (n % 3)))
    for municipality in ("0380", "2580"):
        await tell(served.service, *_measurements(), at=now - timedelta(days=30), municipality=municipality)
    async with served.service.database.transaction() as tx:
        *_, whole = await lives.reckoned(tx, "days-to-introduction", now.date(), now.date())
        (one, *_) = await lives.made_of(tx, "days-to-introduction", now.date(), now.date(), "2580", whole.start, 1)
    served.named |= {"tertial": str(whole.start), "home": str(one.subject_id)}
    async with served.client() as client:
        loaded = await client.post("/api/programmes", json=json.loads(json.dumps(UPPSALA, default=str)), headers=TOKEN)
        assert loaded.status_code == 200, loaded.text
    today = now.date()
    served.named["then"] = str(today - timedelta(days=35))
    served.named["over"] = await _period(served, today - timedelta(days=100))
    served.named["open"] = await _period(served, today - timedelta(days=20))
    await _published(served, f"/arbete/uppsala/{served.named['over']}")
    await _begun(served, f"/arbete/uppsala/{served.named['open']}")


def _measurements() -> list[MeasurementReported]:
    told: dict[str, Any] = {"indicator_id": "new-workplaces", "partner_id": "matarna", "unit": "workplaces"}
    told |= {"source": "SCB", "measured_at": "2025-12-01"}
    years = {2021: (1800, 1300), 2022: (2600, 1900), 2023: (2100, 1500), 2024: (2400, 1800)}
    rows = []
    for year, (whole, private) in years.items():
        told |= {"period_from": f"{year}-01-01", "period_to": f"{year}-12-31"}
        for value, part in ((whole, None), (private, "private"), (whole - private, "public")):
            breakdown = [{"dimension": "sector", "value": part}] if part else []
            rows.append(MeasurementReported.model_validate({**told, "value": value, "breakdown": breakdown}))
    revised = rows[-3].model_copy(update={"value": 2300})
    return [*rows, revised]


async def _period(served: Served, per: date) -> str:
    days = {"per": 0, "report_by": 10, "review_by": 40, "publish_by": 60}
    told = {name: str(per + timedelta(days=after)) for name, after in days.items()}
    async with served.client(HAGG) as client:
        await send(client, "/arbete/uppsala", "/arbete", **told)
    return str(per)


def _status(subject: str) -> str:
    return SCALES[GOAL["scale" if subject == GOAL["id"] else "assignment_scale"]][0]


async def _written(client: httpx.AsyncClient, at: str) -> None:
    told = {"do": "save", "version": "0", "status": _status(at.rsplit("/", 1)[1]), "expected": "2027-06"}
    await send(client, at, text="Arbetet går framåt, i samma takt som före sommaren.", **told)


async def _own(served: Served, at: str, reviewed: bool) -> None:
    """The labour-market board's own part of the second assignment."""
    told = {"do": "save", "version": "0", "status": "forsenat", "expected": "2027-12"}
    async with served.client(ASP) as asp, served.client(TALL) as tall:
        await send(asp, at, text="Vi väntar på handledare, och har inte kunnat ta emot fler.", **told)
        await send(asp, at, do="ready")
        if reviewed:
            await send(tall, at, do="review")


async def _published(served: Served, at: str) -> None:
    await _own(served, f"{at}/uppsala-5.2/amn", reviewed=True)
    async with served.client(HAGG) as hagg, served.client(RONN) as ronn:
        for subject in SUBJECTS:
            await _written(hagg, f"{at}/{subject}")
            await send(hagg, f"{at}/{subject}", do="ready")
            await send(ronn, f"{at}/{subject}", do="review")
        await send(hagg, f"{at}/publish", at)


async def _begun(served: Served, at: str) -> None:
    """The first assignment's text was sent back, the second's waits for review; so does a board's own of it."""
    await _own(served, f"{at}/uppsala-5.2/amn", reviewed=False)
    async with served.client(HAGG) as hagg, served.client(RONN) as ronn:
        for subject in SUBJECTS[1:3]:
            await _written(hagg, f"{at}/{subject}")
            await send(hagg, f"{at}/{subject}", do="ready")
        await send(ronn, f"{at}/{SUBJECTS[1]}", do="return", why="Skriv vilka bolag det gäller.")
