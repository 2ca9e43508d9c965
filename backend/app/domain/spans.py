"""Spans of the KST calendar that progress and scores are counted in: a day, an ISO week, a season, or all time."""

import re
from datetime import date, timedelta
from enum import StrEnum

from app.domain.season import Season

ALL_TIME = "ALL"
SUNDAY = 7


class Span(StrEnum):
    """How long one count lasts before the next one begins at zero."""

    DAY = "DAY"
    WEEK = "WEEK"
    SEASON = "SEASON"
    ALL = "ALL"


KEY_FORMS = {
    Span.DAY: re.compile(r"20\d\d-\d\d-\d\d", re.ASCII),
    Span.WEEK: re.compile(r"20\d\d-W\d\d", re.ASCII),
    Span.SEASON: re.compile(r"S[1-9]\d{0,8}", re.ASCII),
    Span.ALL: re.compile(ALL_TIME),
}


def span_key(span: Span, day: date, season: Season | None) -> str | None:
    """The name of the span that a KST day lies in: `2025-12-31`, `2026-W01`, `S7` or `ALL`.

    Weeks are ISO weeks: the last days of December may belong to week 1 of the next year. None for a season's span on a
    day outside the given season.
    """
    if span is Span.DAY:
        return day.isoformat()
    if span is Span.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if span is Span.ALL:
        return ALL_TIME
    is_inside = season is not None and season.start_date <= day <= season.end_date
    return season_key(season.id) if season is not None and is_inside else None


def is_span_key(span: Span, key: str) -> bool:
    """True when this names a span of that kind."""
    if KEY_FORMS[span].fullmatch(key) is None:
        return False
    try:
        last_day_of(key)
    except ValueError:  # the 31st of a February, the 54th week
        return False
    return True


def season_key(season_id: int) -> str:
    """The name of a season's span."""
    return f"S{season_id}"


def season_of_key(key: str) -> int | None:
    """The season whose span this is; None for any other span."""
    return int(key[1:]) if key.startswith("S") else None


def last_day_of(key: str, season_end: date | None = None) -> date | None:
    """The last KST day of a span; None for all time. A season's span ends with its season."""
    if key == ALL_TIME:
        return None
    if "W" in key:
        year, _, week = key.partition("-W")
        return date.fromisocalendar(int(year), int(week), SUNDAY)
    if season_of_key(key) is not None:
        return season_end
    return date.fromisoformat(key)


def recent_keys(today: date, days: int) -> list[str]:
    """The days and weeks that lie, at least partly, in the last `days` days up to today; and all time."""
    back = [today - timedelta(days=n) for n in range(days + 1)]
    keys = {key for day in back for span in (Span.DAY, Span.WEEK) if (key := span_key(span, day, None)) is not None}
    return sorted(keys | {ALL_TIME})
