"""What passes by waiting, and what does not: the one judgement behind every second try."""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

PASSING = ("08", "40001", "40P01", "53", "55P03", "57P", "58", "25P03")  # SQLSTATEs, or their classes, that pass


# Whatever a lost connection may be told as. The last of asyncpg's: the server's last word came and the end not yet.
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, DBAPIError, PoolTimeout)


def is_passing(error: BaseException) -> bool:
    """Whether waiting may cure it: connections, deadlocks, shutdowns. Everything else is the event's or our own fault."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig.__cause__ or error.orig if error.orig else error
    if isinstance(error, asyncpg.PostgresError):
        return bool(error.sqlstate) and error.sqlstate.startswith(PASSING)
    if isinstance(error, asyncpg.InterfaceError):  # also of two statements at once, our own mistake
        return "closed" in str(error)
    return isinstance(error, (OSError, PoolTimeout, Passing, asyncpg.InternalClientError))


class Passing(Exception):
    """Something outside is away for now; the batch is tried again."""
