"""What an officer's text says of what changed since the last period: from what, to what, and which period."""

from datetime import UTC, datetime

import httpx

from chassis.service import Service
from chassis.settings import Settings
from contracts.measurements import MeasurementReported
from helpers import tell
from periods import DATES, PROGRAMME, published, send, signed_in

FIRST = "uppsala-5.1"
LATER = {"per": "2026-11-01", "report_by": "2026-11-10", "review_by": "2026-11-20", "publish_by": "2026-11-30"}


async def measured(service: Service[Settings], start: str, until: str, value: int) -> None:
    told = {
        "indicator_id": "labour-market-employments",
        "partner_id": "p",
        "unit": "people",
        "source": "Personalsystemet",
    }
    days = {"period_from": start, "period_to": until, "measured_at": until, "value": value}
    event = MeasurementReported.model_validate(told | days)
    await tell(service, event, at=datetime(2026, 11, 2, tzinfo=UTC), municipality="0380")


async def begins(programme: httpx.AsyncClient, dates: dict[str, str]) -> str:
    """What the text of the first assignment begins with."""
    signed_in(programme, "hagg")
    at = f"/arbete/{PROGRAMME}/{dates['per']}"
    if (await programme.get(at)).status_code == 404:
        assert (await send(programme, f"/arbete/{PROGRAMME}", "/arbete", **dates)).status_code == 303
    page = " ".join((await programme.get(f"{at}/{FIRST}")).text.replace("\xa0", " ").split())
    return page[page.index("<textarea") : page.index("</textarea>")]


async def test_a_figure_that_moved_is_told_from_what_to_what_and_when(
    service: Service[Settings], programme: httpx.AsyncClient
) -> None:
    await measured(service, "2022-01-01", "2022-12-31", 70)
    text = await begins(programme, DATES)
    moved = "sedan förra uppföljningen, per 31 augusti 2022: från 34 (till och med 31 juli 2022) till 70 (2022)."
    assert f"Arbetsmarknadsanställningar, {moved}" in text
    assert text.count("sedan förra uppföljningen") == 1  # the sheltered employments have no figure, then or now


async def test_a_figure_that_is_the_same_in_a_later_period_is_said_to_be_so(
    service: Service[Settings], programme: httpx.AsyncClient
) -> None:
    await measured(service, "2022-01-01", "2022-12-31", 34)
    same = "Arbetsmarknadsanställningar, sedan förra uppföljningen, per 31 augusti 2022: oförändrat 34 (2022)."
    assert same in await begins(programme, DATES)


async def test_nothing_is_said_of_a_figure_of_which_nothing_new_is_known(programme: httpx.AsyncClient) -> None:
    assert "sedan förra uppföljningen" not in await begins(programme, DATES)


async def test_what_was_corrected_since_is_told_from_what_the_report_said(
    service: Service[Settings], programme: httpx.AsyncClient
) -> None:
    await published(programme)
    assert "sedan förra uppföljningen" not in await begins(programme, LATER)
    await measured(service, "2022-01-01", "2022-07-31", 36)
    july = "(till och med 31 juli 2022)"
    assert f"per 31 augusti 2026: från 34 {july} till 36 {july}." in await begins(programme, LATER)
