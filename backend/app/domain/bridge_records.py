"""What a decision wants written of the bridge."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.bridge import LevelState, Outcome


@dataclass(frozen=True, slots=True)
class BridgeKey:
    """One key of a bridge campaign: unique by (campaign, player, event_type). `cause` is what earned it."""

    campaign_id: int
    user_id: int
    event_type: str
    day: int
    key_date: date
    points: int
    cause: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BridgeSettlement:
    """How one player of a bridge campaign was settled, with what their counters were: unique by (campaign, player)."""

    campaign_id: int
    user_id: int
    outcome: Outcome
    key_count: int
    pending_points: int
    points_paid: int
    level_state: LevelState
    season_id: int | None
    level_after: int | None
    xp_added: int
    created_at: datetime
    updated_at: datetime
