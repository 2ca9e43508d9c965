"""What a database error means: try again, tell the client to come back, or let it through as a bug of ours."""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.errors import AppError
from app.db.session import DEAD_CONNECTION_CODES, error_code

# deadlock, lock wait timeout, snapshot conflict (MariaDB), NOWAIT; no connection free on the server, or none for this
# user: run the whole transaction again
RETRY_CODES = frozenset({1213, 1205, 1020, 3572, 1040, 1203, 1226})
# disk full, table full, storage engine error; on SQLite the same in words
OUT_OF_ORDER_CODES = frozenset({1021, 1114, 1030})
OUT_OF_ORDER_TEXTS = ("disk is full", "disk I/O error", "readonly database", "unable to open database file")
DUPLICATE_KEY = 1062


def is_worth_another_try(error: BaseException) -> bool:
    """A second run of the whole transaction may succeed."""
    if isinstance(error, OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return (
        _is_duplicate(error)
        or is_contention(error)
        or error_code(error.orig) in DEAD_CONNECTION_CODES
        or error.connection_invalidated
    )


def _is_duplicate(error: DBAPIError) -> bool:
    """Somebody else wrote the unique row first: a fresh transaction sees theirs and decides again."""
    return isinstance(error, IntegrityError) and (
        error_code(error.orig) == DUPLICATE_KEY or "UNIQUE constraint failed" in str(error.orig)
    )


def is_contention(error: BaseException) -> bool:
    """Somebody else held what we wanted; they may be gone in a moment."""
    return isinstance(error, DBAPIError) and (
        error_code(error.orig) in RETRY_CODES or "database is locked" in str(error.orig)
    )


def _is_out_of_order(error: DBAPIError) -> bool:
    """The server answers and can't work. Trying again at once would not help; it heals when an operator acts."""
    return error_code(error.orig) in OUT_OF_ORDER_CODES or any(text in str(error.orig) for text in OUT_OF_ORDER_TEXTS)


def as_refusal(error: BaseException) -> BaseException:
    """The refusal that a database error means to a client; an error of ours (bad SQL, bad data) stays itself."""
    if isinstance(error, PoolTimeout):
        return AppError("BUSY", retry_after_seconds=1)
    if isinstance(error, OSError | TimeoutError):
        return AppError("DATABASE_UNAVAILABLE", retry_after_seconds=1)
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError):
        return error
    if is_contention(error):
        return AppError("BUSY", retry_after_seconds=1)
    if is_worth_another_try(error) or _is_out_of_order(error):
        return AppError("DATABASE_UNAVAILABLE", retry_after_seconds=1)
    return error
