"""What dice show."""

from typing import Annotated, Literal

from pydantic import Field

from app.domain.game_shown import Shown, ShownReward

Face = Annotated[int, Field(ge=1, le=6)]
Two = Annotated[list[Face], Field(min_length=2, max_length=2)]
Result = Literal["WIN", "DRAW", "LOSE"]


class DiceThrow(ShownReward):
    """One throw, and what it gave."""

    user_dice: Two
    dealer_dice: Two
    user_sum: int
    dealer_sum: int
    outcome: Result


class DiceAnswer(Shown):
    """The throw of a play."""

    game: DiceThrow


class DiceReward(ShownReward):
    """What an outcome gives."""

    outcome: Result
    is_sold_out: bool


class DiceOffer(Shown):
    """What each outcome gives."""

    rewards: list[DiceReward]
