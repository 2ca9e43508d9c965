"""Deletes old history: what the serving account may not. Only `ops retain` calls it, signed in as the tables' owner.

Keeper of no table: the keepers of these only ever add. See docs/adr/0181.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import instant_out, known_instant_in
from app.utils.random_utils import first_id_at

EVENT_COLUMNS = ("id", "user_id", "event_type", "feature_type", "reference", "facts", "request_id", "created_at")
ANSWER_COLUMNS = ("actor", "operation", "idempotency_key", "fingerprint", "status", "body", "created_at")
# by their primary keys: no index leads by time, and these three walk each row once
OLDEST_EVENTS = Statement(f"SELECT {', '.join(EVENT_COLUMNS)} FROM user_event_log ORDER BY id LIMIT ?")
DELETE_EVENTS = Statement("DELETE FROM user_event_log WHERE id IN ({ids})")
NEXT_ANSWERS = Statement(f"""
    SELECT {", ".join(ANSWER_COLUMNS)} FROM idempotency_keys
    WHERE actor >= ? AND (actor > ? OR operation > ? OR (operation = ? AND idempotency_key > ?))
    ORDER BY actor, operation, idempotency_key LIMIT ?
""")
DELETE_ANSWER = Statement(
    "DELETE FROM idempotency_keys WHERE actor = ? AND operation = ? AND idempotency_key = ? AND created_at < ?"
)
NEXT_EVENT_DATA = Statement("""
    SELECT id, user_id, data FROM host_events WHERE id > ? AND id < ? AND data <> '{}' ORDER BY id LIMIT ?
""")
EMPTY_EVENT_DATA = Statement("UPDATE host_events SET data = '{}' WHERE id IN ({ids})")
# change no row, and are refused without the right to
NOTHING = (
    Statement("DELETE FROM user_event_log WHERE 1 = 0"),
    Statement("DELETE FROM idempotency_keys WHERE 1 = 0"),
    Statement("UPDATE host_events SET data = data WHERE 1 = 0"),
)
Row = dict[str, Any]
AnswerKey = tuple[str, str, str]
FIRST_ANSWER: AnswerKey = ("", "", "")


class HistoryService:
    """Makes history shorter, oldest first."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def require_rights(self) -> None:
        """Returns when this account may shorten history; the server's refusal is raised otherwise."""
        for statement in NOTHING:
            await self._tx.run(statement)

    async def forget_events(self, before: datetime, *, limit: int) -> list[Row]:
        """Deletes the oldest events of players from before an instant, `limit` at most; returns what they were."""
        found = _rows(EVENT_COLUMNS, await self._tx.rows(OLDEST_EVENTS, (limit,)))
        old = [row for row in found if row["created_at"] < before]
        if old:
            await self._tx.run(DELETE_EVENTS, [row["id"] for row in old], ids=len(old))
        return old

    async def forget_answers(
        self, before: datetime, after: AnswerKey, *, limit: int
    ) -> tuple[list[Row], AnswerKey | None]:
        """Looks at the next `limit` answers behind a key and deletes the old ones.

        Returns what they were, and the key to go on from; None at the end.
        """
        actor, operation, key = after
        found = _rows(
            ANSWER_COLUMNS, await self._tx.rows(NEXT_ANSWERS, (actor, actor, operation, operation, key, limit))
        )
        old = [row for row in found if row["created_at"] < before]
        for row in old:
            await self._tx.run(DELETE_ANSWER, (*_key(row), instant_out(before)))
        return old, _key(found[-1]) if len(found) == limit else None

    async def empty_event_data(self, before: datetime, *, after: str, limit: int) -> list[Row]:
        """Empties what hosts' events said, behind an id and from before an instant; returns what it was.

        The rows stay: their names are what tells an event that is sent again.
        """
        found = await self._tx.rows(NEXT_EVENT_DATA, (after, first_id_at(before), limit))
        rows = [dict(zip(("id", "user_id", "data"), row, strict=True)) for row in found]
        if rows:
            await self._tx.run(EMPTY_EVENT_DATA, [row["id"] for row in rows], ids=len(rows))
        return rows


def _rows(columns: Sequence[str], rows: Sequence[Any]) -> list[Row]:
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return [row | {"created_at": known_instant_in(row["created_at"])} for row in found]


def _key(row: Row) -> AnswerKey:
    return row["actor"], row["operation"], row["idempotency_key"]
