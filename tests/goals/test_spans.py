"""The periods of the KST calendar, at their edges."""

from datetime import UTC, date, datetime

import pytest

from app.core.time_utils import kst_date
from app.domain.spans import Span, last_day_of, recent_keys, season_of_key, span_key


@pytest.mark.parametrize(
    ("instant", "day", "week"),
    [
        (datetime(2025, 12, 10, 14, 59, 59, 999_999, UTC), "2025-12-10", "2025-W50"),
        (datetime(2025, 12, 10, 15, 0, tzinfo=UTC), "2025-12-11", "2025-W50"),
        (datetime(2025, 12, 14, 14, 59, 59, tzinfo=UTC), "2025-12-14", "2025-W50"),
        (datetime(2025, 12, 14, 15, 0, tzinfo=UTC), "2025-12-15", "2025-W51"),
        # Monday 29 December is of the first week of 2026, and 1 January 2027 of the last one of 2026
        (datetime(2025, 12, 28, 15, 0, tzinfo=UTC), "2025-12-29", "2026-W01"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "2026-01-01", "2026-W01"),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "2027-01-01", "2026-W53"),
        (datetime(2027, 1, 3, 15, 0, tzinfo=UTC), "2027-01-04", "2027-W01"),
    ],
)
def test_a_day_and_its_iso_week_turn_at_midnight_in_seoul(instant: datetime, day: str, week: str) -> None:
    on = kst_date(instant)
    assert (span_key(Span.DAY, on, None), span_key(Span.WEEK, on, None)) == (day, week)


def test_a_period_knows_its_last_day() -> None:
    assert last_day_of("2025-12-31") == date(2025, 12, 31)
    assert last_day_of("2026-W01") == date(2026, 1, 4)
    assert last_day_of("2026-W53") == date(2027, 1, 3)
    assert last_day_of("ALL") is None
    assert last_day_of("S7") is None
    assert (season_of_key("S7"), season_of_key("ALL"), season_of_key("2025-W50")) == (7, None, None)


def test_looking_back_finds_the_days_and_weeks_of_both_years() -> None:
    keys = recent_keys(date(2026, 1, 2), 5)
    assert keys == ["2025-12-28", "2025-12-29", "2025-12-30", "2025-12-31", "2025-W52", "2026-01-01", "2026-01-02",
                    "2026-W01", "ALL"]  # fmt: skip
