"""The values of driver SQL: what SQLAlchemy's types would convert, converted by hand where statements are hot."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json, to_json


@lru_cache(maxsize=1024)  # one command writes its one instant into dozens of rows
def instant_out(instant: datetime) -> str:
    """An aware instant as the text that MySQL's DATETIME(6) and SQLite both store. Raises ValueError when naive."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime can't be stored as an instant")
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def instant_in(value: datetime | str | None) -> datetime | None:
    """What the driver read from an instant column, as an aware datetime."""
    return None if value is None else known_instant_in(value)


def known_instant_in(value: datetime | str) -> datetime:
    """As `instant_in`, for a column that is never null."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=UTC)


def day_in(value: date | str | None) -> date | None:
    """What the driver read from a DATE column."""
    return None if value is None else known_day_in(value)


def known_day_in(value: date | str) -> date:
    """As `day_in`, for a column that is never null."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def json_out(document: Any) -> str:
    return to_json(document).decode()


def json_in(text: str | bytes | None) -> Any:
    return None if text is None else from_json(text)
