"""What an operator may set on a roulette: exactly six weighted segments."""

from typing import Self

from pydantic import Field, model_validator

from app.domain.config_fields import MAX_WEIGHT, Label, RewardFields, StrictModel

SLOTS = 6


class Segment(RewardFields):
    """One sixth of the wheel as it is drawn; how often it wins is `weight` alone. Weight 0 shows but never wins."""

    slot_index: int = Field(ge=0, lt=SLOTS)
    label: Label
    weight: int = Field(ge=0, le=MAX_WEIGHT)
    is_jackpot: bool = False


class RouletteSetup(StrictModel):
    """A whole roulette: each slot_index 0..5 once, sum of weights > 0. `max_daily` 0 = unlimited."""

    name: Label
    max_daily: int = Field(default=0, ge=0, le=100_000)
    segments: tuple[Segment, ...] = Field(min_length=SLOTS, max_length=SLOTS, strict=False)

    @model_validator(mode="after")
    def _is_a_whole_wheel(self) -> Self:
        if sorted(segment.slot_index for segment in self.segments) != list(range(SLOTS)):
            raise ValueError("segments: each slot_index 0..5 must stand exactly once")
        if sum(segment.weight for segment in self.segments) == 0:
            raise ValueError("segments: the sum of the weights must be above 0")
        return self
