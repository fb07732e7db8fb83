"""What partners measure comes by both doors, from those who measure alone, and is said as it is or refused with a reason."""

import json
from itertools import count
from typing import Any

import pytest

from chassis.plain import Plain
from chassis.web import hash_key
from contracts.measurements import MeasurementReported, Part
from contracts.partners import InputRefused
from intake import gateway, partners
from intake.store import opportunities

OFFSETS = count(90_000)  # beyond those of other tests
KEY = "matarna_" + "k" * 40


@pytest.fixture(autouse=True)
async def who_measures(world: Any) -> None:
    told = {"partner_id": "matarna", "kind": "statistics", "name": "Mätarna", "municipality": "2580"}
    told |= {"key_hash": hash_key(KEY), "email": "tal@matarna.example"}
    await partners.keep(world.service, partners.PartnerTold.model_validate(told))
    await world.said()


def measured(**more: Any) -> dict[str, Any]:
    told = {"indicator_id": "new-workplaces", "period_from": "2024-01-01", "period_to": "2024-12-31", "value": 1400}
    told |= {"unit": "workplaces", "measured_at": "2025-12-01", "source": "SCB"}
    return {**told, "breakdown": [{"dimension": "sector", "value": "private"}], **more}


async def post(world: Any, body: Any, key: str = KEY) -> Any:
    return await world.client.post("/partner/measurements", json=body, headers={"Authorization": f"Bearer {key}"})


async def test_a_measurement_is_said_whole_with_its_municipality(world: Any) -> None:
    answer = await post(world, measured())
    assert (answer.status_code, answer.json()) == (201, {"indicator_id": "new-workplaces", "period_to": "2024-12-31"})
    (event,) = await world.said()
    assert isinstance(event, MeasurementReported)
    assert (event.partner_id, event.value, event.breakdown) == (
        "matarna",
        1400,
        (Part(dimension="sector", value="private"),),
    )


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"indicator_id": "happiness"}, "/indicator_id", "unknown_indicator"),
        ({"unit": "people"}, "/unit", "other_unit"),
        ({"value": 1.5}, "/value", "int_type"),
        ({"period_from": "2025-01-01"}, "/period_to", "period_backwards"),
        ({"period_from": 1704067200}, "/period_from", "not_a_day"),
        ({"period_to": "2024-02-31"}, "/period_to", "not_a_day"),
        ({"measured_at": "2024-06-01"}, "/measured_at", "measured_when"),
        ({"measured_at": "2999-01-01"}, "/measured_at", "measured_when"),
        ({"breakdown": [{"dimension": "sector", "value": "secret"}]}, "/breakdown/0/value", "unknown_part"),
        ({"breakdown": [{"dimension": "sni", "value": "a"}] * 2}, "/breakdown", "dimension_twice"),
        ({"municipality": "0380"}, "/municipality", "other_municipality"),
    ],
)
async def test_what_does_not_hold_is_refused_with_its_place_and_a_code(
    world: Any, more: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await post(world, measured(**more))
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert [type(event) for event in await world.said()] == [InputRefused]


async def test_only_those_who_measure_may_and_they_publish_no_places(world: Any) -> None:
    answer = await world.partner("norrverk", "POST", "/measurements", measured())
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours_to_measure")
    offers = await world.client.get("/partner/offers", headers={"Authorization": f"Bearer {KEY}"})
    assert offers.json() == []


async def test_a_measurement_on_kafka_is_said_and_an_unknown_indicator_comes_back(world: Any) -> None:
    async with world.database.transaction() as tx:
        partner = next(p for p in await opportunities.all_partners(tx) if p.partner_id == "matarna")
    for body in (measured(), measured(indicator_id="happiness")):
        value = json.dumps({"type": "measurement", "id": "1", **body}).encode()
        await gateway.take(world.service, partner, Plain("partner.matarna.in", 0, next(OFFSETS), value))
    rows = await world.rows_said()
    assert [row["type"] for row in rows if row["topic"] in ("measurements", "partners")] == [
        "MeasurementReported",
        "InputRefused",
    ]
    (rejected,) = [json.loads(row["payload"]) for row in rows if row["topic"] == "partner.matarna.rejected"]
    assert rejected["errors"][0]["code"] == "unknown_indicator"
