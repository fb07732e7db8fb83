"""What partners measure, by whichever door: said as it is, by those who are there to measure, of their own municipality."""

from chassis.database import Transaction
from chassis.web import Problem
from contracts.measurements import MeasurementReported
from contracts.municipalities import CONTROLLER
from intake.bodies.measurements import MeasurementBody
from intake.bodies.reading import Refused, Say, told
from intake.store.tables import Partner

NOT_TOLD = {"type", "id", "municipality"}  # what stands in the message or the envelope


def report(tx: Transaction, partner: Partner, body: MeasurementBody, say: Say) -> None:
    """Says the measurement. Raises 403 for other organisations, Refused for another municipality's."""
    if partner.kind != "statistics":
        raise Problem(403, "not_yours_to_measure", "Er organisation är inte anmäld för att lämna mätningar")
    if body.municipality != partner.municipality:
        raise Refused([told("other_municipality", ("municipality",), body.model_dump(mode="json"), say)])
    tx.acting(f"partner:{partner.partner_id}", partner.municipality, CONTROLLER[partner.municipality])
    facts = body.model_dump(mode="json", exclude=NOT_TOLD)
    tx.publish(MeasurementReported.model_validate({**facts, "partner_id": partner.partner_id}))
