"""Keeper of `goal_book`: the one version of all goals, which processes keep parsed goals by."""

from datetime import datetime

from sqlalchemy import select, update

from app.db.transaction import Tx
from app.models.goal_book import goal_book

THE_BOOK = 1


class GoalBookService:
    """Keeper of the goals' version."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def turn_page(self, now: datetime, *, closed_through: datetime | None = None) -> None:
        """Raises the version: every goal is read anew by whoever counts next. Lock every switch first.

        `closed_through` ends the scoring of every window that was to close by then; it never goes back.
        """
        c = goal_book.c
        query = select(c.version, c.closed_through).where(c.id == THE_BOOK).with_for_update()
        row = (await self._tx.execute(query)).first()
        if row is None:
            values = {"id": THE_BOOK, "version": 1, "closed_through": closed_through}
            await self._tx.execute(goal_book.insert().values(**values, updated_at=now))
            return
        instants = [instant for instant in (row.closed_through, closed_through) if instant is not None]
        values = {"version": row.version + 1, "closed_through": max(instants, default=None)}
        await self._tx.execute(update(goal_book).where(c.id == THE_BOOK).values(**values, updated_at=now))
