"""Keeper of `user_event_log`: what players did."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.db.statements import Insert
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out
from app.domain.records import Event
from app.models.event_log import user_event_log

ADD = Insert(
    user_event_log,
    ["user_id", "event_type", "feature_type", "reference", "facts", "request_id", "created_at"],
)


class EventLogService:
    """Keeper of events."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, events: Sequence[Event]) -> None:
        """Writes events, in the order they were decided."""
        await self._tx.write(
            ADD,
            [
                (e.user_id, e.event_type, e.feature_type, e.reference, json_out(e.facts), e.request_id,
                 instant_out(e.created_at))
                for e in events
            ],
        )  # fmt: skip

    async def of_player(self, user_id: int, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest events first, `limit + 1` at most, older than the event `after`."""
        query = select(user_event_log).where(user_event_log.c.user_id == user_id)
        if after is not None:
            query = query.where(user_event_log.c.id < after)
        query = query.order_by(user_event_log.c.id.desc()).limit(limit + 1)
        rows = (await self._tx.execute(query)).mappings()
        return [dict(row) | {"facts": json_in(row["facts"])} for row in rows]
