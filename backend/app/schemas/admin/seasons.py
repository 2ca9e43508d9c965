"""Seasons as operators see and set them."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from app.domain.config_fields import Day, Label, RewardFields
from app.domain.season_config import SeasonConfig, Track
from app.schemas.admin.common import AdminBody, Instant, PlayersWhoLose, Reason, StopBody, Warned
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "season_name": "XMAS_2025",
    "start_date": "2025-12-09",
    "end_date": "2025-12-25",
    "base_xp_per_stamp": 20,
    "levels": [
        {
            "level": 1,
            "required_xp": 20,
            "label_ko": "룰렛 코인 1개",
            "label_en": "1 roulette coin",
            "auto_claim": True,
            "rewards": {"FREE": [{"reward_type": "TOKEN", "reward_amount": 1, "token_type": "ROULETTE_COIN"}]},
        }
    ],
    "reason": "The winter event",
}


class SeasonBody(SeasonConfig):
    """A whole season. `is_active` left out: a new one is a draft, a changed one stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    is_active: bool | None = None
    reason: Reason
    players_who_lose: PlayersWhoLose = None


class SeasonClone(AdminBody):
    """The name and dates of the copy; everything else is taken over."""

    season_name: Label = Field(examples=["XMAS_2026"])
    start_date: Day = Field(examples=["2026-12-09"])
    end_date: Day = Field(examples=["2026-12-25"])


class SeasonHead(Shape):
    """A season without its levels. Its version is the ETag that a change must name."""

    id: int
    season_name: str = Field(examples=["XMAS_2025"])
    program: str = Field(examples=["main"])
    start_date: date
    end_date: date
    max_level: int
    base_xp_per_stamp: int
    grace_days: int
    internal_win_threshold: int
    stamp_on_play: bool
    is_active: bool
    version: int
    created_at: Instant
    updated_at: Instant


class SeasonReward(Shape):
    """One reward of a level."""

    reward_type: str
    reward_amount: int
    token_type: str | None = None
    code: str | None = None
    needs_approval: bool


class SeasonLevel(Shape):
    """One level; `rewards` by track."""

    level: int
    required_xp: int
    label_ko: str
    label_en: str
    auto_claim: bool
    rewards: dict[str, list[SeasonReward]]


class SeasonOverflow(Shape):
    """The bonus past the last level."""

    every_xp: int
    max_times: int
    rewards: list[SeasonReward]


class SeasonMilestone(Shape):
    """What a streak of this many days gives."""

    days: int
    rewards: list[SeasonReward]


class SeasonStreak(Shape):
    """How consecutive days count."""

    freezes_at_start: int
    freeze_every_days: int
    freeze_cap: int
    paused_days: list[date]
    milestones: list[SeasonMilestone]


class SeasonView(SeasonHead, Warned):
    """A whole season; null for the options it hasn't."""

    levels: list[SeasonLevel]
    play_stamps_per_day: int | None = None
    daily_xp_cap: int | None = None
    overflow: SeasonOverflow | None = None
    streak: SeasonStreak | None = None


class LevelCorrection(StopBody):
    """Other rewards for a level of a track, whoever has reached it. A dry run counts and changes nothing.

    `taken_back_get`: what players get whose payment was reversed or rejected whole.
    """

    track: Track = Field(examples=["FREE"])
    rewards: tuple[RewardFields, ...] = Field(min_length=1, max_length=20, strict=False)
    taken_back_get: Literal["NOTHING", "CORRECTED"] = "NOTHING"
    is_dry_run: bool = False


class LevelCorrected(Shape):
    """Whom it concerns: `keep` were paid and keep it, `taken_back` lost it, `later` get the corrected reward."""

    season_id: int
    level: int
    track: str
    version: int
    keep: int
    taken_back: int
    later: int
    paid_anew: int = Field(description="of those taken back: paid the corrected reward by this call")
    left: int = Field(description="of those taken back: more than one call pays; send it again")
