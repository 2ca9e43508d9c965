"""Operators look at codes that nobody has yet. Each is as good as money, so the look itself is noted.

Reads coupon_pools, coupon_codes, promo_campaigns, promo_codes and promo_claims. Writes admin_audit_log.
"""

from datetime import datetime

from app.core.errors import AppError
from app.flows.steps.edits import Row
from app.services import House, Services
from app.services.audit_service import AdminAct

SHOWN = "CODES_SHOWN"
# the reason of such an act: nobody is asked why they look
READING = "looked at codes"


async def pool_codes(house: House, act: AdminAct, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The codes of a pool, `limit + 1` at most, audited when one of them is free. Raises POOL_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        pool = await keepers.coupon.pool(code, house.clock.now())
        if pool is None:
            raise AppError("POOL_NOT_FOUND")
        rows = await keepers.coupon.codes(pool["id"], after=after, limit=limit)
        free = [row["id"] for row in rows if row["operation_id"] is None and row["voided_at"] is None]
        await _note(keepers, act, f"coupon_pool:{code}", free, house.clock.now())
        return rows

    return await house.write(work)


async def promo_codes(house: House, act: AdminAct, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The codes of a campaign, `limit + 1` at most, audited when one of them is unused. Raises PROMO_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        campaign = await keepers.promo.row(code)
        if campaign is None:
            raise AppError("PROMO_NOT_FOUND")
        rows = await keepers.promo.codes(campaign["id"], after=after, limit=limit)
        unused = [row["id"] for row in rows if not row["claims"]]
        await _note(keepers, act, f"promo:{code}", unused, house.clock.now())
        return rows

    return await house.write(work)


async def _note(keepers: Services, act: AdminAct, target: str, free: list[int], now: datetime) -> None:
    if free:
        after = {"free": len(free), "from_id": free[0], "to_id": free[-1]}
        await keepers.audit.add(act, SHOWN, target, after=after, now=now)
