"""What an operator may set on a roulette: exactly six weighted segments."""

from collections.abc import Mapping
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from app.domain.config_fields import MAX_WEIGHT, Label
from app.domain.game_fields import GameFields, Guarantee, PlacedPrize, PrizeFields, require_guarantee_fits
from app.domain.weighted import Pool

SLOTS = 6


class Segment(PlacedPrize):
    """One sixth of the wheel as it is drawn; how often it wins is `weight` alone. Weight 0 shows but never wins."""

    slot_index: int = Field(ge=0, lt=SLOTS)
    label: Label
    weight: int = Field(ge=0, le=MAX_WEIGHT)
    is_jackpot: bool = False


class RouletteSetup(GameFields):
    """A whole roulette: each slot_index 0..5 once, sum of weights > 0. A guarantee names slots."""

    segments: tuple[Segment, ...] = Field(min_length=SLOTS, max_length=SLOTS, strict=False)
    guarantee: Guarantee | None = None

    @model_validator(mode="after")
    def _is_a_whole_wheel(self) -> Self:
        if sorted(segment.slot_index for segment in self.segments) != list(range(SLOTS)):
            raise ValueError("segments: each slot_index 0..5 must stand exactly once")
        if sum(segment.weight for segment in self.segments) == 0:
            raise ValueError("segments: the sum of the weights must be above 0")
        require_guarantee_fits(self.guarantee, {s.slot_index: s.weight for s in self.segments})
        return self

    @cached_property
    def in_slot_order(self) -> tuple[Segment, ...]:
        """The segments in the order in which rolls are read."""
        return tuple(sorted(self.segments, key=lambda segment: segment.slot_index))

    @property
    def all_prizes(self) -> Mapping[int, PrizeFields]:
        return {segment.slot_index: segment for segment in self.segments}

    @cached_property
    def pool(self) -> Pool:
        return Pool(tuple((segment.slot_index, segment.weight) for segment in self.in_slot_order), self.guarantee)
