"""The partner door on Kafka."""

from chassis.service import Service
from intake.settings import IntakeSettings


async def run(service: Service[IntakeSettings]) -> None:
    await service.stopping.wait()
