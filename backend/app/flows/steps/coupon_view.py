"""A player's coupon codes as the contract and the pages show them. Reads coupon_pools and coupon_codes."""

from collections.abc import Sequence
from datetime import datetime

from app.core.time_utils import kst_text
from app.domain.grants import RewardType
from app.flows.steps.edits import Row
from app.services import Services


def coupon_view(row: Row, now: datetime) -> Row:
    """One code with its state."""
    state = "VOID" if row["voided_at"] else "EXPIRED" if row["expires_at"] and row["expires_at"] <= now else "VALID"
    return {
        "id": row["id"],
        "pool": row["pool"],
        "name": row["name"],
        "name_en": row["name_en"],
        "code": row["code"],
        "state": state,
        "operation_id": row["operation_id"],
        "expires_at": None if row["expires_at"] is None else kst_text(row["expires_at"]),
        "assigned_at": kst_text(row["assigned_at"]),
    }


async def with_coupons(keepers: Services, accounts: Sequence[int], rewards: Sequence[Row], now: datetime) -> list[Row]:
    """A player's own rewards, each COUPON with its pool's `name` and `name_en` and the `coupons` it gave.

    Only codes of these accounts are read: nobody sees another's. Nothing is asked when there is no coupon.
    """
    operations = [row["operation_id"] for row in rewards if row["reward_type"] == RewardType.COUPON]
    if not operations:
        return list(rewards)
    names = await keepers.coupon.names()
    given: dict[str, list[Row]] = {}
    for row in await keepers.coupon.of_operations(accounts, operations):
        given.setdefault(row["operation_id"], []).append(coupon_view(row, now))
    return [
        row | names.get(row["code"], {}) | {"coupons": given.get(row["operation_id"], [])}
        if row["reward_type"] == RewardType.COUPON
        else row
        for row in rewards
    ]
