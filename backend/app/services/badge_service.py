"""Keeper of badges: what there are, and each time one was given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.db.statements import Insert
from app.db.transaction import Tx
from app.db.values import instant_out
from app.domain.records import Badge
from app.models.badge import badge_log, badges

Row = dict[str, Any]
ADD = Insert(badge_log, ["user_id", "badge_code", "operation_id", "created_at"])


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

    async def add(self, given: Sequence[Badge]) -> None:
        """Notes badges that were given. An operation id that stands already raises IntegrityError."""
        rows = [(b.user_id, b.badge_code, b.operation_id, instant_out(b.created_at)) for b in given]
        await self._tx.write(ADD, rows)

    async def of_player(self, user_id: int) -> list[Row]:
        """The player's badges with their words, how often and since when, the newest first."""
        g = badge_log.c
        given = (
            select(g.badge_code, func.count().label("times"), func.min(g.created_at).label("earned_at"))
            .where(g.user_id == user_id)
            .group_by(g.badge_code)
            .subquery()
        )
        b = badges.c
        query = select(given, b.name_ko, b.name_en, b.text_ko, b.text_en).join(
            badges, b.code == given.c.badge_code, isouter=True
        )
        rows = await self._tx.execute(query.order_by(given.c.earned_at.desc(), given.c.badge_code))
        return [dict(row) for row in rows.mappings()]
