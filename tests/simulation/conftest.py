"""The stage that all simulations are played on, and intake, which several need."""

import base64
import copy
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from chassis.service import Service
from inflytt.servers import Databases
from intake import partners
from intake.app import service as declared
from intake.settings import IntakeSettings
from simulating import LULEA, Stage

settings.register_profile("simulation", deadline=None, database=None, print_blob=True)
settings.load_profile("simulation")
NORRVERK = {"partner_id": "norrverk", "kind": "employer", "name": "Norrverk AB", "email": "jobb@norrverk.example"}


@pytest.fixture(scope="session")
def stage(postgres: Databases, run: Path) -> Iterator[Stage]:
    stage = Stage(postgres, run)
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def intake(stage: Stage) -> Iterator[Service[IntakeSettings]]:
    """Opened, with one partner."""
    service = copy.copy(declared)
    service.open(
        IntakeSettings(
            environment="local",
            database_url=stage.database("intake"),
            keys_database_url=stage.database("intake", "migrations_keys"),
            kek=base64.b64encode(secrets.token_bytes(32)).decode(),
            kafka_servers="127.0.0.1:1",
            public_url="http://intake.test",
            allowed_hosts="intake.test",
            cookie_secret="c" * 40,
            service_token="t" * 40,
        )
    )
    told = partners.PartnerTold.model_validate({**NORRVERK, "municipality": LULEA, "key_hash": "0" * 64})
    stage.do(partners.keep(service, told))
    yield service
    stage.do(service.database.close())
    stage.do(service.database.keyring.close())  # type: ignore[attr-defined]
