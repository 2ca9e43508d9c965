"""Coupon codes are handed out when everything is decided: pools are shared rows, locked last."""

from collections import Counter
from dataclasses import replace

from app.domain.grants import RewardState
from app.domain.records import Changes, CouponWish
from app.flows.steps.tell_reward import tell
from app.services import Services

POOL_EMPTY = "COUPON_POOL_EMPTY"


async def hand_out_coupons(keepers: Services, changes: Changes) -> None:
    """Gives every wish all of its codes, or none: then its reward stays PENDING until the pool is filled.

    In the order of the wishes. No wishes cost nothing.
    """
    if not changes.coupon_wishes:
        return
    free = await _free_codes(keepers, changes.coupon_wishes)
    for wish in changes.coupon_wishes:
        codes = free.get(wish.pool, [])
        if len(codes) < wish.grant.amount:
            _settle(changes, wish, RewardState.PENDING)
            continue
        for _ in range(wish.grant.amount):
            await keepers.coupon.assign(
                codes.pop(0), user_id=wish.user_id, operation_id=wish.operation_id, now=wish.created_at
            )
        _settle(changes, wish, RewardState.GRANTED)
    changes.coupon_wishes.clear()


async def _free_codes(keepers: Services, wishes: list[CouponWish]) -> dict[str, list[int]]:
    wanted: Counter[str] = Counter()
    for wish in wishes:
        wanted[wish.pool] += wish.grant.amount
    pools = await keepers.coupon.lock(wanted)
    now = wishes[0].created_at
    return {code: await keepers.coupon.free(pool_id, now, limit=wanted[code]) for code, pool_id in pools.items()}


def _settle(changes: Changes, wish: CouponWish, state: RewardState) -> None:
    """Writes the state into the reward's record of this transaction, and tells it when it is news."""
    if wish.stood is None:
        at = next(n for n, one in enumerate(changes.rewards) if one.operation_id == wish.operation_id)
        if state is RewardState.GRANTED:
            changes.rewards[at] = replace(changes.rewards[at], state=state, next_try_at=None)
    else:
        records = changes.reward_changes
        at = next(n for n, one in enumerate(records) if one.reward.operation_id == wish.operation_id)
        if state is RewardState.GRANTED:
            records[at] = replace(records[at], state=state, last_error=None, next_try_at=None)
        else:
            records[at] = replace(records[at], last_error=POOL_EMPTY)
    if state is not wish.stood:
        tell(changes, wish, state)
