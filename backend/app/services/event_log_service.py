"""Keeper of `user_event_log`: what players did."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out, known_instant_in
from app.domain.records import Event
from app.models.event_log import user_event_log

ADD = Insert(
    user_event_log,
    ["user_id", "event_type", "feature_type", "reference", "facts", "request_id", "created_at"],
)
# by the index (user_id, id): one short range for each player
AFTER = """
    SELECT id, user_id, event_type, reference, facts, created_at FROM user_event_log
    WHERE ({pairs}) AND event_type IN ({{types}}) ORDER BY id LIMIT ?
"""


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

    async def newest_id(self, user_id: int) -> int:
        """The id of the player's newest event; 0 when there is none."""
        query = select(func.max(user_event_log.c.id)).where(user_event_log.c.user_id == user_id)
        return int((await self._tx.execute(query)).scalar() or 0)

    async def after(self, cursors: Mapping[int, int], *, types: Collection[str], limit: int) -> list[dict[str, Any]]:
        """The events of these types that each player has after an id, oldest first; `cursors` is by player."""
        pairs = sorted(cursors.items())
        text = AFTER.format(pairs=" OR ".join(["(user_id = ? AND id > ?)"] * len(pairs)))
        params = [value for pair in pairs for value in pair]
        rows = await self._tx.rows(Statement(text), [*params, *types, limit], types=len(types))
        return [
            dict(zip(("id", "user_id", "event_type", "reference"), row[:4], strict=True))
            | {"facts": json_in(row[4]), "created_at": known_instant_in(row[5])}
            for row in rows
        ]

    async def of_player(self, user_id: int, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest events first, `limit + 1` at most, older than the event `after`."""
        query = select(user_event_log).where(user_event_log.c.user_id == user_id)
        if after is not None:
            query = query.where(user_event_log.c.id < after)
        query = query.order_by(user_event_log.c.id.desc()).limit(limit + 1)
        rows = (await self._tx.execute(query)).mappings()
        return [dict(row) | {"facts": json_in(row["facts"])} for row in rows]
