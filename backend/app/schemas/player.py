"""What a player reads of their own: wallet, ledger, rewards."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.schemas.common import RequestBody, Reward, Shape, Timed
from app.schemas.possessions import CouponLine


class WalletLine(Shape):
    """One wallet."""

    token_type: str = Field(examples=["ROULETTE_COIN"])
    balance: int
    debt: int | None = Field(
        default=None,
        exclude_if=lambda debt: not debt,
        description="What was taken back and had been spent: the next credits pay it first. Stands where one owes.",
    )


class Wallets(Timed):
    """Every wallet of the player."""

    wallets: list[WalletLine]


class LedgerLine(Shape):
    """One movement: why, how much, and what the wallet held after it."""

    id: int
    token_type: str
    delta: int
    balance_after: int
    reason: str
    operation_id: str
    created_at: datetime


class LedgerPage(Shape):
    """Newest movements first."""

    items: list[LedgerLine]
    next: int | None
    has_more: bool


class RewardLine(Reward):
    """One reward and where it stands."""

    id: int
    operation_id: str
    source: str
    state: str
    created_at: datetime
    name: str | None = Field(default=None, description="What the pool of a COUPON is called; null for all else.")
    name_en: str | None = None
    coupons: list[CouponLine] = Field(default=[], description="The codes that a COUPON gave.")


class RewardPage(Shape):
    """Newest rewards first."""

    items: list[RewardLine]
    next: int | None
    has_more: bool


class PageBody(RequestBody):
    """Which page the player entered."""

    page: Literal["HOME", "ROULETTE", "DICE", "LOTTERY", "HISTORY", "ODDS", "RANKING", "BRIDGE"]
