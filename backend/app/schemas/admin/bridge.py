"""Bridge campaigns as operators see and set them."""

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from app.domain.bridge_config import BridgeConfig
from app.schemas.admin.common import AdminBody, Instant, Reason, Warned
from app.schemas.common import Shape, Timed

EXAMPLE: dict[str, Any] = {
    "code": "XMAS_BRIDGE_2026",
    "name": "시즌 브리지 2026",
    "start_date": "2026-12-30",
    "required_keys": 2,
    "points_per_key": 5000,
    "policy": "all_or_nothing",
    "settles_at": "2027-01-01T00:10:00+09:00",
    "slots": [
        {
            "event_type": "KEY_DAY_1_ROULETTE",
            "mission": {"kind": "PLAYS", "plays": 5, "games": ["ROULETTE"]},
            "rewards": [{"reward_type": "TOKEN", "reward_amount": 3, "token_type": "ROULETTE_COIN"}],
        },
        {"event_type": "KEY_DAY_2_LAST_LOGIN", "mission": {"kind": "PRESENCE", "from_hour": 23}},
    ],
    "reason": "The bridge to the new season",
}


class BridgeBody(BridgeConfig):
    """A whole campaign."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: Reason


class BridgeTarget(AdminBody):
    """The season that takes the levels; null = the one of the program that runs when the campaign is settled."""

    target_season_id: int | None = Field(ge=1, le=2**31 - 1)


class BridgeHead(Shape):
    """A campaign without its slots. Its version is the ETag that a change must name."""

    id: int
    code: str = Field(examples=["XMAS_BRIDGE_2025"])
    name: str
    program: str
    host_id: int | None
    start_date: date
    end_date: date
    required_keys: int
    points_per_key: int
    policy: str
    settles_at: Instant
    target_season_id: int | None
    state: str = Field(examples=["OPEN"])
    version: int
    created_at: Instant
    updated_at: Instant


class BridgeSlotRow(Shape):
    """One day as it is stored."""

    day: int
    slot_date: date
    event_type: str
    mission: dict[str, Any]
    rewards: list[dict[str, Any]]


class BridgeView(BridgeHead, Warned):
    """A whole campaign."""

    slots: list[BridgeSlotRow]


class KeyCount(Shape):
    """How many players have the key of a day."""

    day: int
    event_type: str
    players: int


class KeyHolders(Shape):
    """How many players have so many keys."""

    keys: int
    players: int


class BridgeProgress(Timed):
    """How far the players are."""

    code: str
    state: str
    keys: list[KeyCount]
    players_by_key_count: list[KeyHolders]


class DueOutcome(Shape):
    """Players whom a settlement would treat alike. `points` is what they have pending; only PAID ones get it."""

    outcome: str = Field(examples=["PAID", "NOT_ENOUGH_KEYS", "BLOCKED"])
    players: int
    points: int
    complete: int


class SettlementPreview(Timed):
    """What a settlement would do now. Changes nothing."""

    code: str
    state: str
    has_target_season: bool
    will_pay_players: int
    will_pay_points: int
    will_skip_players: int
    outcomes: list[DueOutcome]


class SettlementOutcome(Shape):
    """Players who were settled alike."""

    outcome: str
    level_state: str
    players: int
    points: int


class SettlementRun(Shape):
    """The run of the worker. status: NOT_STARTED, WAITING, RUNNING, DONE or FAILED."""

    status: str
    seen: int
    paid: int
    points: int
    last_error: str | None


class SettlementStatus(Timed):
    """How the settlement stands."""

    code: str
    state: str
    settles_at: Instant
    run: SettlementRun
    outcomes: list[SettlementOutcome]
