"""Promo codes as players use them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.domain.promo_config import PromoText
from app.schemas.common import RequestBody, Reward, Shape, Timed


class CodeBody(RequestBody):
    """The code as the player typed it: spaces and small letters don't matter."""

    code: PromoText = Field(examples=["XMAS-2025"])


class CodeReward(Reward):
    """One reward of the unit, and where it stands. A COUPON is PENDING here; its code stands in `GET /api/coupons`."""

    state: str = Field(examples=["GRANTED"])


class CodeAnswer(Shape):
    """The unit that the player got."""

    result: str = Field(examples=["OK"])
    campaign: str = Field(examples=["XMAS_RUSH"])
    unit_no: int
    operation_id: str = Field(examples=["CODE:XMAS-2025:42"])
    rewards: list[CodeReward]
    claimed_at: datetime


class Title(Shape):
    """The campaign's name in both languages."""

    ko: str
    en: str


class PromoStatus(Timed):
    """A campaign: when it opens, what it gives, how many units are left (null: endless)."""

    campaign: str
    title: Title
    state: Literal["SCHEDULED", "OPEN", "SOLD_OUT", "ENDED"]
    opens_at: datetime
    closes_at: datetime | None
    units: int | None
    left: int | None
    rewards: list[Reward]
    is_claimed: bool
