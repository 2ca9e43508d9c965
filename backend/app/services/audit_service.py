"""Keeper of `admin_audit_log` and `audit_head`: every operator's write, chained as it is stored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.config.settings import Settings
from app.core.audit_marks import Marks, chained
from app.db.transaction import Tx
from app.db.values import json_in, json_out
from app.domain.causes import Hand
from app.models.audit import admin_audit_log, audit_head

log_row = admin_audit_log.c


@dataclass(frozen=True, slots=True)
class AdminAct:
    """Who does something as an operator, and why. `actor` is `staff:<login>`, `system:<job>` or `cli:<user>`.

    `players_who_lose`: how many players may lose by it, as the operator has accepted (see `domain/promises`).
    """

    actor: str
    reason: str
    request_id: str | None
    players_who_lose: int | None = None


class AuditService:
    """Keeper of the audit log and its chain."""

    def __init__(self, tx: Tx, settings: Settings) -> None:
        self._tx, self._settings = tx, settings
        self._added: list[dict[str, Any]] = []

    async def add(
        self, act: AdminAct, action: str, target: str, *, before: Any = None, after: Any = None, now: datetime
    ) -> None:
        """Notes one operator's write, to be stored with it at the transaction's end; and a loss accepted for it."""
        if act.players_who_lose is not None and (after is None or isinstance(after, dict)):
            after = (after or {}) | {"players_who_lose": act.players_who_lose}
        self._added.append(
            {
                "actor": act.actor,
                "action": action,
                "target": target,
                "reason": act.reason,
                "before": None if before is None else json_out(before),
                "after": None if after is None else json_out(after),
                "request_id": act.request_id,
                "created_at": now,
            }
        )

    async def store(self) -> None:
        """Stores what was added, chained to the newest act. The transaction's last step: it locks the chain's head.

        Nothing is locked after it, so two that meet here wait for one another and never in a circle.
        """
        if not self._added:
            return
        head = await self._tx.execute(select(audit_head.c.chain_hash).with_for_update())
        chain_hash, marks = str(head.scalar_one()), Marks.from_settings(self._settings)
        rows = []
        for act in self._added:
            chain_hash = chained(chain_hash, act)
            rows.append(act | {"chain_hash": chain_hash, "mark": marks.make(chain_hash)})
        for row in rows:  # one by one: their numbers follow the chain
            await self._tx.execute(admin_audit_log.insert().values(**row))
        await self._tx.execute(update(audit_head).values(chain_hash=chain_hash))
        self._added.clear()

    async def page(self, *, target: str | None, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest acts first, `limit + 1` at most, older than the act `after`."""
        query = select(admin_audit_log)
        if target is not None:
            query = query.where(admin_audit_log.c.target == target)
        if after is not None:
            query = query.where(admin_audit_log.c.id < after)
        rows = await self._tx.execute(query.order_by(admin_audit_log.c.id.desc()).limit(limit + 1))
        return [
            dict(row) | {"before": json_in(row["before"]), "after": json_in(row["after"])} for row in rows.mappings()
        ]

    async def hands(self, documents: Collection[str]) -> list[Hand]:
        """Every act on these documents, oldest first."""
        query = select(log_row.target, log_row.actor, log_row.action, log_row.after, log_row.created_at)
        rows = await self._tx.execute(query.where(log_row.target.in_(sorted(documents))).order_by(log_row.id))
        return [Hand(row.target, row.actor, row.action, json_in(row.after), row.created_at) for row in rows]
