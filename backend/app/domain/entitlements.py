"""Entitlements: the right to use a resource for some days from the moment it is redeemed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import AppError

MAX_DAYS = 3_650


class EntitlementState(StrEnum):
    """Where an entitlement stands at an instant."""

    ISSUED = "ISSUED"
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class NewEntitlement:
    """One entitlement as it is issued. `operation_id` is that of its reward."""

    user_id: int
    resource: str
    operation_id: str
    valid_days: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One entitlement as it is stored."""

    id: int
    user_id: int
    resource: str
    operation_id: str
    valid_days: int
    issued_at: datetime
    redeemed_at: datetime | None
    valid_until: datetime | None
    revoked_at: datetime | None

    def state_at(self, now: datetime) -> EntitlementState:
        """The last day ends at the same second of the day at which it was redeemed."""
        if self.revoked_at is not None:
            return EntitlementState.REVOKED
        if self.valid_until is None:
            return EntitlementState.ISSUED
        return EntitlementState.ACTIVE if now < self.valid_until else EntitlementState.EXPIRED

    def valid_until_from(self, now: datetime) -> datetime:
        """Until when it is valid, redeemed now."""
        return now + timedelta(days=self.valid_days)


def to_redeem(owned: list[Entitlement], now: datetime) -> Entitlement:
    """The entitlement that a redemption uses: the oldest that waits. `owned` is one player's of one resource.

    While one is active nothing is redeemed (ENTITLEMENT_ACTIVE): a repeated or doubled request uses up no second one.
    Raises NO_ENTITLEMENT when none waits.
    """
    active = [one for one in owned if one.state_at(now) is EntitlementState.ACTIVE]
    if active:
        raise AppError("ENTITLEMENT_ACTIVE", entitlement_id=active[0].id)
    waiting = [one for one in owned if one.state_at(now) is EntitlementState.ISSUED]
    if not waiting:
        raise AppError("NO_ENTITLEMENT")
    return min(waiting, key=lambda one: one.id)
