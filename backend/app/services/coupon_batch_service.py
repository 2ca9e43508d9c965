"""Keeper of coupon codes as they come in, batch by batch, and as they are voided again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update

from app.db.statements import Insert
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_out
from app.domain.code_files import NewCode
from app.domain.code_text import code_key
from app.models.coupon import coupon_batches, coupon_codes, coupon_pools

Row = dict[str, Any]
AT_ONCE = 1_000  # values a statement: SQLite takes 32,766, MySQL any number
ADD = Insert(coupon_codes, ["pool_id", "code", "code_key", "batch_id", "expires_at", "created_at"])


@dataclass(frozen=True, slots=True)
class StandingCode:
    """A code that is in force: its pool, and until when it counts."""

    pool_id: int
    pool: str
    expires_at: datetime | None


class CouponBatchService:
    """Keeper of batches of coupon codes."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def standing(self, keys: Collection[str]) -> dict[str, StandingCode]:
        """Which of these keys are in force, and what stands under each."""
        c, p = coupon_codes.c, coupon_pools.c
        found: dict[str, StandingCode] = {}
        for some in _parts(sorted(keys)):
            query = select(c.code_key, p.id, p.code, c.expires_at).join(coupon_pools).where(c.code_key.in_(some))
            for row in await self._tx.execute(query):
                found[row.code_key] = StandingCode(row.id, row.code, row.expires_at)
        return found

    async def zero_led_lengths(self) -> list[int]:
        """How long the codes in force are that begin with a zero."""
        key = coupon_codes.c.code_key
        query = select(func.length(key)).where(key >= "0", key < "1").distinct()
        return list((await self._tx.execute(query)).scalars())

    async def add(
        self, pool_id: int, codes: Sequence[NewCode], *, source: str, file_name: str | None, actor: str, now: datetime
    ) -> int | None:
        """A new batch of codes, none of which is in force; returns its id, None for no codes. Lock the pool first.

        A code that the pool voided before it was given comes back to life. A code that comes into another pool
        meanwhile raises IntegrityError: the transaction runs again.
        """
        if not codes:
            return None
        values = {"pool_id": pool_id, "source": source, "file_name": file_name, "codes": len(codes)}
        stamps = {"created_at": now, "created_by": actor}
        batch_id = new_row_id(await self._tx.execute(coupon_batches.insert().values(**values, **stamps)))
        revived = await self._revive(pool_id, batch_id, codes)
        at = instant_out(now)
        rows = [
            (pool_id, one.code, code_key(one.code), batch_id, one.expires_at and instant_out(one.expires_at), at)
            for one in codes
            if one.code not in revived
        ]
        await self._tx.write(ADD, rows)
        return batch_id

    async def batches(self, pool_id: int, *, after: int | None, limit: int) -> list[Row]:
        """The batches of a pool, newest first, `limit + 1` at most, older than the batch `after`."""
        return await self._batches(coupon_batches.c.pool_id == pool_id, after=after, limit=limit + 1)

    async def batch(self, pool_id: int, batch_id: int) -> Row | None:
        """One batch of a pool with its counts."""
        b = coupon_batches.c
        found = await self._batches(and_(b.pool_id == pool_id, b.id == batch_id), after=None, limit=1)
        return next(iter(found), None)

    async def void(self, pool_id: int, batch_id: int, *, actor: str, now: datetime) -> int:
        """Voids what of a batch nobody has; returns how many codes. Lock the pool first: nobody is given one meanwhile.

        Their keys are free again: the file may go into the pool it was meant for.
        """
        c, b = coupon_codes.c, coupon_batches.c
        idle = update(coupon_codes).where(c.pool_id == pool_id, c.batch_id == batch_id, c.operation_id.is_(None))
        done = await self._tx.execute(idle.where(c.voided_at.is_(None)).values(voided_at=now, code_key=None))
        marked = update(coupon_batches).where(b.id == batch_id).values(voided_at=now, voided_by=actor)
        await self._tx.execute(marked)
        return int(done.rowcount)

    async def _revive(self, pool_id: int, batch_id: int, codes: Sequence[NewCode]) -> set[str]:
        """The codes that stood in the pool without a key, in force again as part of this batch."""
        c = coupon_codes.c
        revived: set[str] = set()
        for some in _parts(codes):
            by_code = {one.code: one for one in some}
            asleep = select(c.id, c.code).where(c.pool_id == pool_id, c.code.in_(by_code), c.code_key.is_(None))
            groups: dict[datetime | None, list[int]] = {}
            for row in await self._tx.execute(asleep.where(c.operation_id.is_(None))):
                groups.setdefault(by_code[row.code].expires_at, []).append(row.id)
                revived.add(row.code)
            for expires_at, ids in groups.items():
                values = {"code_key": func.upper(c.code), "batch_id": batch_id, "expires_at": expires_at}
                await self._tx.execute(update(coupon_codes).where(c.id.in_(ids)).values(**values, voided_at=None))
        return revived

    async def _batches(self, those: Any, *, after: int | None, limit: int) -> list[Row]:
        b, c = coupon_batches.c, coupon_codes.c
        of_batch = select(func.count()).where(c.batch_id == b.id)
        given = of_batch.where(c.operation_id.is_not(None)).scalar_subquery().label("given")
        idle = of_batch.where(c.operation_id.is_(None), c.voided_at.is_(None)).scalar_subquery().label("not_given")
        query = select(coupon_batches, given, idle).where(those)
        if after is not None:
            query = query.where(b.id < after)
        rows = await self._tx.execute(query.order_by(b.id.desc()).limit(limit))
        return [dict(row) for row in rows.mappings()]


def _parts(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]
