"""The demo's time machine. Reads and writes nothing but the clock and its note in the demo's folder."""

from datetime import datetime

from app.core.errors import AppError
from app.core.time_utils import ShiftedClock
from app.services import House

EARLIEST_YEAR, LATEST_YEAR = 2000, 2090  # any season can be walked through, no date leaves the calendar


def move_demo_clock(house: House, *, now: datetime | None = None, advance_seconds: int = 0) -> ShiftedClock:
    """Puts the demo's clock at `now`, or moves it on; it keeps ticking from there and stands there after a restart.

    Raises NOT_FOUND when this is no demo, VALIDATION_ERROR for an instant outside the calendar.
    """
    clock = house.clock
    if not isinstance(clock, ShiftedClock) or house.settings.env != "demo":
        raise AppError("NOT_FOUND")
    before = clock.offset_seconds
    try:
        if now is not None:
            clock.move_to(now)
        else:
            clock.offset_seconds += advance_seconds
        is_sane = EARLIEST_YEAR <= clock.now().year <= LATEST_YEAR
    except OverflowError:
        is_sane = False
    if not is_sane:
        clock.offset_seconds = before
        reason = f"between the years {EARLIEST_YEAR} and {LATEST_YEAR}"
        raise AppError("VALIDATION_ERROR", fields=[{"field": "now", "reason": reason}])
    if house.settings.demo_data is not None:
        (house.settings.demo_data / "clock_offset_seconds").write_text(str(clock.offset_seconds))
    return clock
