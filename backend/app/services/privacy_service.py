"""What is stored about one person, over all tables; and what erasing them takes away.

Keeper of no table. It reads any, and cleans rows that their own keepers only add to: for the tables' owner at a
terminal alone, never for a request (docs/adr/0182).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Table

from app.core.time_utils import kst_text
from app.db.base import JsonText, UtcDateTime, metadata
from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import instant_in, instant_out, json_in, json_out
from app.domain.privacy import DECISIONS, ERASED, INVISIBLE, pseudonym

# by the player's number; each finds nothing when it runs again
CLEAN = {
    "player_aliases": Statement("DELETE FROM player_aliases WHERE user_id = ?"),
    "refresh_tokens": Statement("DELETE FROM refresh_tokens WHERE user_id = ?"),
    "host_events": Statement("""
        UPDATE host_events SET data = '{}', fingerprint = NULL, marks = NULL
        WHERE user_id = ? AND (data <> '{}' OR fingerprint IS NOT NULL)
    """),
    "daily_ranking_entries": Statement(f"""
        UPDATE daily_ranking_entries SET display_name = '{ERASED}' WHERE user_id = ? AND display_name <> '{ERASED}'
    """),
    "webhook_attempts": Statement("""
        UPDATE webhook_attempts SET answer = NULL WHERE answer IS NOT NULL
        AND delivery_id IN (SELECT id FROM webhook_deliveries WHERE user_id = ?)
    """),
}
# what nobody chose and nobody can have chosen: another team may bear any name that was allowed once
TEAMS = Statement(f"""
    UPDATE teams SET name = CONCAT('{ERASED}:', id, ':', ?, '{INVISIBLE}'), name_key = NULL
    WHERE created_by = ?
""")
ERASE_PROFILE = Statement("""
    UPDATE user_profiles SET external_id = ?, nickname = NULL, is_blocked = 1, tokens_valid_from = ?,
        version = version + 1 WHERE id = ?
""")
DELIVERIES = Statement("SELECT id, body FROM webhook_deliveries WHERE user_id = ? AND INSTR(body, ?) > 0")
SET_BODY = Statement("UPDATE webhook_deliveries SET body = ? WHERE id = ?")
# answers to players name them by number; those to operators and hosts are few: the rest of the index by actor. Among
# those to their own host the id alone says who it is.
ANSWERS = Statement("""
    SELECT actor, operation, idempotency_key, body FROM idempotency_keys
    WHERE (actor < 'player:' OR actor >= 'player;') AND INSTR(body, ?) > 0
        AND (INSTR(body, ?) > 0 OR actor = CONCAT('host:', (SELECT code FROM hosts WHERE id = ?)))
""")
SET_ANSWER = Statement("UPDATE idempotency_keys SET body = ? WHERE actor = ? AND operation = ? AND idempotency_key = ?")
REJECTED = Statement("DELETE FROM rejected_events WHERE host_id = ? AND INSTR(document, ?) > 0")
Row = dict[str, Any]


class PrivacyService:
    """Reads and cleans what concerns one person."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def told(self, accounts: Sequence[int]) -> dict[str, list[Row]]:
        """Every row about the player that may be told to them, of all their accounts, by table.

        Tables without one are left out.
        """
        found = {
            name: [
                row
                for user_id in accounts
                for row in await self._rows(metadata.tables[name], decision.theirs, user_id, decision.hidden)
            ]
            for name, decision in DECISIONS.items()
            if decision.is_told
        }
        return {name: rows for name, rows in found.items() if rows}

    async def _rows(self, table: Table, theirs: str, user_id: int, hidden: Sequence[str]) -> list[Row]:
        columns = [column for column in table.columns if column.name not in hidden]
        key = ", ".join(f"`{column.name}`" for column in table.primary_key)
        names = ", ".join(f"`{column.name}`" for column in columns)
        statement = Statement(f"SELECT {names} FROM {table.name} WHERE {theirs} ORDER BY {key}")
        return [
            {column.name: _told(column.type, value) for column, value in zip(columns, row, strict=True)}
            for row in await self._tx.rows(statement, (user_id,))
        ]

    async def clean(self, user_id: int, host_id: int, external_ids: Sequence[str], *, token: str) -> dict[str, int]:
        """Takes away what names the player, everywhere but in their own row; returns how many rows changed, by table.

        `external_ids` are all that the player had; `token` is random and stands in the place of what they named. Runs
        again without harm, so a clean that broke off is completed by the next one.
        """
        counts = Counter({name: await self._tx.run(statement, (user_id,)) for name, statement in CLEAN.items()})
        counts["teams"] = await self._tx.run(TEAMS, (token, user_id))
        for external_id in external_ids:
            counts["webhook_deliveries"] += await self._clean_deliveries(user_id, external_id)
            counts["idempotency_keys"] += await self._clean_answers(user_id, host_id, external_id)
            counts["rejected_events"] += await self._tx.run(REJECTED, (host_id, _quoted(external_id)))
        return {name: count for name, count in counts.items() if count}

    async def erase_profile(self, user_id: int, *, tokens_now: datetime) -> None:
        """Makes the player nobody's: blocked, signed out, without a name. The player must be locked."""
        await self._tx.run(ERASE_PROFILE, (pseudonym(user_id), instant_out(tokens_now), user_id))

    async def _clean_deliveries(self, user_id: int, external_id: str) -> int:
        found = await self._tx.rows(DELIVERIES, (user_id, _quoted(external_id)))
        for delivery_id, body in found:
            await self._tx.run(SET_BODY, (_renamed(body, user_id, external_id), delivery_id))
        return len(found)

    async def _clean_answers(self, user_id: int, host_id: int, external_id: str) -> int:
        named = (_quoted(external_id), f'"user_id":{user_id}', host_id)
        changed = 0
        for actor, operation, key, body in await self._tx.rows(ANSWERS, named):
            if (renamed := _renamed(body, user_id, external_id)) != body:
                changed += await self._tx.run(SET_ANSWER, (renamed, actor, operation, key))
        return changed


def _quoted(text: str) -> str:
    """As our own JSON writes it."""
    return to_json(text).decode()


def _renamed(body: str, user_id: int, external_id: str) -> str:
    """The document with the pseudonym wherever the external id stood as a value."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: walk(part) for name, part in value.items()}
        if isinstance(value, list):
            return [walk(part) for part in value]
        return pseudonym(user_id) if value == external_id else value

    return json_out(walk(json_in(body)))


def _told(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        instant = instant_in(value)
        return None if instant is None else kst_text(instant)
    return json_in(value) if kind is JsonText else value
