"""Keeper of `rule_hits` and `rule_marks`: what each rule gave, and what it must remember of a player."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.db.statements import Insert, Statement, Upsert
from app.db.transaction import Tx
from app.db.values import json_in, json_out
from app.domain.records import RuleHit
from app.domain.rules import MarkKey, Marks
from app.models.rule import host_rules, rule_hits, rule_marks

MARKS = Statement("""
    SELECT user_id, rule_id, slot, value FROM rule_marks FORCE INDEX (PRIMARY)
    WHERE (user_id, rule_id, slot) IN ({triples})
""")
ADD_HITS = Insert(rule_hits, ["event_id", "rule_id", "version", "user_id", "hit_date", "units", "effects"])
SET_MARKS = Upsert(rule_marks, ["user_id", "rule_id", "slot"], ["value"])
# rows a statement: SQLite binds 32,766 values at most; multiples of the step keep the lengths few
MOST, STEP = 5_000, 100


class RuleStateService:
    """Keeper of what rules did."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def marks(self, keys: Collection[MarkKey]) -> Marks:
        """What stands in these slots, of players who are locked. Empty slots are missing from the answer."""
        found: Marks = {}
        wanted = sorted(keys)
        for start in range(0, len(wanted), MOST):
            part = wanted[start : start + MOST]
            padded = [*part, *[part[-1]] * (-len(part) % STEP)]
            flat = [value for key in padded for value in key]
            for user_id, rule_id, slot, value in await self._tx.rows(MARKS, flat, triples=len(padded)):
                found[user_id, rule_id, slot] = value
        return found

    async def save(self, hits: Sequence[RuleHit], marks: Mapping[MarkKey, int]) -> None:
        """Writes what rules gave and what they remember. The players' rows must be locked by this transaction."""
        await self._tx.write(
            ADD_HITS,
            [
                (h.event_key, h.rule_id, h.version, h.user_id, h.day.isoformat(), h.units, json_out(h.effects))
                for h in hits
            ],
        )
        await self._tx.write(SET_MARKS, [(*key, value) for key, value in marks.items()])

    async def hits_of(self, event_keys: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """What rules gave for these events, by our id of each, in the order of the rules."""
        query = (
            select(rule_hits, host_rules.c.code.label("rule"))
            .join(host_rules, host_rules.c.id == rule_hits.c.rule_id)
            .where(rule_hits.c.event_id.in_(sorted(event_keys)))
            .order_by(rule_hits.c.event_id, rule_hits.c.rule_id)
        )
        found: dict[str, list[dict[str, Any]]] = {}
        for row in (await self._tx.execute(query)).mappings():
            found.setdefault(row["event_id"], []).append(dict(row) | {"effects": json_in(row["effects"])})
        return found
