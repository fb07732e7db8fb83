"""Intake: the door of people and partners. It alone knows who anybody is."""

from chassis.service import Service
from intake import gateway, handlers, tidying
from intake.api import interests, internal, partner
from intake.pages import confirming, mine, registering
from intake.settings import IntakeSettings
from intake.store.keys import Keys
from intake.store.tables import Base


def keys(settings: IntakeSettings) -> Keys:
    return Keys(settings.keys_database_url, settings.kek)


service = Service(
    "intake",
    settings=IntakeSettings,
    tables=Base.metadata,
    consumer=handlers.consumer,
    routers=[interests.router, partner.router, internal.router, registering.router, confirming.router, mine.router],
    loops=[gateway.run, tidying.run],
    keyring=keys,
)
