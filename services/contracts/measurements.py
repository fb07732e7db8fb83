"""`measurements`: what partners have measured of a municipality, period by period. Never of a person; matching may not hear it."""

from datetime import date
from typing import Literal

from contracts.event import Event, Topic
from contracts.fields import Code, Facts, Published

MEASUREMENTS = Topic("measurements", ("intake",))

Unit = Literal["people", "dwellings", "workplaces", "households", "places", "permille", "count"]
Dimension = Literal["sni", "size", "area", "sector"]

MEASURED: dict[str, Unit] = {  # the indicators that partners may report, and in what
    "population": "people",
    "dwellings-completed": "dwellings",
    "new-workplaces": "workplaces",
    "long-term-unemployed": "people",
    "labour-market-employments": "people",
    "sheltered-employments": "people",
    "work-or-studies-after-measure": "permille",
}
SIZES = ("0", "1-9", "10-49", "50-249", "250-")  # employees of an employer
SECTORS = ("private", "public")


class Part(Facts):
    """Which part of a whole was measured: an SNI code, employer size, area or sector."""

    dimension: Dimension
    value: Code


class MeasurementEvent(Event, topic=MEASUREMENTS, keyed_by="indicator_id"):
    pass


class MeasurementReported(MeasurementEvent):
    """One value of one period, of the whole or of a part. Told again, it is a revision of what was told before."""

    indicator_id: Code
    partner_id: Code
    period_from: date
    period_to: date
    value: int  # in `unit`; a stock is as of `period_to`
    unit: Unit
    breakdown: tuple[Part, ...] = ()
    measured_at: date
    source: Published
