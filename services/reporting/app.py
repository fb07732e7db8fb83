"""Reporting: figures from what happened, for everybody, for officers and for our own services."""

from chassis.service import Service
from chassis.settings import Settings
from reporting import api, goals, handlers, loading, pages
from reporting.store import programme_tables  # noqa: F401  so that its tables are known
from reporting.store.tables import Base

service = Service(
    "reporting",
    settings=Settings,
    tables=Base.metadata,
    consumer=handlers.consumer,
    routers=[api.router, pages.router, loading.router, goals.router],
    sign_in=True,
)
