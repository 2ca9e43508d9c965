"""Leaderboards and rankings as players see them."""

from datetime import date, datetime

from pydantic import Field

from app.schemas.common import Reward, Shape, Timed


class Titles(Shape):
    """A title in both languages."""

    ko: str
    en: str


class RankRange(Shape):
    """What the ranks of a range get when the window is closed."""

    from_rank: int
    to_rank: int
    rewards: list[Reward]


class BoardHead(Shape):
    """A board and its present window. `closes_at` null: it never closes."""

    code: str = Field(examples=["WEEKLY_PLAYS"])
    title: Titles
    window: str = Field(examples=["DAY", "WEEK", "SEASON", "ALL"])
    window_key: str = Field(examples=["2025-W50"])
    metric: str
    closes_at: datetime | None
    rank_rewards: list[RankRange]


class BoardList(Timed):
    """The boards that rank the player today."""

    leaderboards: list[BoardHead]
    feature_type: str


class BoardEntry(Shape):
    """One place. Ties go to who reached the score first."""

    rank: int
    display_name: str
    score: int
    reached_at: datetime
    is_me: bool


class BoardView(BoardHead, Timed):
    """A page of a board: ask again with `after=next` while `has_more`."""

    is_closed: bool
    entries: list[BoardEntry]
    my_entry: BoardEntry | None
    next: str | None
    has_more: bool
    feature_type: str


class RankingEntry(Shape):
    """One line of the day's ranking."""

    rank: int
    display_name: str
    score: int


class RankingDay(Timed):
    """The ranking that operators uploaded for the day."""

    date: date
    entries: list[RankingEntry]
    my_entry: RankingEntry | None
    feature_type: str
