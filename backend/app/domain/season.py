"""The season pass: XP, levels and stamps as arithmetic. `today` is always a KST day."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_midnight
from app.domain.belonging import Belonging
from app.domain.grants import NOTHING, Grant
from app.domain.season_options import Counters, Overflow, StreakRules

FREE_TRACK = "FREE"


class StampSource(StrEnum):
    """The closed list of what may stamp. The server decides; a client can't."""

    DAILY = "DAILY"
    INTERNAL_WIN = "INTERNAL_WIN"
    PLAY = "PLAY"
    HOST_EVENT = "HOST_EVENT"
    MERGE = "MERGE"


class XpSource(StrEnum):
    """Where XP came from. Earned: by the player's own doing. Granted: given as a reward or by hand."""

    STAMP = "STAMP"
    HOST_EVENT = "HOST_EVENT"
    REWARD = "REWARD"
    ADMIN = "ADMIN"
    MERGE = "MERGE"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a pass: reached at `required_xp`, with its rewards by track."""

    level: int
    required_xp: int
    auto_claim: bool
    label_ko: str = ""
    label_en: str = ""
    rewards: dict[str, tuple[Grant, ...]] = field(default_factory=dict)

    def grants(self, track: str = FREE_TRACK) -> tuple[Grant, ...]:
        return self.rewards.get(track, ())

    def main_grant(self, track: str = FREE_TRACK) -> Grant:
        """The reward that stands for the level where only one can be shown."""
        return next(iter(self.grants(track)), NOTHING)


@dataclass(frozen=True, slots=True, eq=False)  # the process keeps one of each version: that one is itself
class Season(Belonging):
    """A season as it stands in one version. Dates are inclusive KST days."""

    id: int
    season_name: str
    program: str
    start_date: date
    end_date: date
    max_level: int
    base_xp_per_stamp: int
    is_active: bool
    grace_days: int
    internal_win_threshold: int
    stamp_on_play: bool
    version: int
    levels: tuple[Level, ...]
    host_id: int | None = None
    has_options: bool = False
    daily_xp_cap: int | None = None
    play_stamps_per_day: int | None = None
    overflow: Overflow | None = None
    streak: StreakRules | None = None
    # found once: every batch asks for it
    premium_tracks: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        tracks = {track for level in self.levels for track, grants in level.rewards.items() if grants}
        object.__setattr__(self, "premium_tracks", tuple(sorted(tracks - {FREE_TRACK})))

    def is_running(self, today: date) -> bool:
        return self.is_active and self.start_date <= today <= self.end_date

    @property
    def last_claim_day(self) -> date:
        """The last day of the grace period."""
        return self.end_date + timedelta(days=self.grace_days)

    def is_claimable(self, today: date) -> bool:
        return self.is_active and self.start_date <= today <= self.last_claim_day

    def level_at(self, xp: int) -> int:
        """The highest level whose required_xp is reached; 0 = none yet."""
        return bisect_right([level.required_xp for level in self.levels], xp)

    def next_level_xp(self, xp: int) -> int | None:
        """The XP at which the next level opens; None past the last level."""
        reached = self.level_at(xp)
        return self.levels[reached].required_xp if reached < len(self.levels) else None

    def overflow_bonuses_at(self, xp: int) -> int:
        """How many overflow bonuses this much XP is worth in all."""
        return 0 if self.overflow is None else self.overflow.bonuses_at(xp - self.levels[-1].required_xp)

    def level(self, number: int) -> Level:
        if not 1 <= number <= len(self.levels):
            raise AppError("LEVEL_NOT_FOUND", level=number, max_level=self.max_level)
        return self.levels[number - 1]


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a player's progress decides how the levels look to them."""

    current_level: int
    claimed: frozenset[tuple[str, int]]
    passes: frozenset[str]


@dataclass(slots=True)
class Progress:
    """Where a player stands in a season. Changed in place under the player's row lock."""

    user_id: int
    season_id: int
    current_level: int = 0
    current_xp: int = 0
    total_stamps: int = 0
    last_stamp_date: date | None = None
    internal_wins: int = 0
    claimed: set[tuple[str, int]] = field(default_factory=set)
    passes: dict[str, datetime] = field(default_factory=dict)  # premium track → when it was granted
    counters: Counters | None = None

    def standing(self) -> Standing:
        return Standing(self.current_level, frozenset(self.claimed), frozenset(self.passes))

    def tracks(self) -> list[str]:
        """The tracks that pay this player: the free one, then the premium ones they own."""
        return [FREE_TRACK, *sorted(self.passes)]

    def counted_on(self, today: date, now: datetime) -> Counters:
        """The counters, those of the day begun anew when it is a later one.

        A process whose clock lags counts for the later day, which another one has begun: no cap counts twice.
        """
        if self.counters is None:
            self.counters = Counters(self.user_id, self.season_id, counted_since=now)
        counters = self.counters
        if kst_date(counters.counted_since) < today:
            counters.counted_since = kst_midnight(today)
            counters.earned_xp = counters.play_stamps = 0
        return counters

    def counted_at(self, now: datetime) -> datetime:
        """The instant that a movement is written down with, never before the one that the day's counters begin at."""
        return now if self.counters is None else max(now, self.counters.counted_since)


def the_season(seasons: Sequence[Season]) -> Season:
    """The one season among those running; raises NO_ACTIVE_SEASON or NO_ACTIVE_SEASON_CONFLICT."""
    if not seasons:
        raise AppError("NO_ACTIVE_SEASON")
    if len(seasons) > 1:
        raise AppError("NO_ACTIVE_SEASON_CONFLICT", seasons=[season.season_name for season in seasons])
    return seasons[0]


def add_xp(season: Season, progress: Progress, amount: int) -> list[Level]:
    """Adds XP in place and returns **every** level newly reached, lowest first."""
    progress.current_xp += amount
    before, progress.current_level = progress.current_level, season.level_at(progress.current_xp)
    return list(season.levels[before : progress.current_level])


def room_under_cap(season: Season, counters: Counters, amount: int) -> int:
    """How much of this XP can still be earned today."""
    return amount if season.daily_xp_cap is None else max(0, min(amount, season.daily_xp_cap - counters.earned_xp))


def require_track(season: Season, track: str) -> None:
    """Returns when the season has this track; raises TRACK_NOT_FOUND otherwise."""
    if track != FREE_TRACK and track not in season.premium_tracks:
        raise AppError("TRACK_NOT_FOUND", tracks=[FREE_TRACK, *season.premium_tracks])


def require_claimable(level: Level, progress: Progress, track: str) -> None:
    """Returns when the level can be claimed by hand now; raises the refusal that tells why not."""
    if track != FREE_TRACK and not level.grants(track):
        raise AppError("LEVEL_NOT_FOUND", level=level.level, track=track)
    if level.auto_claim:
        raise AppError("AUTO_CLAIM_LEVEL", level=level.level)
    if progress.current_level < level.level:
        raise AppError("LEVEL_NOT_REACHED", level=level.level, current_level=progress.current_level)
    if (track, level.level) in progress.claimed:
        raise AppError("REWARD_ALREADY_CLAIMED", level=level.level, track=track)
    if track not in progress.tracks():
        raise AppError("PREMIUM_REQUIRED", track=track)


def is_open(level: Level, standing: Standing, track: str) -> bool:
    """True when the level waits to be claimed by hand on this track, which the player owns."""
    if level.auto_claim or level.level > standing.current_level or (track, level.level) in standing.claimed:
        return False
    return track == FREE_TRACK or bool(level.grants(track))
