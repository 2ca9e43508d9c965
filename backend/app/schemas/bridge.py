"""The bridge between two seasons on the wire."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from app.schemas.common import Reward, Shape, Timed


class HostEventHint(Shape):
    """Which event of the host earns the key, with an example of one."""

    type: str | None = Field(examples=["goal.reached"])
    example: dict[str, Any] | None


class BridgeMission(Shape):
    """What a day asks for. PLAYS: `plays` of each of `games`; PRESENCE: a request from `from_time` on (KST)."""

    kind: Literal["PLAYS", "HOST_EVENT", "PRESENCE"]
    plays: int | None = None
    games: list[str] | None = None
    host_event: HostEventHint | None = None
    from_time: str | None = Field(default=None, examples=["23:00"])


class BridgeSlot(Shape):
    """One day. `progress` of `target` counts what was done on it: a missed day keeps what was made."""

    day: int = Field(examples=[1])
    date: date
    event_type: str = Field(examples=["KEY_DAY_1_ROULETTE"])
    state: Literal["LOCKED", "OPEN", "COLLECTED", "MISSED"]
    progress: int
    target: int
    mission: BridgeMission
    rewards: list[Reward]


class EventBridge(Shape):
    """The bridge of one player. The countdown runs to the new season and is never negative."""

    campaign: str = Field(examples=["XMAS_BRIDGE_2025"])
    active_keys: list[int]
    total_key_count: int
    required_keys: int
    pending_reward_points: int
    is_all_keys_collected: bool
    countdown_to_new_season: str = Field(pattern=r"^\d{3}:\d{2}:\d{2}$", examples=["167:59:59"])
    slots: list[BridgeSlot]


class BridgeStatus(Timed):
    """The bridge, also on days when no season runs."""

    event_bridge: EventBridge
