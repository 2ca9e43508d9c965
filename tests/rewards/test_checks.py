"""Reconcile of rewards: one planted violation makes exactly its own check fire."""

from datetime import timedelta

import pytest

from app.domain.grants import Grant, RewardType
from tests.admin.desk import desk_of
from tests.planting import honest
from tests.rewards.gifts import give
from tests.rewards.promotions import campaign, redeem
from tests.world import World

# check → the statements that break exactly it
PLANTED: dict[str, tuple[str, ...]] = {
    "I22 a second person approved": (
        "UPDATE reward_log SET approved_by = requested_by WHERE requested_by IS NOT NULL",
    ),
    "I5 what was not given moved nothing": ("UPDATE reward_log SET state = 'REJECTED' WHERE operation_id = 'TEST:1'",),
    "I5 reversal compensates": ("UPDATE reward_log SET state = 'REVERSED' WHERE operation_id = 'TEST:1'",),
    "I17 a code is one player's": ("UPDATE coupon_codes SET operation_id = NULL WHERE operation_id = 'TEST:2'",),
    "I17 a code is one across pools": ("UPDATE coupon_codes SET code_key = NULL",),
    "I17 what was taken back is void": ("UPDATE coupon_codes SET voided_at = created_at",),
    "I5 entitlement has reward": ("UPDATE entitlements SET valid_days = 8",),
    "I5 entitlement's days": ("UPDATE entitlements SET valid_until = issued_at",),
    "I16 units = claims": ("UPDATE promo_claims SET unit_no = 2",),
    "I17 a unique code went once": ("UPDATE promo_codes SET campaign_id = :other",),
    "I5 claim has rewards": ("UPDATE promo_claims SET operation_id = 'planted'",),
    "I19 no unit before its time": ("UPDATE promo_campaigns SET opens_at = '2025-12-10 04:00:00'",),
    "I5 inbox item has rewards": ("UPDATE inbox_items SET claimed_at = NULL",),
    "I23 mailing's copies": ("UPDATE inbox_mailings SET recipients = 2",),
    "I20 only what waits is due": (
        "UPDATE reward_log SET next_try_at = '2025-12-10 00:00:00' WHERE operation_id = 'TEST:1'",
    ),
}


async def lived_in(world: World) -> int:
    """A player who was given, redeemed and claimed one of everything; returns another campaign of codes."""
    player = await world.player("park")
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await admin.ok("POST", "/coupons/pools/COFFEE/upload", {"csv": "code\nA"})
    await give(world, player, Grant(RewardType.POINT, 5), operation_id="TEST:1")
    await give(world, player, Grant(RewardType.COUPON, 1, code="COFFEE"), operation_id="TEST:2")
    await give(world, player, Grant(RewardType.ENTITLEMENT, 7, code="LECTURE"), operation_id="TEST:3")
    await admin.ok("POST", "/promotions", campaign())
    other = await admin.ok("POST", "/promotions", campaign(code="UNI", kind="UNIQUE", shared_code=None))
    assert (await redeem(world, player)).is_success
    expires = (world.clock.now() + timedelta(days=1)).isoformat()
    mailing = {"title_ko": "t", "title_en": "t", "expires_at": expires, "user_ids": [player.id]}
    await admin.ok("POST", "/inbox", mailing | {"rewards": [{"reward_type": "POINT", "reward_amount": 1}]})
    await world.ok("POST", "/api/inbox/claim-all", headers=player.headers)
    return int(other["id"])


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(world: World, check: str) -> None:
    other = await honest(world, lived_in)
    for statement in PLANTED[check]:
        await world.sql(statement, **({"other": other} if ":other" in statement else {}))
    assert list(await world.differences()) == [check]
