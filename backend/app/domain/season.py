"""The season pass: XP, levels and stamps as arithmetic. `today` is always a KST day."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.core.errors import AppError
from app.domain.grants import NOTHING, Grant

FREE_TRACK = "FREE"


class StampSource(StrEnum):
    """The closed list of what may stamp. The server decides; a client can't."""

    DAILY = "DAILY"
    INTERNAL_WIN = "INTERNAL_WIN"
    PLAY = "PLAY"


class XpSource(StrEnum):
    """Where XP came from. Earned: by the player's own doing. Granted: given as a reward or by hand."""

    STAMP = "STAMP"
    REWARD = "REWARD"
    ADMIN = "ADMIN"


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


@dataclass(frozen=True, slots=True)
class Season:
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

    def is_running(self, today: date) -> bool:
        return self.is_active and self.start_date <= today <= self.end_date

    def is_claimable(self, today: date) -> bool:
        return self.is_active and self.start_date <= today <= self.end_date + timedelta(days=self.grace_days)

    def level_at(self, xp: int) -> int:
        """The highest level whose required_xp is reached; 0 = none yet."""
        return bisect_right([level.required_xp for level in self.levels], xp)

    def next_level_xp(self, xp: int) -> int | None:
        """The XP at which the next level opens; None past the last level."""
        reached = self.level_at(xp)
        return self.levels[reached].required_xp if reached < len(self.levels) else None

    def level(self, number: int) -> Level:
        if not 1 <= number <= len(self.levels):
            raise AppError("LEVEL_NOT_FOUND", level=number, max_level=self.max_level)
        return self.levels[number - 1]


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


def require_claimable(level: Level, progress: Progress, track: str) -> None:
    """Returns when the level can be claimed by hand now; raises the refusal that tells why not."""
    if level.auto_claim:
        raise AppError("AUTO_CLAIM_LEVEL", level=level.level)
    if progress.current_level < level.level:
        raise AppError("LEVEL_NOT_REACHED", level=level.level, current_level=progress.current_level)
    if (track, level.level) in progress.claimed:
        raise AppError("REWARD_ALREADY_CLAIMED", level=level.level, track=track)
