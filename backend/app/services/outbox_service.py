"""Keeper of the outbox: what must be told to the outside, written with its cause."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.db.statements import Insert
from app.db.transaction import Tx
from app.db.values import instant_out, json_out
from app.domain.records import Announcement
from app.models.outbox import outbox

ADD = Insert(outbox, ["id", "topic", "user_id", "payload", "attempts", "next_at", "created_at"])


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

    async def oldest_due_seconds(self, now: datetime) -> float:
        """How long the oldest announcement that is due has waited; 0 when none is."""
        query = select(func.min(outbox.c.next_at)).where(outbox.c.done_at.is_(None))
        oldest = (await self._tx.execute(query)).scalar()
        return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
