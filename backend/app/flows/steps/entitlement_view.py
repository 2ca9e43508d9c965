"""An entitlement as every answer shows it."""

from datetime import datetime
from typing import Any

from app.core.time_utils import kst_text
from app.domain.entitlements import Entitlement


def entitlement_view(one: Entitlement, now: datetime) -> dict[str, Any]:
    """Its state now, and from when until when it counts."""
    return {
        "id": one.id,
        "resource": one.resource,
        "state": one.state_at(now).value,
        "valid_days": one.valid_days,
        "issued_at": kst_text(one.issued_at),
        "redeemed_at": None if one.redeemed_at is None else kst_text(one.redeemed_at),
        "valid_until": None if one.valid_until is None else kst_text(one.valid_until),
    }
