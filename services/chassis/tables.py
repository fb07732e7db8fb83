"""Where a service's tables stand together."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


def table_base() -> type[SQLModel]:
    """A base for one service's tables, with a MetaData of its own: SQLModel's global one clashes between services."""

    class Base(SQLModel, registry=registry(metadata=MetaData())):
        pass

    return Base
