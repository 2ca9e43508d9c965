"""What every edit by an operator shares."""

from typing import Any

from app.core.errors import AppError

Row = dict[str, Any]


def require_version(expected: int | None, current: int) -> None:
    """Returns when the operator saw what stands now; None means "whatever it is" (`If-Match: *`).

    Raises VERSION_CONFLICT otherwise: somebody else changed it meanwhile. Call it under the row's lock.
    """
    if expected is not None and expected != current:
        raise AppError("VERSION_CONFLICT", current_version=current)


def only(row: Row, *names: str) -> Row:
    """A few fields of a row: what the audit log keeps of it."""
    return {name: row[name] for name in names}
