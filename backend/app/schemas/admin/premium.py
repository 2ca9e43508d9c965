"""Premium passes and streaks as operators change them."""

from pydantic import Field

from app.domain.season_config import MAX_STREAK_DAYS, Track
from app.schemas.admin.common import Instant, OnePlayer
from app.schemas.common import Reward, Shape
from app.schemas.season_pass import MilestoneReward


class PremiumBody(OnePlayer):
    """Whose premium track (exactly one of `external_id` and `user_id`), and which."""

    track: Track = Field(examples=["GOLD"])


class PaidReward(Reward):
    """One reward that the track has paid."""

    level: int
    operation_id: str = Field(examples=["SEASON:1:42:GOLD:3"])
    state: str = Field(examples=["GRANTED"])


class PremiumChanged(Shape):
    """What stands now. A grant lists what it paid just now, a revocation everything that the track ever paid."""

    result: str = Field(examples=["OK"])
    is_changed: bool = Field(description="False when it was so already.")
    season_id: int
    user_id: int
    external_id: str
    track: str
    is_owned: bool
    paid: list[PaidReward]
    server_time: Instant


class StreakRestore(OnePlayer):
    """Whose streak, and how long it is to be as of yesterday (as of today, once today's stamp is collected)."""

    days: int = Field(ge=1, le=MAX_STREAK_DAYS, examples=[12])


class StreakRestored(Shape):
    """The streak as it stands now, and the milestones it reached for the first time, which were paid."""

    result: str = Field(examples=["OK"])
    season_id: int
    user_id: int
    external_id: str
    streak_days: int
    covers_until: str = Field(examples=["2025-12-11"])
    milestones: list[MilestoneReward]
    server_time: Instant
