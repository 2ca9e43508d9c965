"""Keeper of the outbox: what must be told to the outside, written with its cause."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from app.db.statements import Insert
from app.db.transaction import Tx
from app.db.values import instant_out, json_out
from app.domain.records import Announcement
from app.models.outbox import outbox
from app.utils.random_utils import first_id_at

ADD = Insert(outbox, ["id", "topic", "user_id", "payload", "attempts", "next_at", "created_at"])
LONGEST_ERROR = 500
Row = dict[str, Any]


class OutboxService:
    """Keeper of announcements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, announcements: Sequence[Announcement]) -> None:
        """Queues announcements; they are due at once, after this transaction's commit."""
        await self._tx.write(
            ADD,
            [
                (a.id, a.topic, a.user_id, json_out(a.payload), 0, instant_out(a.created_at), instant_out(a.created_at))
                for a in announcements
            ],
        )

    async def take(self, now: datetime, *, limit: int) -> list[Row]:
        """The announcements that are due, oldest first, locked until the commit. What others hold is passed over."""
        query = select(outbox).where(outbox.c.next_at <= now).order_by(outbox.c.next_at, outbox.c.id).limit(limit)
        rows = await self._tx.execute(query.with_for_update(skip_locked=True))
        return [dict(row) for row in rows.mappings()]

    async def finish(self, ids: Sequence[str], *, now: datetime) -> None:
        """They are handed on; nothing is due any more."""
        await self._tx.execute(update(outbox).where(outbox.c.id.in_(ids)).values(done_at=now, next_at=None))

    async def postpone(self, ids: Sequence[str], error: str, *, until: datetime) -> None:
        """They can't be handed on now: due again later."""
        c = outbox.c
        values = {"attempts": c.attempts + 1, "last_error": error[:LONGEST_ERROR], "next_at": until}
        await self._tx.execute(update(outbox).where(c.id.in_(ids)).values(**values))

    async def oldest_due_seconds(self, now: datetime) -> float:
        """How long the oldest announcement that waits was written ago; 0 when none waits."""
        oldest = (await self._tx.execute(select(func.min(outbox.c.next_at)))).scalar()
        return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0

    async def is_due(self, now: datetime) -> bool:
        """Whether anything waits to be handed on."""
        query = select(outbox.c.id).where(outbox.c.next_at <= now).limit(1)
        return (await self._tx.execute(query)).first() is not None

    async def forget(self, before: datetime, *, limit: int) -> list[Row]:
        """Deletes announcements from before an instant that were handed on, `limit` at most; returns what they were."""
        c = outbox.c  # ids begin with their instant, so this walks the primary key and stops
        query = select(outbox).where(c.id < first_id_at(before), c.done_at.is_not(None)).order_by(c.id).limit(limit)
        rows = [dict(row) for row in (await self._tx.execute(query)).mappings()]
        if rows:
            await self._tx.execute(delete(outbox).where(c.id.in_([row["id"] for row in rows])))
        return rows
