"""What an operator may set on a scratch-box: how many boxes a round has, and which prizes lie in them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from app.domain.config_fields import Label, StrictModel
from app.domain.game_fields import MAX_PRIZES, GameFields, PrizeFields

MAX_BOXES = 100


class Pick(StrictModel):
    """The body of a play: the number of the box, 1 to N."""

    box: int = Field(ge=1, le=MAX_BOXES, examples=[3])


class BoxPrize(PrizeFields):
    """A prize that lies in `count` of the boxes of every round."""

    id: int = Field(ge=1, le=1_000_000)
    label: Label
    count: int = Field(ge=1, le=MAX_BOXES)


class ScratchBoxSetup(GameFields):
    """A whole scratch-box: every box of a round holds exactly one prize, and at least one holds something."""

    boxes: int = Field(ge=2, le=MAX_BOXES)
    prizes: tuple[BoxPrize, ...] = Field(min_length=1, max_length=MAX_PRIZES, strict=False)

    @model_validator(mode="after")
    def _fills_every_box(self) -> Self:
        if len({prize.id for prize in self.prizes}) != len(self.prizes):
            raise ValueError("prizes: each id must stand exactly once")
        if sum(prize.count for prize in self.prizes) != self.boxes:
            raise ValueError("prizes: the counts must sum up to the number of boxes")
        if not any(prize.grant().is_something for prize in self.prizes):
            raise ValueError("prizes: at least one must give something")
        return self

    @property
    def all_prizes(self) -> Mapping[int, PrizeFields]:
        return {prize.id: prize for prize in self.prizes}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How often each prize lies in a fresh round, by id as JSON keys are. Read it only."""
        return {str(prize.id): prize.count for prize in self.prizes}
