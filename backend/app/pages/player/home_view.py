"""The front page's content, cell by cell and level by level."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.time_utils import kst_midnight
from app.domain.season import FREE_TRACK, Level, Progress, Season
from app.flows.event_home import EventHome

# five to a row like a paper stamp card; a season of months gets smaller cells in weeks
LONG_SEASON_DAYS = 35
TILTS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the board: `state` is stamped, today, missed or coming. `tilt` picks how the seal was pressed."""

    day: date
    state: str
    is_today: bool
    tilt: int


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the track: `state` is paid, claimable, next or locked."""

    level: int
    required_xp: int
    label_ko: str
    label_en: str
    rewards: tuple[dict[str, Any], ...]
    is_auto: bool
    state: str


@dataclass(frozen=True, slots=True)
class Track:
    """Where the player stands between two levels. `percent` is of the way to the next."""

    xp: int
    level: int
    next: Step | None
    xp_left: int
    stamps_left: int
    percent: int
    steps: tuple[Step, ...]


def board(home: EventHome) -> list[Cell]:
    """A cell for each day of the season, in order."""
    season = home.season
    if season is None:
        return []
    length = (season.end_date - season.start_date).days + 1
    days = (season.start_date + timedelta(days=offset) for offset in range(length))
    return [Cell(day, _state(home, day), day == home.today, day.toordinal() * 3 % TILTS) for day in days]


def _state(home: EventHome, day: date) -> str:
    if day in home.stamp_days:
        return "stamped"
    if day == home.today:
        return "today"
    return "missed" if day < home.today else "coming"


def track(home: EventHome) -> Track | None:
    """The level track; None without a season."""
    season, progress = home.season, home.progress
    if season is None or progress is None:
        return None
    steps = tuple(_step(level, progress) for level in season.levels)
    following = next((step for step in steps if step.level > progress.current_level), None)
    floor = max((s.required_xp for s in steps if s.level <= progress.current_level), default=0)
    goal = following.required_xp if following else progress.current_xp
    xp_left = max(0, goal - progress.current_xp)
    return Track(
        xp=progress.current_xp,
        level=progress.current_level,
        next=following,
        xp_left=xp_left,
        stamps_left=-(-xp_left // season.base_xp_per_stamp) if season.base_xp_per_stamp else 0,
        percent=100 if following is None else (progress.current_xp - floor) * 100 // max(1, goal - floor),
        steps=steps,
    )


def _step(level: Level, progress: Progress) -> Step:
    return Step(
        level=level.level,
        required_xp=level.required_xp,
        label_ko=level.label_ko,
        label_en=level.label_en,
        rewards=tuple(grant.view() for grant in level.grants()),
        is_auto=level.auto_claim,
        state=_step_state(level, progress),
    )


def _step_state(level: Level, progress: Progress) -> str:
    if level.level > progress.current_level:
        return "next" if level.level == progress.current_level + 1 else "locked"
    is_paid = level.auto_claim or (FREE_TRACK, level.level) in progress.claimed
    return "paid" if is_paid else "claimable"


def why_no_stamp(home: EventHome) -> str | None:
    """Why the big button can't be pressed, as a word for the template; None when it can."""
    season = home.season
    if season is None or not season.is_running(home.today):
        return "ENDED"
    if home.stamping_closed is not None:
        return "RESTING"
    return "STAMPED" if home.today in home.stamp_days else None


def ends_at(season: Season) -> str:
    """The first instant after the season, RFC 3339."""
    return kst_midnight(season.end_date + timedelta(days=1)).isoformat()


def claim_until(season: Season) -> date:
    """The last day to claim by hand."""
    return season.end_date + timedelta(days=season.grace_days)


def digest_parts(home: EventHome) -> Iterable[Any]:
    """Everything whose change a reader would see: what the live endpoint compares."""
    yield home.today, home.stamping_closed, home.claiming_closed, home.next_start
    yield sorted(home.player.balances.items())
    yield [(card.code, card.closed, card.plays_left) for card in home.games]
    if home.season is not None and home.progress is not None:
        yield home.season.id, home.season.version, home.progress.current_xp, sorted(home.progress.claimed)
    yield sorted(home.stamp_days)
    yield [(row["id"], row["state"]) for row in home.rewards]
    yield home.texts, home.event_bridge
