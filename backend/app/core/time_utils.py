"""The clock and the Korean calendar: the only place that asks the machine what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
# every day that comes from outside lies here: far from the ends of the calendar, so that a day more, a
# grace period or another zone is a date, too
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


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
    return in_kst(instant).isoformat()


def in_kst(instant: datetime) -> datetime:
    """The instant in Seoul, for showing it. One that plain SQL set beyond the calendar shows as the calendar's end.

    A row that is wrong must not take the whole list with it. Raises ValueError for a naive instant.
    """
    return min(max(require_aware(instant), SHOWN_FIRST), SHOWN_LAST).astimezone(KST)


# no zone moves these out of the calendar of Python, and Seoul has whole hours here
SHOWN_FIRST, SHOWN_LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
