"""What operators do with coupon pools: make them, fill them, look inside.

Locks coupon_pools. Writes coupon_pools, coupon_codes, reward_log (when the rewards that wait are tried again),
admin_audit_log.
"""

from collections.abc import Sequence

from app.core.errors import AppError
from app.domain.codes import NewCode, new_codes
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row, only, require_version
from app.flows.steps.once import KeyedAct, once
from app.services import House, Services
from app.services.audit_service import AdminAct


async def add_pool(house: House, act: AdminAct, code: str, name: str) -> Row:
    """A new, empty pool. Raises NAME_TAKEN."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        if await keepers.coupon.pool(code, now) is not None:
            raise AppError("NAME_TAKEN", field="code")
        await keepers.coupon.add_pool(code, name, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        await keepers.audit.add(act, "COUPON_POOL_ADDED", _target(code), after=only(after, "code", "name"), now=now)
        return after

    return await house.write(work, is_repeatable=False)


async def rename_pool(house: House, act: AdminAct, code: str, name: str, *, expected_version: int | None) -> Row:
    """Another name. Raises POOL_NOT_FOUND and VERSION_CONFLICT."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        pool_id = await _lock(keepers, code)
        before = await _pool(keepers, code, house)
        require_version(expected_version, before["version"])
        await keepers.coupon.rename(pool_id, name, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        kept = ("name", "version")
        await keepers.audit.add(
            act, "COUPON_POOL_RENAMED", _target(code), before=only(before, *kept), after=only(after, *kept), now=now
        )
        return after

    return await house.write(work, is_repeatable=False)


async def upload_codes(house: House, act: KeyedAct, code: str, codes: Sequence[NewCode]) -> Done:
    """Adds the codes that the pool does not have yet, once per key. The rewards that wait for codes

    are due at once: the worker delivers them at its next tick. Raises POOL_NOT_FOUND.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        pool_id = await _lock(keepers, code)
        added = await keepers.coupon.add_codes(pool_id, codes, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        facts = {"added": added, "known_before": len(codes) - added, "free": after["free"]}
        await keepers.audit.add(act, "COUPON_CODES_ADDED", _target(code), after=facts, now=now)
        return {"added": added, "known_before": len(codes) - added, "pool": after}

    answer = await once(house, act, "COUPON_CODES", work)
    # a transaction of its own: a delivery locks its reward before the pool
    await house.write(lambda keepers: keepers.reward.wake_coupons(code, now))
    return answer


async def generate_codes(house: House, act: KeyedAct, code: str, count: int, *, prefix: str) -> Done:
    """Fills the pool with new random codes, once per key. Raises POOL_NOT_FOUND."""
    codes = [NewCode(text, None) for text in new_codes(house.draw, count, prefix=prefix)]
    return await upload_codes(house, act, code, codes)


async def find_pool(house: House, code: str) -> Row:
    """One pool with its counts. Raises POOL_NOT_FOUND."""
    return await house.read(lambda keepers: _pool(keepers, code, house))


async def pool_codes(house: House, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The codes of a pool, `limit + 1` at most. Raises POOL_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        pool = await _pool(keepers, code, house)
        return await keepers.coupon.codes(pool["id"], after=after, limit=limit)

    return await house.read(work)


async def _lock(keepers: Services, code: str) -> int:
    pools = await keepers.coupon.lock([code])
    if code not in pools:
        raise AppError("POOL_NOT_FOUND")
    return pools[code]


async def _pool(keepers: Services, code: str, house: House) -> Row:
    row = await keepers.coupon.pool(code, house.clock.now())
    if row is None:
        raise AppError("POOL_NOT_FOUND")
    return row


def _target(code: str) -> str:
    return f"coupon_pool:{code}"
