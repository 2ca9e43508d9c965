"""Games on the wire. What differs by game (segment, game, prize, preview) is added by each game's own fields."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.common import RequestBody, Reward, Timed
from app.schemas.season_pass import StampAnswer


class PlayBody(RequestBody):
    """A play takes nothing: the server decides everything."""


class PlayAnswer(BaseModel):
    """What a play gave; the game's own part stands beside these fields."""

    model_config = ConfigDict(extra="allow")

    result: str = Field(examples=["OK"])
    play_id: str = Field(examples=["019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"])
    reward: Reward
    token_type: str
    token_balance: int
    season_pass: StampAnswer | None


class GameStatus(Timed):
    """A game before a play: tickets, limit, prizes. `remaining_…` is null when there is no daily limit."""

    model_config = ConfigDict(extra="allow")

    config_id: int
    name: str
    feature_type: str
    token_type: str
    token_balance: int


class OddsLine(Reward):
    """One prize: `weight` / `total_weight` is its exact probability now."""

    label: str
    weight: int
    total_weight: int
    probability: float


class Odds(Timed):
    """The public odds: the version in force, since when, and every version before it."""

    feature_type: str
    config_id: int
    version: int
    valid_from: datetime | None
    prizes: list[OddsLine]
    history: list[dict[str, Any]]
