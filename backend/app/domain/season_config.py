"""A season as an operator sets it: checked whole, before anything of it is stored."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from app.core.errors import AppError
from app.domain.config_fields import MAX_AMOUNT, Code, Day, Label, RewardFields, StrictModel
from app.domain.grants import RewardType
from app.domain.player import DEFAULT_PROGRAM
from app.domain.season_options import OVERFLOW, STREAK

MAX_LEVELS = 200
MAX_GRACE_DAYS = 90
# one gain of XP may pay this many bonuses in one transaction
MAX_OVERFLOW_BONUSES = 1_000
MAX_STREAK_DAYS = 3_650

Program = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Bundle = Annotated[tuple[RewardFields, ...], Field(max_length=20, strict=False)]


def _not_reserved(track: str) -> str:
    if track in (OVERFLOW, STREAK):
        raise ValueError("OVERFLOW and STREAK are no tracks: their operation ids are taken")
    return track


def _something(rewards: tuple[RewardFields, ...]) -> tuple[RewardFields, ...]:
    if any(reward.reward_type == RewardType.NONE for reward in rewards):
        raise ValueError("a bonus gives something")
    return rewards


Track = Annotated[Code, AfterValidator(_not_reserved)]
Bonus = Annotated[
    tuple[RewardFields, ...], Field(min_length=1, max_length=20, strict=False), AfterValidator(_something)
]


class LevelConfig(StrictModel):
    """One level: its threshold, its words, and what each track gets. A bundle is a list of rewards."""

    level: int = Field(ge=1, le=MAX_LEVELS)
    required_xp: int = Field(ge=1, le=MAX_AMOUNT)
    label_ko: Label
    label_en: Label
    auto_claim: bool
    rewards: dict[Track, Bundle] = Field(default_factory=dict, max_length=5)


class OverflowConfig(StrictModel):
    """A bonus for every `every_xp` XP past the last level. No XP: it would feed itself."""

    every_xp: int = Field(ge=1, le=MAX_AMOUNT)
    max_times: int = Field(default=100, ge=1, le=MAX_OVERFLOW_BONUSES)
    rewards: Bonus

    @field_validator("rewards")
    @classmethod
    def _gives_no_xp(cls, rewards: Bonus) -> Bonus:
        if any(reward.reward_type == RewardType.XP for reward in rewards):
            raise ValueError("an overflow bonus gives no XP")
        return rewards


class MilestoneConfig(StrictModel):
    """What a streak of this many days gives, once a season."""

    days: int = Field(ge=1, le=MAX_STREAK_DAYS)
    rewards: Bonus


class StreakConfig(StrictModel):
    """Consecutive KST days with a daily stamp. Freezes are taken for missed days; paused days need none."""

    freezes_at_start: int = Field(default=0, ge=0, le=100)
    freeze_every_days: int = Field(default=0, ge=0, le=365, description="0: none are earned")
    freeze_cap: int = Field(default=0, ge=0, le=100)
    paused_days: tuple[Day, ...] = Field(default=(), max_length=366, strict=False)
    milestones: tuple[MilestoneConfig, ...] = Field(default=(), max_length=100, strict=False)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.freezes_at_start > self.freeze_cap:
            raise ValueError("freezes_at_start is at most freeze_cap")
        if list(self.paused_days) != sorted(set(self.paused_days)):
            raise ValueError("paused_days must rise: each day once")
        days = [milestone.days for milestone in self.milestones]
        if days != sorted(set(days)):
            raise ValueError("the days of the milestones must rise")
        return self


class SeasonConfig(StrictModel):
    """A whole season. Dates are inclusive KST days; levels are 1..max without gaps and rise strictly."""

    season_name: Label
    program: Program = DEFAULT_PROGRAM
    start_date: Day
    end_date: Day
    base_xp_per_stamp: int = Field(ge=0, le=1_000_000)
    grace_days: int = Field(default=7, ge=0, le=MAX_GRACE_DAYS)
    internal_win_threshold: int = Field(default=50, ge=0, le=1_000_000)
    stamp_on_play: bool = False
    play_stamps_per_day: int | None = Field(default=None, ge=1, le=1_000_000, description="none: no limit")
    daily_xp_cap: int | None = Field(default=None, ge=0, le=MAX_AMOUNT, description="of earned XP, per KST day")
    overflow: OverflowConfig | None = None
    streak: StreakConfig | None = None
    max_level: int | None = Field(default=None, ge=1, le=MAX_LEVELS)
    levels: tuple[LevelConfig, ...] = Field(min_length=1, max_length=MAX_LEVELS, strict=False)

    @field_validator("levels")
    @classmethod
    def _rises_without_gaps(cls, levels: tuple[LevelConfig, ...]) -> tuple[LevelConfig, ...]:
        for number, level in enumerate(levels, start=1):
            if level.level != number:
                raise ValueError(f"levels must be 1, 2, 3, … in order: number {number} is missing or misplaced")
            if number > 1 and level.required_xp <= levels[number - 2].required_xp:
                raise ValueError(f"level {number}: required_xp must be above that of level {number - 1}")
        return levels

    @model_validator(mode="after")
    def _says_how_many_levels(self) -> Self:
        if self.max_level is not None and self.max_level != len(self.levels):
            raise ValueError("max_level must be the number of levels")
        return self

    def require_dates_in_order(self) -> None:
        """Returns when the season has at least one day; raises INVALID_SEASON_DATES otherwise."""
        if self.end_date < self.start_date:
            raise AppError("INVALID_SEASON_DATES", start_date=str(self.start_date), end_date=str(self.end_date))

    def view(self) -> dict[str, Any]:
        """The season as plain JSON values: the same for all that mean the same, with tracks by name, none empty."""
        shown = self.model_dump(mode="json", include=set(SeasonConfig.model_fields), exclude_none=True)
        for level in shown["levels"]:
            level["rewards"] = {track: bundle for track, bundle in sorted(level["rewards"].items()) if bundle}
        return shown | {"max_level": len(self.levels)}
