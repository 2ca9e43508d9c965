"""Leaderboards: scores by window, ranked by score, ties by who reached it first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.core.time_utils import kst_midnight
from app.domain.belonging import Belonging
from app.domain.board_config import BoardConfig
from app.domain.grants import Grant, grant_from
from app.domain.spans import Span, last_day_of


@dataclass(frozen=True, slots=True)
class Board(Belonging):
    """A leaderboard in one version. `host_id` None means the players of every host."""

    id: int
    host_id: int | None
    version: int
    is_active: bool
    config: BoardConfig

    @property
    def code(self) -> str:
        return self.config.code

    def runs_on(self, day: date) -> bool:
        """True when what happens on a KST day is scored."""
        starts, ends = self.config.starts_on, self.config.ends_on
        return self.is_active and (starts is None or starts <= day) and (ends is None or day <= ends)

    def closes_at(self, window_key: str, season_end: date | None = None) -> datetime | None:
        """From when on a window takes no score any more; None = never. A season's window ends with its season."""
        last_day = self.config.ends_on if self.config.span is Span.ALL else last_day_of(window_key, season_end)
        if last_day is None:
            return None
        return kst_midnight(last_day + timedelta(days=1)) + timedelta(minutes=self.config.close_after_minutes)

    def operation_id(self, user_id: int, window_key: str) -> str:
        """The permanent cause of what a rank gives."""
        return rank_operation_id(self.code, user_id, window_key)


@dataclass(frozen=True, slots=True)
class Place:
    """A player's place on a board."""

    rank: int
    user_id: int
    score: int
    reached_at: datetime
    name: str | None = None
    external_id: str = ""
    is_hidden: bool = False


def rank_operation_id(code: str, user_id: int, window_key: str) -> str:
    """The permanent cause of what a rank of a board gives."""
    return f"BOARD:{code}:{user_id}:{window_key}"


def rewards_of_rank(rank_rewards: Sequence[dict[str, Any]], rank: int) -> tuple[Grant, ...]:
    """What a rank gives, by the ranges that were promised when the window closed."""
    for line in rank_rewards:
        if line["from_rank"] <= rank <= line["to_rank"]:
            return tuple(grant_from(reward) for reward in line["rewards"])
    return ()


def display_name(name: str | None, external_id: str, *, is_hidden: bool = False) -> str:
    """How a player is shown to others: their nickname, else the beginning of their id; nothing when hidden."""
    if is_hidden:
        return "***"
    return name or f"{external_id[:2]}***"
