"""Season pass on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.core.auth import ADMIN, HOST
from app.domain.season_config import Program
from app.schemas.bridge import EventBridge
from app.schemas.common import RequestBody, Reward, Shape, Timed

# a host may reward effort on top of the stamp, within reason; a season's top levels cost hundreds of XP
MAX_XP_BONUS = 1_000
MAY_GIVE_BONUS = frozenset({HOST, ADMIN})
SeasonId = Annotated[int, Field(ge=1, le=2**31 - 1)]
TrackName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]


def _bonus_in_bounds(value: Any) -> Any:
    """The bonus, or 0 where it is out of bounds; what is no whole number is left to the type."""
    return 0 if isinstance(value, int) and not 0 <= value <= MAX_XP_BONUS else value


class StampBody(RequestBody):
    """`xp_bonus` counts only from a token with scope `host` or `admin`; from anyone else it is ignored.

    One below 0 or above 1,000 is ignored as well: the stamp is worth what it is worth without it.
    """

    source_feature_type: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]{0,29}$")
    xp_bonus: Annotated[int, BeforeValidator(_bonus_in_bounds)] = Field(default=0, ge=0, le=MAX_XP_BONUS)
    program: Program | None = Field(default=None, description="Default: that of the player's host, else main.")


class ClaimBody(RequestBody):
    """Which level to claim; `season_id` only for a season that has ended but is still in its grace period."""

    level: int = Field(ge=1, le=1_000_000, examples=[8])
    track: TrackName = "FREE"
    season_id: SeasonId | None = None
    program: Program | None = None


class ClaimAllBody(RequestBody):
    """Which season's open levels to claim: of the running one and of every track owned, unless the body says less."""

    track: TrackName | None = None
    season_id: SeasonId | None = None
    program: Program | None = None


class LevelReward(Reward):
    """A reward of a level that was just reached; `claimed_at` is null while it waits to be claimed by hand."""

    level: int
    track: str
    auto_claim: int = Field(description="0 or 1, as is_auto_claim")
    is_auto_claim: bool = Field(description="paid when the level is reached; else the player claims it")
    claimed_at: datetime | None


class MilestoneReward(Shape):
    """What a streak of this many days gives."""

    days: int
    rewards: list[Reward]


class StreakStep(Shape):
    """The streak behind this stamp, and the milestones it reached for the first time."""

    days: int
    freezes: int
    freezes_used: int
    milestones: list[MilestoneReward]


class StampAnswer(Shape):
    """What a stamp gave. `xp_added` may be less than a stamp is worth when the season caps the XP of a day."""

    added_stamp: int
    xp_added: int
    current_level: int
    current_xp: int
    leveled_up: bool
    rewards: list[LevelReward]
    streak: StreakStep | None


class ClaimAnswer(Reward):
    """A claimed level. State APPROVAL: a person must approve; PENDING: it is on its way."""

    level: int
    track: str
    rewards: list[Reward]
    claimed_at: datetime
    state: str = Field(examples=["GRANTED"])


class CurrentSeason(Shape):
    """The running season; dates are inclusive KST days."""

    id: int
    season_name: str = Field(examples=["XMAS_2025"])
    start_date: date
    end_date: date
    max_level: int
    base_xp_per_stamp: int
    program: str
    is_ended: bool = Field(description="True in the grace period: rewards can be claimed, nothing is earned.")
    last_claim_date: date


class ProgressView(Shape):
    """Where the player stands. `next_level_xp` is null past the last level."""

    current_level: int
    current_xp: int
    total_stamps: int
    last_stamp_date: date | None
    next_level_xp: int | None


class TrackView(Reward):
    """What a premium track gives at a level. `is_claimed` is also true for what was paid automatically."""

    track: str
    rewards: list[Reward]
    is_owned: bool
    is_claimed: bool
    is_claimable: bool


class LevelView(Reward):
    """One level of the free track; `tracks` is what the premium tracks give at it."""

    level: int
    required_xp: int
    auto_claim: int = Field(description="0 or 1, as is_auto_claim")
    is_auto_claim: bool = Field(description="paid when the level is reached; else the player claims it")
    is_unlocked: bool
    is_claimed: bool
    reward_label: str
    reward_labels: dict[str, str]
    rewards: list[Reward]
    track: str
    tracks: list[TrackView]


class PremiumView(Shape):
    """One premium track of the season."""

    track: str
    is_owned: bool


class DailyXpView(Shape):
    """The cap on XP earned in a KST day. Stamps beyond it count without XP; rewards in XP are not capped."""

    cap: int
    earned: int
    remaining: int


class OverflowView(Shape):
    """The bonus for every `every_xp` XP past the last level. `next_bonus_xp` is null after the last bonus."""

    every_xp: int
    bonuses: int
    max_bonuses: int
    next_bonus_xp: int | None
    rewards: list[Reward]


class MilestoneView(MilestoneReward):
    """One milestone; reached once a season."""

    is_reached: bool


class StreakView(Shape):
    """Consecutive days with a daily stamp. A freeze is taken for a missed day; `days` is 0 once it is broken."""

    days: int
    best: int
    freezes: int
    freeze_cap: int
    is_paused_today: bool
    milestones: list[MilestoneView]


class TodayView(Shape):
    """Today's KST date, and whether its stamp is collected."""

    date: date
    stamped: bool


class InternalWins(Shape):
    """Winning plays towards the one bonus stamp; threshold 0 = the season has none."""

    total: int
    threshold: int
    remaining: int


class SeasonStatus(Timed):
    """The season pass of one player."""

    season: CurrentSeason
    progress: ProgressView
    levels: list[LevelView]
    today: TodayView
    event_bridge: EventBridge | None
    internal_wins: InternalWins
    premium: list[PremiumView]
    daily_xp: DailyXpView | None
    overflow: OverflowView | None
    streak: StreakView | None
