"""Games and their config versions as operators see and set them."""

from typing import Any

from pydantic import BaseModel, Field

from app.schemas.admin.common import AdminBody, Instant, Listed
from app.schemas.common import Timed

EXAMPLE = {
    "name": "눈꽃 룰렛",
    "max_daily": 0,
    "segments": [
        {"slot_index": 0, "label": "10 포인트", "weight": 100, "reward_type": "POINT", "reward_amount": 10},
        *({"slot_index": slot, "label": "다음 기회에", "weight": 100} for slot in range(1, 6)),
    ],
}


class ConfigNew(AdminBody):
    """A whole config in the game's own shape; each game validates its own."""

    config: dict[str, Any] = Field(examples=[EXAMPLE])


class ActiveConfig(BaseModel):
    """The version in force."""

    config_id: int
    version: int
    name: str


class GameLine(BaseModel):
    """One registered game. No `active`: nothing that can be played. No `is_enabled`: it has no switch yet."""

    code: str = Field(examples=["roulette"])
    feature_type: str = Field(examples=["ROULETTE"])
    token_type: str = Field(examples=["ROULETTE_COIN"])
    active: ActiveConfig | None
    is_enabled: bool | None
    last_play_at: Instant | None


class GameList(Listed[GameLine], Timed):
    """Every registered game: one page."""


class ConfigView(BaseModel):
    """One version. It never changes."""

    id: int
    feature_type: str
    version: int
    is_active: bool
    config: dict[str, Any]
    config_hash: str = Field(description="SHA-256 of the stored text")
    created_by: str
    created_at: Instant
