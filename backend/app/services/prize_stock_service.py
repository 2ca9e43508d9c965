"""Keeper of `prize_stock` and `prize_stock_log`: how many units there are of each prize with stock.

How many are gone is the newest unit number in `game_plays` (ADR 30): a play that gives a unit away writes it there, and
nothing here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.db.statements import Statement
from app.db.transaction import Tx
from app.domain.stock import Shelf, StockState
from app.models.prize_stock import prize_stock, prize_stock_log

SHELF = """
    SELECT s.prize_id, s.supply,
           (SELECT g.stock_unit_no FROM game_plays g
            WHERE g.feature_type = s.feature_type AND g.stock_prize_id = s.prize_id
            ORDER BY g.stock_unit_no DESC LIMIT 1)
    FROM prize_stock s WHERE s.feature_type = ? ORDER BY s.prize_id
"""
# The rows are locked, the plays are not: InnoDB opens the read view of the inner query when it runs it first, which is
# behind the first row's lock. That row's owner has committed then, and every batch of this game begins with that row.
LOCKED = Statement(SHELF + " FOR UPDATE")
UNLOCKED = Statement(SHELF)


class PrizeStockService:
    """Keeper of stock."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def lock(self, feature_type: str) -> Shelf:
        """A game's stock, locked in the order of the prize ids until the commit. Lock it after the players, last."""
        return await self._shelf(LOCKED, feature_type)

    async def look(self, feature_type: str) -> Shelf:
        """A game's stock as it is, without a lock: for reads only."""
        return await self._shelf(UNLOCKED, feature_type)

    async def _shelf(self, statement: Statement, feature_type: str) -> Shelf:
        rows = await self._tx.rows(statement, (feature_type,))
        return Shelf({prize: StockState(supply, newest or 0) for prize, supply, newest in rows})

    async def started_with(self, feature_type: str) -> dict[int, int]:
        """What each prize that ever had stock started with."""
        c = prize_stock.c
        rows = await self._tx.execute(select(c.prize_id, c.started_with).where(c.feature_type == feature_type))
        return {row.prize_id: row.started_with for row in rows}

    async def all(self, feature_type: str) -> list[dict[str, Any]]:
        """Every prize that ever had stock, by id."""
        c = prize_stock.c
        rows = await self._tx.execute(select(prize_stock).where(c.feature_type == feature_type).order_by(c.prize_id))
        return [dict(row) for row in rows.mappings()]

    async def add(self, feature_type: str, prize_id: int, units: int, *, actor: str, now: datetime) -> None:
        """The stock of a prize that never had one. Two at once: the primary key makes one run again."""
        await self._tx.execute(
            prize_stock.insert().values(
                feature_type=feature_type,
                prize_id=prize_id,
                started_with=units,
                supply=units,
                version=1,
                updated_at=now,
                updated_by=actor,
            )
        )
        await self._log(feature_type, prize_id, units, "STARTED", actor=actor, now=now)

    async def restock(self, feature_type: str, prize_id: int, units: int, *, actor: str, now: datetime) -> None:
        """Adds units, or takes away what has not been given yet. Lock the stock first."""
        c = prize_stock.c
        await self._tx.execute(
            update(prize_stock)
            .where(c.feature_type == feature_type, c.prize_id == prize_id)
            .values(supply=c.supply + units, version=c.version + 1, updated_at=now, updated_by=actor)
        )
        await self._log(feature_type, prize_id, units, "RESTOCKED", actor=actor, now=now)

    async def _log(
        self, feature_type: str, prize_id: int, delta: int, reason: str, *, actor: str, now: datetime
    ) -> None:
        await self._tx.execute(
            prize_stock_log.insert().values(
                feature_type=feature_type, prize_id=prize_id, delta=delta, reason=reason, actor=actor, created_at=now
            )
        )
