"""Keeper of coupon pools and their codes: a free code becomes one player's, once and for ever."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, update

from app.core.invariants import require
from app.db.statements import Statement
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_out
from app.models.coupon import coupon_codes, coupon_pools

Row = dict[str, Any]
LOOK = Statement("SELECT code, id FROM coupon_pools WHERE code IN ({codes}) ORDER BY id")
LOCK = Statement("SELECT code, id FROM coupon_pools WHERE code IN ({codes}) ORDER BY id FOR UPDATE")
FREE_ONES = """
    SELECT id FROM coupon_codes
    WHERE pool_id = ? AND operation_id IS NULL AND voided_at IS NULL AND code_key IS NOT NULL
        AND (expires_at IS NULL OR expires_at > ?) ORDER BY id LIMIT ?
"""
FREE = Statement(FREE_ONES)
COUNT_FREE = Statement(f"SELECT COUNT(*) FROM ({FREE_ONES}) free_ones")
# the pool's lock has decided already; the free code is the second line
ASSIGN = Statement("""
    UPDATE coupon_codes SET user_id = ?, operation_id = ?, assigned_at = ? WHERE id = ? AND operation_id IS NULL
""")
NAMES = (coupon_pools.c.name, coupon_pools.c.name_en)
VOID = Statement("UPDATE coupon_codes SET voided_at = ? WHERE operation_id = ? AND voided_at IS NULL")


class CouponService:
    """Keeper of coupons."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def lock(self, pools: Iterable[str]) -> dict[str, int]:
        """The ids of these pools, locked in id order until the commit: shared rows, so lock them last.

        Unknown pools are missing from the answer.
        """
        return await self._ids(LOCK, pools)

    async def look(self, pools: Iterable[str]) -> dict[str, int]:
        """The ids of these pools, without a lock: for reads only. Unknown ones are missing from the answer."""
        return await self._ids(LOOK, pools)

    async def _ids(self, statement: Statement, pools: Iterable[str]) -> dict[str, int]:
        codes = sorted(set(pools))
        return {row[0]: row[1] for row in await self._tx.rows(statement, codes, codes=len(codes))} if codes else {}

    async def count_free(self, pool_id: int, now: datetime, *, at_most: int) -> int:
        """How many codes nobody has that are in force and have not expired, counted up to `at_most`."""
        return int((await self._tx.rows(COUNT_FREE, (pool_id, instant_out(now), at_most)))[0][0])

    async def free(self, pool_id: int, now: datetime, *, limit: int) -> list[int]:
        """The next codes that nobody has, that are in force and have not expired. Lock the pool first."""
        return [row[0] for row in await self._tx.rows(FREE, (pool_id, instant_out(now), limit))]

    async def assign(self, code_id: int, *, user_id: int, operation_id: str, now: datetime) -> None:
        """Makes a free code the player's."""
        matched = await self._tx.run(ASSIGN, (user_id, operation_id, instant_out(now), code_id))
        require(matched == 1, "a code is handed out while it is free, under its pool's lock")

    async def void(self, operation_ids: Iterable[str], now: datetime) -> None:
        """The codes of these rewards count no more. They are never free again: the player has seen them."""
        for operation_id in operation_ids:
            await self._tx.run(VOID, (instant_out(now), operation_id))

    async def add_pool(self, code: str, names: Row, *, actor: str, now: datetime) -> int:
        """A new, empty pool with its `name` and `name_en`; returns its id."""
        values = {"code": code, **names, "version": 1, "created_at": now, "updated_at": now, "updated_by": actor}
        return new_row_id(await self._tx.execute(coupon_pools.insert().values(**values)))

    async def rename(self, pool_id: int, names: Row, *, actor: str, now: datetime) -> None:
        """Other names for people, as a new version. Lock the pool first."""
        await self.touch(pool_id, actor=actor, now=now, **names)

    async def pool(self, code: str, now: datetime) -> Row | None:
        """One pool with how many codes it has, gave and has left."""
        return next(iter(await self._pools(now, code=code)), None)

    async def pools(self, now: datetime) -> list[Row]:
        """Every pool, newest first."""
        return await self._pools(now)

    async def codes(self, pool_id: int, *, after: int | None, limit: int) -> list[Row]:
        """The codes of a pool, in the order they are given, `limit + 1` at most, after the code `after`."""
        c = coupon_codes.c
        query = select(coupon_codes).where(c.pool_id == pool_id, c.id > (after or 0)).order_by(c.id).limit(limit + 1)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def of_player(self, accounts: Sequence[int], *, after: int | None, limit: int) -> list[Row]:
        """The player's codes, newest first, `limit + 1` at most, older than the code `after`."""
        c, p = coupon_codes.c, coupon_pools.c
        columns = (c.id, c.code, c.operation_id, c.expires_at, c.voided_at, c.assigned_at)
        query = select(*columns, p.code.label("pool"), *NAMES).join(coupon_pools).where(c.user_id.in_(accounts))
        if after is not None:
            query = query.where(c.id < after)
        rows = await self._tx.execute(query.order_by(c.id.desc()).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def of_operations(self, accounts: Iterable[int], operation_ids: Iterable[str]) -> list[Row]:
        """The player's codes that these operations gave, in the order they were given."""
        c, p = coupon_codes.c, coupon_pools.c
        columns = (c.id, c.code, c.operation_id, c.expires_at, c.voided_at, c.assigned_at)
        query = select(*columns, p.code.label("pool"), *NAMES).join(coupon_pools)
        ids = sorted(set(operation_ids))
        query = query.where(c.user_id.in_(sorted(accounts)), c.operation_id.in_(ids)).order_by(c.id)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def names(self) -> dict[str, Row]:
        """What each pool is called, by its code: its `name` and `name_en`."""
        query = select(coupon_pools.c.code, *NAMES)
        return {row.code: {"name": row.name, "name_en": row.name_en} for row in await self._tx.execute(query)}

    async def owners_of(self, key: str) -> list[int]:
        """Who has the code of this key."""
        c = coupon_codes.c
        query = select(c.user_id).where(c.code_key == key, c.user_id.is_not(None))
        return list((await self._tx.execute(query)).scalars())

    async def touch(self, pool_id: int, *, actor: str, now: datetime, **values: Any) -> None:
        """A new version of the pool. Lock it first."""
        p = coupon_pools.c
        changed = {"version": p.version + 1, "updated_at": now, "updated_by": actor} | values
        await self._tx.execute(update(coupon_pools).where(p.id == pool_id).values(**changed))

    async def _pools(self, now: datetime, *, code: str | None = None) -> list[Row]:
        c, p = coupon_codes.c, coupon_pools.c
        idle = c.operation_id.is_(None)
        is_free = and_(
            idle, c.voided_at.is_(None), c.code_key.is_not(None), or_(c.expires_at.is_(None), c.expires_at > now)
        )
        counts = (
            func.count(c.id).label("total"),
            func.count(c.operation_id).label("given"),
            func.count(case((is_free, c.id))).label("free"),  # the empty row of a pool without codes has no id
            func.count(case((and_(idle, c.voided_at.is_not(None)), c.id))).label("voided"),
        )
        query = select(coupon_pools, *counts).outerjoin(coupon_codes, c.pool_id == p.id).group_by(*coupon_pools.c)
        if code is not None:
            query = query.where(p.code == code)
        rows = (await self._tx.execute(query.order_by(p.id.desc()))).mappings()
        return [dict(row) for row in rows]
