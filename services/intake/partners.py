"""The organisations that may use the partner door: told by a file, kept in the database."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from chassis.service import Service
from chassis.telemetry import log
from contracts.fields import Code, Municipality
from contracts.municipalities import CONTROLLER
from contracts.partners import Organisation, PartnerRegistered
from intake.settings import IntakeSettings
from intake.store import opportunities


class PartnerTold(BaseModel):
    """A partner in the file; `key_hash` is the SHA-256 in hex of its API key."""

    model_config = ConfigDict(extra="forbid")

    partner_id: Code
    kind: Organisation
    name: str
    agreement: Code | None = None
    municipality: Municipality
    key_hash: str
    email: str


def read_file(path: str) -> list[PartnerTold]:
    """The partners of the file, none where no file is named. Raises ValidationError and says where it is wrong."""
    return TypeAdapter(list[PartnerTold]).validate_json(Path(path).read_bytes()) if path else []


async def load(service: Service[IntakeSettings]) -> None:
    """Stores the file's partners."""
    told = read_file(service.settings.partners_file)
    for partner in told:
        await keep(service, partner)
    log.info("partners_loaded", partners=len(told))


async def keep(service: Service[IntakeSettings], partner: PartnerTold) -> None:
    controller = CONTROLLER[partner.municipality]
    async with service.database.transaction("system", partner.municipality, controller) as tx:
        if await opportunities.upsert_partner(tx, partner.model_dump()):
            facts = partner.model_dump(include={"partner_id", "kind", "name", "agreement"})
            tx.publish(PartnerRegistered.model_validate(facts))
