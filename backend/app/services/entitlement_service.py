"""Keeper of entitlements: issued by a reward, redeemed once, revoked when the reward is taken back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from app.core.invariants import require
from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out
from app.domain.entitlements import Entitlement, NewEntitlement
from app.models.entitlement import entitlements

ADD = Insert(entitlements, ["user_id", "resource", "operation_id", "valid_days", "issued_at"])
# the player's lock has decided already; "not redeemed yet" is the second line
REDEEM = Statement("""
    UPDATE entitlements SET redeemed_at = ?, valid_until = ?, redeemed_by = ?
    WHERE id = ? AND redeemed_at IS NULL AND revoked_at IS NULL
""")
REVOKE = Statement("UPDATE entitlements SET revoked_at = ? WHERE operation_id = ? AND revoked_at IS NULL")


class EntitlementService:
    """Keeper of entitlements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def issue(self, new: Sequence[NewEntitlement]) -> None:
        """Records entitlements. An operation id that was used before raises IntegrityError."""
        await self._tx.write(
            ADD, [(e.user_id, e.resource, e.operation_id, e.valid_days, instant_out(e.issued_at)) for e in new]
        )

    async def lock(self, user_ids: Iterable[int], resources: Iterable[str]) -> list[Entitlement]:
        """Everything these players have of these resources, locked. Lock the players first."""
        c = entitlements.c
        query = select(entitlements).where(c.user_id.in_(sorted(set(user_ids))), c.resource.in_(sorted(set(resources))))
        rows = await self._tx.execute(query.order_by(c.id).with_for_update())
        return [_read(row) for row in rows.mappings()]

    async def of_player(
        self, accounts: Sequence[int], *, resource: str | None = None, after: int | None = None, limit: int
    ) -> list[Entitlement]:
        """A player's entitlements, newest first, `limit + 1` at most, older than the entitlement `after`."""
        c = entitlements.c
        query = select(entitlements).where(c.user_id.in_(accounts)).order_by(c.id.desc()).limit(limit + 1)
        if resource is not None:
            query = query.where(c.resource == resource)
        if after is not None:
            query = query.where(c.id < after)
        return [_read(row) for row in (await self._tx.execute(query)).mappings()]

    async def standing(self, accounts: Sequence[int], resource: str, now: datetime) -> tuple[int, datetime | None]:
        """(how many of a resource wait to be redeemed, until when the player may use it; None: not now)."""
        c = entitlements.c
        waits, runs = c.redeemed_at.is_(None), case((c.valid_until > now, c.valid_until))
        counts = func.count(case((waits, c.id))).label("waiting"), func.max(runs).label("until")
        query = select(*counts).where(c.user_id.in_(accounts), c.resource == resource, c.revoked_at.is_(None))
        row = (await self._tx.execute(query)).one()
        return int(row.waiting), row.until

    async def redeem(self, one: Entitlement, *, valid_until: datetime, actor: str, now: datetime) -> None:
        """Starts its days. Decide under the player's lock."""
        matched = await self._tx.run(REDEEM, (instant_out(now), instant_out(valid_until), actor, one.id))
        require(matched == 1, "an entitlement is redeemed once")

    async def revoke(self, operation_ids: Iterable[str], now: datetime) -> None:
        """The entitlements of these rewards count no more, redeemed or not."""
        for operation_id in operation_ids:
            await self._tx.run(REVOKE, (instant_out(now), operation_id))


def _read(row: Any) -> Entitlement:
    names = (
        *("id", "user_id", "resource", "operation_id", "valid_days"),
        *("issued_at", "redeemed_at", "valid_until", "revoked_at"),
    )
    return Entitlement(**{name: row[name] for name in names})
