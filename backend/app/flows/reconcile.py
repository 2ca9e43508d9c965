"""Checks every invariant of the stored value. Reads all tables, writes none."""

from datetime import timedelta

from app.services import House
from app.services.reconcile.reconcile_service import CheckResult

# two hosts of one service may differ by this much before readiness says no
CLOCK_TOLERANCE = timedelta(seconds=2)


async def reconcile(house: House) -> list[CheckResult]:
    """One result per invariant, from one consistent snapshot; all counts 0 means every value is explained."""
    latest = house.clock.now() + CLOCK_TOLERANCE
    return await house.snapshot(lambda keepers: keepers.reconcile.check_all(latest))
