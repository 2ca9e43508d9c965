"""What an operator may set on every game, and on every game of weighted prizes."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.config_fields import Label, RewardFields, StrictModel
from app.domain.grants import RewardType
from app.domain.stock import MAX_STOCK, Shelf

MAX_PRIZES = 100
MAX_PRIZE_ID = 2**31 - 1  # the column's
ONE_DAY_SECONDS = 86_400
PrizeNo = Annotated[int, Field(ge=0, le=2**31 - 1)]


class NoChoice(StrictModel):
    """A play takes nothing: the server decides everything."""


class TrialCaps(StrictModel):
    """Free tickets at balance 0: at most so many per KST day and per ISO week (Monday to Sunday, KST)."""

    per_day: int = Field(ge=1, le=10)
    per_week: int = Field(ge=1, le=50)


class PrizeFields(RewardFields):
    """A prize of a game: the reward, and how many there are.

    `stock` is what the prize starts with, null = endless. A later version must say the same number; units are added by
    restocking. Of a COUPON there are never more than its pool has codes left, with or without `stock`.
    """

    stock: int | None = Field(default=None, ge=0, le=MAX_STOCK)

    def stock_id(self, drawn_as: int) -> int | None:
        """The number under which its stock is kept for ever; None without stock. `drawn_as`: its id in the draw."""
        return None if self.stock is None else drawn_as

    def is_gone(self, drawn_as: int, shelf: Shelf, codes: Mapping[str, int]) -> bool:
        """True when no unit, or not enough codes, are left. `codes`: how many each pool has left."""
        stock_id = self.stock_id(drawn_as)
        if stock_id is not None and shelf.left(stock_id) == 0:
            return True
        return self.pool is not None and codes.get(self.pool, 0) < self.reward_amount

    @property
    def pool(self) -> str | None:
        """The coupon pool that it is paid from, if it is."""
        return self.code if self.reward_type == RewardType.COUPON else None


class PlacedPrize(PrizeFields):
    """A prize in a place that the game always has (a slot of the wheel, an outcome of the dice).

    With `stock` it needs a `prize_id`: another prize in the same place is another number.
    """

    prize_id: int | None = Field(default=None, ge=1, le=MAX_PRIZE_ID)

    @model_validator(mode="after")
    def _is_numbered(self) -> Self:
        if (self.stock is None) != (self.prize_id is None):
            raise ValueError("stock and prize_id belong together: the number keeps its stock through all versions")
        return self

    def stock_id(self, drawn_as: int) -> int | None:
        return self.prize_id


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

    @property
    def all_prizes(self) -> Mapping[int, PrizeFields]:
        """Every prize by the id under which it is drawn: what a game with rewards must say."""
        return {}

    @model_validator(mode="after")
    def _numbers_stock_once(self) -> Self:
        if len(self.stock) != sum(prize.stock is not None for prize in self.all_prizes.values()):
            raise ValueError("prize_id: each number at most once")
        return self

    @cached_property
    def stock(self) -> dict[int, int]:
        """What each prize with stock starts with, by the number of its stock. Read it only."""
        numbered = ((prize.stock_id(drawn_as), prize.stock) for drawn_as, prize in self.all_prizes.items())
        return {stock_id: units for stock_id, units in numbered if stock_id is not None and units is not None}

    @cached_property
    def pools(self) -> dict[str, int]:
        """The coupon pools that prizes are paid from, with the most codes that one prize takes. Read it only."""
        paid = [(prize.pool, prize.reward_amount) for prize in self.all_prizes.values() if prize.pool is not None]
        return {pool: max(amount for other, amount in paid if other == pool) for pool, _ in paid}

    @cached_property
    def _limited(self) -> dict[int, PrizeFields]:
        return {n: prize for n, prize in self.all_prizes.items() if prize.stock is not None or prize.pool is not None}

    def sold_out(self, shelf: Shelf, codes: Mapping[str, int]) -> frozenset[int]:
        """The prizes, by their id in the draw, of which nothing is left. `codes`: how many each pool has left."""
        return frozenset(n for n, prize in self._limited.items() if prize.is_gone(n, shelf, codes))


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
