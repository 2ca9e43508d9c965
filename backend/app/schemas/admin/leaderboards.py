"""Leaderboards as operators see and set them."""

from typing import Any, Literal

from pydantic import ConfigDict

from app.domain.board_config import BoardConfig
from app.schemas.admin.common import Instant, OnePlayer, PlayersWhoLose, Reason, Warned
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "code": "WEEKLY_PLAYS",
    "title_ko": "이번 주 참여왕",
    "title_en": "Most plays this week",
    "window": "WEEK",
    "metric": "PLAY",
    "rank_rewards": [
        {"from_rank": 1, "to_rank": 3, "rewards": [{"reward_type": "POINT", "reward_amount": 1000}]},
        {"from_rank": 4, "to_rank": 10, "rewards": [{"reward_type": "POINT", "reward_amount": 100}]},
    ],
    "is_active": True,
    "reason": "A reason to play all week",
}


class LeaderboardBody(BoardConfig):
    """A whole board. `is_active` left out: a new one is a draft, an old one stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    is_active: bool | None = None
    reason: Reason
    players_who_lose: PlayersWhoLose = None


class LeaderboardView(Warned):
    """A board as it stands. Its version is the ETag that a change must name."""

    id: int
    code: str
    host_id: int | None
    is_active: bool
    version: int
    config: dict[str, Any]
    created_at: Instant
    updated_at: Instant


class WindowView(Shape):
    """A window that ended. CLOSED: ranks are being paid; PAID: all are."""

    window_key: str
    state: str
    players: int
    rank_rewards: list[dict[str, Any]]
    closed_at: Instant
    updated_at: Instant


class WindowList(Shape):
    """The windows that ended, the newest first: ask again with `after=next` while `has_more`."""

    items: list[WindowView]
    next: str | None
    has_more: bool


class ResultRow(Shape):
    """One rank as it stood. WAITING, PAID, NONE (it gives nothing) or BLOCKED."""

    rank_no: int
    user_id: int
    score: int
    reached_at: Instant
    state: str


class MarkBody(OnePlayer):
    """BANNED: no rank, no reward. HIDDEN: ranked without a name. null: neither."""

    mark: Literal["BANNED", "HIDDEN"] | None


class Mark(Shape):
    """A player's mark on a board."""

    code: str
    user_id: int
    mark: str | None


class MarkRow(Shape):
    """A marked player."""

    user_id: int
    mark: str
    updated_at: Instant
    updated_by: str


class MarkList(Shape):
    """Every marked player of a board."""

    items: list[MarkRow]
