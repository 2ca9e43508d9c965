"""Missions and badges as operators see and set them."""

from typing import Any

from pydantic import ConfigDict, Field

from app.domain.config_fields import Label
from app.domain.mission_config import MissionConfig
from app.schemas.admin.common import AdminBody, Instant, PlayersWhoLose, Reason, Warned
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "code": "DAILY_SPINS",
    "title_ko": "룰렛 3번 돌리기",
    "title_en": "Spin the roulette three times",
    "period": "DAILY",
    "metric": "PLAY.ROULETTE",
    "target": 3,
    "claim": "MANUAL",
    "rewards": [{"reward_type": "TOKEN", "reward_amount": 1, "token_type": "ROULETTE_COIN"}],
    "is_active": True,
    "reason": "A reason to come back tomorrow",
}


class MissionBody(MissionConfig):
    """A whole mission. `is_active` left out: a new one is a draft, an old one stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    is_active: bool | None = None
    reason: Reason
    players_who_lose: PlayersWhoLose = None


class MissionView(Warned):
    """A mission as it stands. Its version is the ETag that a change must name."""

    id: int
    code: str
    host_id: int | None
    is_active: bool
    version: int
    config: dict[str, Any]
    created_at: Instant
    updated_at: Instant


class MissionVersion(Shape):
    """One version, which never changes."""

    version: int
    config: dict[str, Any]
    created_by: str
    created_at: Instant


class MissionChange(Shape):
    """One field that differs."""

    path: str
    before: Any
    after: Any


class MissionDiff(Shape):
    """What a version changes compared with another."""

    code: str
    version: int
    against: int
    changes: list[MissionChange]


class MissionTotal(Shape):
    """One period of a mission."""

    period_key: str
    players: int
    players_completed: int
    completions: int
    claims: int


class MissionTotals(Shape):
    """The newest periods, the newest first; the CSV file has all of them."""

    items: list[MissionTotal]
    has_more: bool


class BadgeBody(AdminBody):
    """A badge's words."""

    name_ko: Label
    name_en: Label
    text_ko: str = Field(default="", max_length=500)
    text_en: str = Field(default="", max_length=500)


class BadgeView(Shape):
    """A badge. Its version is the ETag that a change must name."""

    code: str
    name_ko: str
    name_en: str
    text_ko: str
    text_en: str
    version: int
    created_at: Instant
    updated_at: Instant
    updated_by: str


class BadgeViews(Shape):
    """Every badge, by code."""

    items: list[BadgeView]
