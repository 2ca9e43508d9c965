"""What operators do with coupon pools: make them, fill them, look inside.

Locks coupon_pools. Writes coupon_pools, coupon_batches, coupon_codes, reward_log (when the rewards that wait are tried
again), admin_audit_log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.domain.code_files import NewCode
from app.domain.code_text import code_key
from app.domain.codes import new_codes
from app.domain.spreadsheets import STORED_NUMBER, Fault, zero_twins
from app.domain.text_files import refuse
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row, only, require_version
from app.flows.steps.once import KeyedAct, once
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.coupon_batch_service import StandingCode

# 100,000 codes take some seconds: rewards of this pool, and on SQLite all writes, wait for as long
LARGE_FILE_SECONDS = 60.0
NAMES = ("name", "name_en")
IN_ANOTHER_POOL = Fault("this code is in the pool %s already", "이미 쿠폰 풀 %s에 있는 코드입니다")
OTHER_EXPIRY = Fault(
    "the pool has this code with another expires_at (%s): leave it out, or void its batch first",
    "이 풀에 유효기간이 다른(%s) 같은 코드가 있습니다. 이 줄을 빼거나 먼저 그 배치를 무효화하세요",
)
EXPIRED = Fault("this code has expired already", "유효기간이 이미 지난 코드입니다")


async def add_pool(house: House, act: AdminAct, code: str, name: str, name_en: str | None) -> Row:
    """A new, empty pool. Raises NAME_TAKEN."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        if await keepers.coupon.pool(code, now) is not None:
            raise AppError("NAME_TAKEN", field="code")
        await keepers.coupon.add_pool(code, {"name": name, "name_en": name_en}, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        await keepers.audit.add(act, "COUPON_POOL_ADDED", _target(code), after=only(after, "code", *NAMES), now=now)
        return after

    return await house.write(work, is_repeatable=False)


async def rename_pool(
    house: House, act: AdminAct, code: str, name: str, name_en: str | None, *, expected_version: int | None
) -> Row:
    """Other names. Raises POOL_NOT_FOUND and VERSION_CONFLICT."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        pool_id = await _lock(keepers, code)
        before = await _pool(keepers, code, house)
        require_version(expected_version, before["version"])
        await keepers.coupon.rename(pool_id, {"name": name, "name_en": name_en}, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        kept = (*NAMES, "version")
        await keepers.audit.add(
            act, "COUPON_POOL_RENAMED", _target(code), before=only(before, *kept), after=only(after, *kept), now=now
        )
        return after

    return await house.write(work, is_repeatable=False)


async def upload_codes(
    house: House, act: KeyedAct, code: str, codes: Sequence[NewCode], *, file_name: str | None = None
) -> Done:
    """Adds the codes that the pool does not have yet, as one batch, once per key: the same file again adds none.

    All of them or none. The rewards that wait for codes are due at once: the worker delivers them at its next tick.
    Raises POOL_NOT_FOUND, and VALIDATION_ERROR with the line of each code that is in force in another pool or with
    another expiry, that has expired, or that differs from one in force by leading zeros only.
    """
    return await _add_codes(house, act, code, codes, Batch("UPLOAD", file_name))


async def generate_codes(house: House, act: KeyedAct, code: str, count: int, *, prefix: str) -> Done:
    """Fills the pool with new random codes, once per key. Raises POOL_NOT_FOUND."""
    codes = [NewCode(text) for text in new_codes(house.draw, count, prefix=prefix)]
    return await _add_codes(house, act, code, codes, Batch("MADE", None))


@dataclass(frozen=True, slots=True)
class Batch:
    """Where codes come from: a file (its name, if it has one), or made here."""

    source: str
    file_name: str | None


async def _add_codes(house: House, act: KeyedAct, code: str, codes: Sequence[NewCode], batch: Batch) -> Done:
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        pool_id = await _lock(keepers, code)
        fresh = await _fresh(keepers, pool_id, codes, now)
        batch_id = await keepers.coupon_batch.add(
            pool_id, fresh, source=batch.source, file_name=batch.file_name, actor=act.actor, now=now
        )
        if fresh:
            await keepers.coupon.touch(pool_id, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        counts = {"added": len(fresh), "known_before": len(codes) - len(fresh)}
        facts = counts | {"batch_id": batch_id, "file_name": batch.file_name, "free": after["free"]}
        await keepers.audit.add(act, "COUPON_CODES_ADDED", _target(code), after=facts, now=now)
        return counts | {"batch_id": batch_id, "pool": after}

    answer = await once(house, act, "COUPON_CODES", work, budget_seconds=LARGE_FILE_SECONDS)
    # a transaction of its own: a delivery locks its reward before the pool
    await house.write(lambda keepers: keepers.reward.wake_coupons(code, now))
    return answer


async def _fresh(keepers: Services, pool_id: int, codes: Sequence[NewCode], now: datetime) -> list[NewCode]:
    """The codes that are in force nowhere. Raises VALIDATION_ERROR for those that can't be added as they are."""
    lengths = await keepers.coupon_batch.zero_led_lengths()
    twins = {one.code: zero_twins(one.code, lengths) for one in codes}
    keys = {code_key(one.code) for one in codes}
    standing = await keepers.coupon_batch.standing(keys.union(*twins.values()))
    found = [(one, _fault(one, standing, twins[one.code], pool_id, now)) for one in codes]
    refuse([fault.at(one.line) for one, fault in found if fault is not None])
    return [one for one in codes if code_key(one.code) not in standing]


def _fault(
    one: NewCode, standing: Mapping[str, StandingCode], twins: Sequence[str], pool_id: int, now: datetime
) -> Fault | None:
    """Why a code can't be added; None for a new one, and for one that the pool has just so."""
    known = standing.get(code_key(one.code))
    if known is not None and known.pool_id != pool_id:
        return IN_ANOTHER_POOL.of(known.pool)
    if known is not None and known.expires_at != one.expires_at:
        return OTHER_EXPIRY.of("–" if known.expires_at is None else kst_text(known.expires_at))
    if known is None and one.expires_at is not None and one.expires_at <= now:
        return EXPIRED
    twin = next((twin for twin in twins if twin in standing), None)
    return None if twin is None else STORED_NUMBER.of(twin)


async def pool_batches(house: House, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The batches of a pool, newest first, `limit + 1` at most. Raises POOL_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        pool = await _pool(keepers, code, house)
        return await keepers.coupon_batch.batches(pool["id"], after=after, limit=limit)

    return await house.read(work)


async def void_batch(house: House, act: AdminAct, code: str, batch_id: int) -> Row:
    """Voids what of a batch nobody has yet: `voided` codes. What was `given` stays the players'.

    The voided codes may be uploaded again, to this pool or another. Raises POOL_NOT_FOUND, BATCH_NOT_FOUND and
    NOTHING_TO_VOID.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        pool_id = await _lock(keepers, code)
        batch = await keepers.coupon_batch.batch(pool_id, batch_id)
        if batch is None:
            raise AppError("BATCH_NOT_FOUND")
        if not batch["not_given"]:
            raise AppError("NOTHING_TO_VOID", given=batch["given"])
        voided = await keepers.coupon_batch.void(pool_id, batch_id, actor=act.actor, now=now)
        await keepers.coupon.touch(pool_id, actor=act.actor, now=now)
        after = await _pool(keepers, code, house)
        facts = {"batch_id": batch_id, "voided": voided, "given": batch["given"]}
        await keepers.audit.add(
            act, "COUPON_BATCH_VOIDED", _target(code), before={"free": after["free"] + voided}, after=facts, now=now
        )
        return facts | {"pool": after}

    return await house.write(work, is_repeatable=False, budget_seconds=LARGE_FILE_SECONDS)


async def find_pool(house: House, code: str) -> Row:
    """One pool with its counts. Raises POOL_NOT_FOUND."""
    return await house.read(lambda keepers: _pool(keepers, code, house))


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
