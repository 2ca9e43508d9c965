"""What an operator may set on every game, and on every game of weighted prizes."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.config_fields import Label, StrictModel

MAX_PRIZES = 100
ONE_DAY_SECONDS = 86_400
PrizeNo = Annotated[int, Field(ge=0, le=2**31 - 1)]


class NoChoice(StrictModel):
    """A play takes nothing: the server decides everything."""


class TrialCaps(StrictModel):
    """Free tickets at balance 0: at most so many per KST day and per ISO week (Monday to Sunday, KST)."""

    per_day: int = Field(ge=1, le=10)
    per_week: int = Field(ge=1, le=50)


class GameFields(StrictModel):
    """The fields that every game has.

    There is no price: a play costs one ticket, and tickets are earned, never bought. A config that names a price or a
    payout in money has no field to say it in and is refused like any other unknown field or reward type.
    """

    name: Label
    # plays per KST day and player; 0 = unlimited
    max_daily: int = Field(default=0, ge=0, le=100_000)
    # between two plays of one player; 0 = none
    cooldown_seconds: int = Field(default=0, ge=0, le=ONE_DAY_SECONDS)
    # none = no trial tickets
    trial: TrialCaps | None = None


class Guarantee(StrictModel):
    """After `after` plays in a row without any of these prizes, the next play is drawn among them alone."""

    after: int = Field(ge=1, le=10_000)
    prizes: tuple[PrizeNo, ...] = Field(min_length=1, max_length=MAX_PRIZES, strict=False)

    @model_validator(mode="after")
    def _names_each_prize_once(self) -> Self:
        if len(set(self.prizes)) != len(self.prizes):
            raise ValueError("prizes: each id at most once")
        return self


def require_guarantee_fits(guarantee: Guarantee | None, weights: dict[int, int]) -> None:
    """Returns when every guaranteed prize can be drawn at all; raises ValueError otherwise."""
    for prize in guarantee.prizes if guarantee else ():
        if not weights.get(prize):
            raise ValueError(f"guarantee: prize {prize} must stand in the draw with a weight above 0")
