"""What a player got nothing of at settlements, and how it was settled later."""

from typing import Literal

from pydantic import Field

from app.schemas.common import Shape, Timed


class MissedLine(Shape):
    """One settlement that gave the player nothing because they were blocked. Which fields stand depends on `kind`."""

    kind: Literal["BRIDGE", "BOARD", "TEAM"]
    code: str | None = Field(default=None, description="BRIDGE: the campaign")
    keys: int | None = None
    points: int | None = None
    outcome: str | None = Field(default=None, examples=["PAID", "NOT_ENOUGH_KEYS"])
    level_state: str | None = Field(default=None, examples=["PAID", "PENDING", "NONE"])
    xp: int | None = None
    operation_id: str | None = None
    board: str | None = None
    window: str | None = None
    contest: str | None = None
    rank: int | None = None
    score: int | None = None


class MissedSettlements(Timed):
    """What settling it would pay."""

    user_id: int
    missed: list[MissedLine]


class SettledLater(Timed):
    """What was paid now."""

    user_id: int
    settled: list[MissedLine]
