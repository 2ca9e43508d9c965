"""Keeper of `admin_audit_log`: every operator's write with actor, reason, before and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db.transaction import Tx
from app.db.values import json_in, json_out
from app.models.audit import admin_audit_log


@dataclass(frozen=True, slots=True)
class AdminAct:
    """Who does something as an operator, and why. `actor` is `staff:<login>`, `system:<job>` or `cli:<user>`."""

    actor: str
    reason: str
    request_id: str | None


class AuditService:
    """Keeper of the audit log."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(
        self, act: AdminAct, action: str, target: str, *, before: Any = None, after: Any = None, now: datetime
    ) -> None:
        """Notes one operator's write, in the same transaction as the write."""
        await self._tx.execute(
            admin_audit_log.insert().values(
                actor=act.actor,
                action=action,
                target=target,
                reason=act.reason,
                before=None if before is None else json_out(before),
                after=None if after is None else json_out(after),
                request_id=act.request_id,
                created_at=now,
            )
        )

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
