"""The clock and the Korean calendar: the only place that asks the machine what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands where it was put: for tests, and for recomputing the past."""

    def __init__(self, instant: datetime) -> None:
        self.set(instant)

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        self._instant = require_aware(instant).astimezone(UTC)

    def advance(self, **duration: float) -> None:
        self._instant += timedelta(**duration)


class ShiftedClock:
    """The machine's clock moved by an offset: the demo's time machine. It keeps ticking."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def move_to(self, instant: datetime) -> None:
        self.offset_seconds = (require_aware(instant) - datetime.now(UTC)).total_seconds()


def require_aware(instant: datetime) -> datetime:
    """The instant itself; raises ValueError when it has no time zone."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime was given where an instant is needed")
    return instant


def kst_date(instant: datetime) -> date:
    """The business day: the calendar day in Asia/Seoul at this instant."""
    return require_aware(instant).astimezone(KST).date()


def kst_hour(instant: datetime) -> int:
    """The hour of the day in Asia/Seoul at this instant."""
    return require_aware(instant).astimezone(KST).hour


def kst_midnight(day: date) -> datetime:
    """The first instant of a KST day, aware, in UTC."""
    return datetime.combine(day, time.min, tzinfo=KST).astimezone(UTC)


def kst_text(instant: datetime) -> str:
    """RFC 3339 with the offset +09:00: the form of every instant that leaves the service."""
    return require_aware(instant).astimezone(KST).isoformat()
