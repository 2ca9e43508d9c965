"""Keeper of `wallets` and `wallet_ledger`: balances and the entries that explain them are written together."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from app.db.statements import Insert, Statement, Upsert
from app.db.transaction import Tx
from app.db.values import instant_out
from app.domain.wallet import DebtEntry, Entry, Reason
from app.models.wallet import wallet_debts, wallet_ledger, wallets

ADD_ENTRIES = Insert(
    wallet_ledger,
    ["user_id", "token_type", "delta", "balance_after", "reason", "operation_id", "created_at"],
)
# a range of the unique key: the days stand in the operation ids, and ISO days sort as text
TRIALS = Statement("SELECT operation_id FROM wallet_ledger WHERE operation_id BETWEEN ? AND ? AND reason = ?")
SET_BALANCES = Upsert(wallets, ["user_id", "token_type"], ["balance"])
ADD_DEBTS = Insert(
    wallet_debts,
    ["user_id", "token_type", "delta", "debt_after", "reason", "operation_id", "created_at"],
)
SET_DEBT = Statement("UPDATE wallets SET debt = ? WHERE user_id = ? AND token_type = ?")


class WalletService:
    """Keeper of wallets."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def save(self, entries: Sequence[Entry], balances: Mapping[tuple[int, str], int]) -> None:
        """Writes the entries and the balances they lead to. The players' rows must be locked by this transaction."""
        await self._tx.write(
            ADD_ENTRIES,
            [
                (e.user_id, e.token_type, e.delta, e.balance_after, e.reason, e.operation_id, instant_out(e.created_at))
                for e in entries
            ],
        )
        await self._tx.write(SET_BALANCES, [(user, token, balance) for (user, token), balance in balances.items()])

    async def save_debts(self, debts: Sequence[DebtEntry]) -> None:
        """Writes what wallets owe now and why. The players' rows must be locked, and the wallets exist."""
        await self._tx.write(
            ADD_DEBTS,
            [
                (d.user_id, d.token_type, d.delta, d.debt_after, d.reason, d.operation_id, instant_out(d.created_at))
                for d in debts
            ],
        )
        for (user_id, token_type), owed in {(d.user_id, d.token_type): d.debt_after for d in debts}.items():
            await self._tx.run(SET_DEBT, (owed, user_id, token_type))

    async def trial_days(self, user_id: int, token_type: str, first: date, last: date) -> list[date]:
        """The KST days of the player's trial tickets from `first` to `last`, one entry per ticket."""
        prefix = f"TRIAL:{user_id}:{token_type}:"
        bounds = (f"{prefix}{first.isoformat()}:", f"{prefix}{last.isoformat()}:~")  # `~` sorts behind every number
        rows = await self._tx.rows(TRIALS, (*bounds, Reason.TRIAL_GRANT))
        return [date.fromisoformat(operation_id[len(prefix) : len(prefix) + 10]) for (operation_id,) in rows]

    async def ledger(
        self, user_id: int, *, token_type: str | None, after: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Newest entries first, `limit + 1` at most, older than the entry `after`."""
        c = wallet_ledger.c
        query = select(
            c.id, c.token_type, c.delta, c.balance_after, c.reason, c.operation_id, c.created_at
        ).where(c.user_id == user_id).order_by(c.id.desc()).limit(limit + 1)  # fmt: skip
        if token_type is not None:
            query = query.where(c.token_type == token_type)
        if after is not None:
            query = query.where(c.id < after)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]
