"""Season pass on the wire."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from app.core.auth import ADMIN, HOST
from app.schemas.bridge import EventBridge
from app.schemas.common import RequestBody, Reward, Timed

# a host may reward effort on top of the stamp, within reason; a season's top levels cost hundreds of XP
MAX_XP_BONUS = 1_000
MAY_GIVE_BONUS = frozenset({HOST, ADMIN})


class StampBody(RequestBody):
    """`xp_bonus` counts only from a token with scope `host` or `admin`; from anyone else it is ignored."""

    source_feature_type: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]{0,29}$")
    xp_bonus: int = Field(default=0, ge=0, le=MAX_XP_BONUS)


class ClaimBody(RequestBody):
    """Which level to claim; `season_id` only for a season that has ended but is still in its grace period."""

    level: int = Field(ge=1, le=1_000_000, examples=[8])
    track: str = Field(default="FREE", pattern=r"^[A-Z][A-Z0-9_]{0,49}$")
    season_id: int | None = Field(default=None, ge=1, le=2**31 - 1)


class ClaimAllBody(RequestBody):
    """Which season's open levels to claim; the running one by default."""

    track: str = Field(default="FREE", pattern=r"^[A-Z][A-Z0-9_]{0,49}$")
    season_id: int | None = Field(default=None, ge=1, le=2**31 - 1)


class LevelReward(Reward):
    """A reward of a level that was just reached; `claimed_at` is null while it waits to be claimed by hand."""

    level: int
    auto_claim: int
    claimed_at: datetime | None


class StampAnswer(BaseModel):
    """What a stamp gave."""

    added_stamp: int
    xp_added: int
    current_level: int
    current_xp: int
    leveled_up: bool
    rewards: list[LevelReward]


class ClaimAnswer(Reward):
    """A claimed level. State APPROVAL: a person must approve; PENDING: it is on its way."""

    level: int
    track: str
    rewards: list[Reward]
    claimed_at: datetime
    state: str = Field(examples=["GRANTED"])


class SeasonView(BaseModel):
    """The running season; dates are inclusive KST days."""

    id: int
    season_name: str = Field(examples=["XMAS_2025"])
    start_date: date
    end_date: date
    max_level: int
    base_xp_per_stamp: int


class ProgressView(BaseModel):
    """Where the player stands. `next_level_xp` is null past the last level."""

    current_level: int
    current_xp: int
    total_stamps: int
    last_stamp_date: date | None
    next_level_xp: int | None


class LevelView(Reward):
    """One level of the free track."""

    level: int
    required_xp: int
    auto_claim: int
    is_unlocked: bool
    is_claimed: bool
    reward_label: str
    reward_labels: dict[str, str]
    rewards: list[Reward]
    track: str


class TodayView(BaseModel):
    """Today's KST date, and whether its stamp is collected."""

    date: date
    stamped: bool


class InternalWins(BaseModel):
    """Winning plays towards the one bonus stamp; threshold 0 = the season has none."""

    total: int
    threshold: int
    remaining: int


class SeasonStatus(Timed):
    """The season pass of one player."""

    season: SeasonView
    progress: ProgressView
    levels: list[LevelView]
    today: TodayView
    event_bridge: EventBridge | None
    internal_wins: InternalWins
