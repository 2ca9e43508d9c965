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

    async def turn_page(self, now: datetime) -> None:
        """Raises the version: every goal is read anew by whoever counts next. Lock every switch first."""
        c = goal_book.c
        query = select(c.version).where(c.id == THE_BOOK).with_for_update()
        version = (await self._tx.execute(query)).scalar()
        if version is None:
            await self._tx.execute(goal_book.insert().values(id=THE_BOOK, version=1, updated_at=now))
        else:
            await self._tx.execute(
                update(goal_book).where(c.id == THE_BOOK).values(version=version + 1, updated_at=now)
            )
