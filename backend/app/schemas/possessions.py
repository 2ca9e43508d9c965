"""What players have beyond wallets, and what a host asks about it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.schemas.common import RequestBody, Shape, Timed


class CouponLine(Shape):
    """One coupon code of the player."""

    id: int
    pool: str = Field(examples=["COFFEE"])
    name: str = Field(description="What the pool is called, in Korean or in every language.")
    name_en: str | None = Field(description="The same in English, where it has one.")
    code: str = Field(examples=["7GQ4-PX2M-9K"])
    state: Literal["VALID", "EXPIRED", "VOID"]
    operation_id: str
    expires_at: datetime | None
    assigned_at: datetime


class CouponPage(Timed):
    """Newest codes first."""

    items: list[CouponLine]
    next: int | None
    has_more: bool


class EntitlementLine(Shape):
    """One entitlement. ISSUED: not redeemed yet; its days begin when the host redeems it."""

    id: int
    resource: str = Field(examples=["LECTURE_PASS"])
    state: Literal["ISSUED", "ACTIVE", "EXPIRED", "REVOKED"]
    valid_days: int
    issued_at: datetime
    redeemed_at: datetime | None
    valid_until: datetime | None


class EntitlementPage(Timed):
    """Newest entitlements first."""

    items: list[EntitlementLine]
    next: int | None
    has_more: bool


class EntitlementStanding(Timed):
    """Whether the player may use the resource now, until when, and how many more can be redeemed."""

    external_id: str
    resource: str
    is_active: bool
    valid_until: datetime | None
    redeemable: int
    items: list[EntitlementLine] = Field(description="The newest hundred.")
    has_more: bool


class RedeemBody(RequestBody):
    """A redemption takes nothing: the oldest entitlement that waits is used."""


class Redeemed(EntitlementLine):
    """The entitlement that runs from now on."""

    result: str = Field(examples=["OK"])
    external_id: str


class ItemLine(Shape):
    """How many of an item the player has."""

    code: str = Field(examples=["SNOWBALL"])
    amount: int


class Items(Timed):
    """Items by code."""

    items: list[ItemLine]
