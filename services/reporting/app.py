"""Reporting: figures from what happened, for everybody, for officers and for our own services."""

from chassis.service import Service
from chassis.settings import Settings
from reporting import api, handlers, history, pages
from reporting.store import observations_tables  # noqa: F401  the metadata has to know them
from reporting.store.tables import Base

service = Service(
    "reporting",
    settings=Settings,
    tables=Base.metadata,
    consumer=handlers.consumer,
    routers=[api.router, pages.router, history.router],
    sign_in=True,
)
