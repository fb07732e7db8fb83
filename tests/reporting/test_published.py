"""A published report stays as it was, whatever its indicators are called, or measured by, today."""

import hashlib

import httpx
import pytest

from chassis.service import Service
from chassis.settings import Settings
from periods import GOAL, PROGRAMME, UPPSALA_JSON, published, signed_in
from reporting import report_figures
from reporting.domain.indicators import Catalogue
from reporting.domain.targets import Words
from reporting.measured import CATALOGUE

REPORT = f"/rapporter/{PROGRAMME}/2026-08-31/{GOAL}"
WITHOUT_NAMES = "update programme_parts set body = body - 'described' where kind = 'kept' returning body"


def renamed() -> Catalogue:
    """The indicators with another name, source and unit."""
    told = {"name": Words(sv="Något annat", en="Other"), "source": Words(sv="En annan", en="Another"), "unit": "places"}
    return Catalogue.model_construct(indicator=tuple(one.model_copy(update=told) for one in CATALOGUE.indicator))


def without_any_of_these() -> Catalogue:
    linked = {link["indicator"] for link in UPPSALA_JSON["links"]}
    return CATALOGUE.model_copy(update={"indicator": tuple(i for i in CATALOGUE.indicator if i.id not in linked)})


@pytest.mark.parametrize("today", [renamed(), without_any_of_these()], ids=["renamed", "gone"])
async def test_a_published_report_keeps_the_names_of_its_indicators(
    programme: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, today: Catalogue
) -> None:
    at = await published(programme)
    first = {kind: (await programme.get(f"{REPORT}.{kind}")).content for kind in ("pdf", "docx")}
    monkeypatch.setattr(report_figures, "CATALOGUE", today)
    for kind, content in first.items():
        answer = await programme.get(f"{REPORT}.{kind}")
        assert answer.status_code == 200, answer.text
        assert answer.content == content
        assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    signed_in(programme, "hagg")
    assert (await programme.get(at)).text.count("Samma byte") == 2


async def test_a_report_published_before_the_names_were_kept_still_opens(
    service: Service[Settings], programme: httpx.AsyncClient
) -> None:
    await published(programme)
    first = (await programme.get(f"{REPORT}.pdf")).content
    async with service.database.transaction() as tx:
        await tx.execute("alter table programme_parts disable trigger append_only")  # as if it had been published then
        assert await tx.fetch(WITHOUT_NAMES)
    assert (await programme.get(f"{REPORT}.pdf")).content == first
