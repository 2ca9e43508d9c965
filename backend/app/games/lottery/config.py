"""What an operator may set on a lottery: weighted prizes, each endless or with stock, each in the draw or not."""

from collections.abc import Mapping
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from app.domain.config_fields import MAX_WEIGHT, Label
from app.domain.game_fields import (
    MAX_PRIZE_ID,
    MAX_PRIZES,
    GameFields,
    Guarantee,
    PrizeFields,
    require_guarantee_fits,
)
from app.domain.weighted import Pool


class Prize(PrizeFields):
    """One prize. `id` names it permanently: its stock goes on through all versions that name it.

    A prize that is not active is neither shown nor drawn.
    """

    id: int = Field(ge=1, le=MAX_PRIZE_ID)
    label: Label
    weight: int = Field(ge=0, le=MAX_WEIGHT)
    active: bool = True


class LotterySetup(GameFields):
    """A whole lottery: each id once, and the weights of the active prizes sum up to more than 0."""

    prizes: tuple[Prize, ...] = Field(min_length=1, max_length=MAX_PRIZES, strict=False)
    guarantee: Guarantee | None = None

    @model_validator(mode="after")
    def _is_a_whole_lottery(self) -> Self:
        if len({prize.id for prize in self.prizes}) != len(self.prizes):
            raise ValueError("prizes: each id must stand exactly once")
        if sum(prize.weight for prize in self.in_draw) == 0:
            raise ValueError("prizes: the sum of the active weights must be above 0")
        require_guarantee_fits(self.guarantee, {prize.id: prize.weight for prize in self.in_draw})
        return self

    @cached_property
    def in_draw(self) -> tuple[Prize, ...]:
        """The active prizes, in the order in which rolls are read."""
        return tuple(prize for prize in self.prizes if prize.active)

    @cached_property
    def pool(self) -> Pool:
        return Pool(tuple((prize.id, prize.weight) for prize in self.in_draw), self.guarantee)

    @property
    def all_prizes(self) -> Mapping[int, PrizeFields]:
        return {prize.id: prize for prize in self.prizes}
