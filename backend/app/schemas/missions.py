"""Missions, achievements and badges as players see them."""

from datetime import date, datetime

from pydantic import Field

from app.domain.config_fields import Code
from app.schemas.common import RequestBody, Reward, Shape, Timed


class Words(Shape):
    """A text in both languages."""

    ko: str | None
    en: str | None


class MissionLine(Shape):
    """One mission in its present period. `state`: LOCKED (others come first), OPEN, CLAIMABLE or DONE."""

    code: str = Field(examples=["DAILY_SPINS"])
    title: Words
    hint: Words
    rewards: list[Reward]
    period: str = Field(examples=["DAILY", "WEEKLY", "SEASON", "ONCE"])
    period_key: str = Field(examples=["2025-12-10", "2025-W50", "S1", "ALL"])
    metric: str = Field(examples=["PLAY.ROULETTE", "lesson.completed"])
    target: int
    repeat_max: int
    claim: str = Field(examples=["AUTO", "MANUAL"])
    requires: list[str]
    progress: int
    completed: int
    claimed: int
    state: str
    resets_at: datetime | None
    ends_on: date | None


class ClaimableLine(Shape):
    """Completions that wait to be claimed until `claim_until` (null: without an end)."""

    code: str
    title: Words
    hint: Words
    rewards: list[Reward]
    period_key: str
    times: int
    claim_until: datetime | None


class MissionList(Timed):
    """What the player can do now."""

    missions: list[MissionLine]
    claimable: list[ClaimableLine]


class AchievementList(Timed):
    """What can be achieved once."""

    achievements: list[MissionLine]
    claimable: list[ClaimableLine]


class BadgeLine(Shape):
    """A badge the player has: how often it was given, and when first."""

    code: str
    name: Words
    text: Words
    times: int
    earned_at: datetime


class BadgeList(Timed):
    """The player's badges."""

    badges: list[BadgeLine]


class NoBody(RequestBody):
    """Nothing."""


class ClaimMissionBody(RequestBody):
    """Which mission; `period_key` None: every period of it that is open."""

    mission: Code = Field(examples=["DAILY_SPINS"])
    period_key: str | None = Field(default=None, pattern=r"^[A-Z0-9-]{1,20}$")


class MissionClaimed(Shape):
    """What one claim gave: `rewards` for each of `times` completions, and where each reward stands."""

    mission: str
    period: str
    times: int
    rewards: list[Reward]
    states: list[str]
    claimed_at: datetime
