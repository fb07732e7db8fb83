"""Reporting: figures from what happened, for everybody, for officers and for our own services."""

from chassis.service import Service
from chassis.settings import Settings
from reporting import (
    api,
    compare,
    downloads,
    front,
    goals,
    handlers,
    history,
    indicators,
    loading,
    pages,
    tracing,
    workspace,
)
from reporting.store import cycle_tables, measurement_tables, observations_tables, programme_tables  # noqa: F401  for the metadata
from reporting.store.tables import Base

service = Service(
    "reporting",
    settings=Settings,
    tables=Base.metadata,
    consumer=handlers.consumer,
    routers=[
        api.router, pages.router, history.router, tracing.router, loading.router, goals.router, workspace.router, downloads.router,
        indicators.router, front.router, compare.router,
    ],
    sign_in=True,
)  # fmt: skip
