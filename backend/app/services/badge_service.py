"""Keeper of badges: what they are called. Who has which is in the reward log."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.db.transaction import Tx
from app.models.badge import badges

Row = dict[str, Any]


class BadgeService:
    """Keeper of badges."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def all(self) -> list[Row]:
        """Every badge, by code."""
        return [dict(row) for row in (await self._tx.execute(select(badges).order_by(badges.c.code))).mappings()]

    async def codes(self) -> frozenset[str]:
        """The codes that configs may give."""
        return frozenset((await self._tx.execute(select(badges.c.code))).scalars())

    async def find(self, code: str, *, locked: bool = False) -> Row | None:
        """One badge."""
        query = select(badges).where(badges.c.code == code)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else dict(row)

    async def put(self, code: str, texts: Row, *, version: int, actor: str, now: datetime) -> None:
        """Writes a badge as this version: 1 makes it new, else the row must be locked and one version behind."""
        values = {**texts, "version": version, "updated_at": now, "updated_by": actor}
        if version == 1:
            await self._tx.execute(badges.insert().values(code=code, created_at=now, **values))
        else:
            await self._tx.execute(update(badges).where(badges.c.code == code).values(**values))
