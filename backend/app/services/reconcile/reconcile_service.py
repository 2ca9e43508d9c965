"""Every invariant of the stored value as a query that must find nothing. Reads all tables, writes none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import instant_out
from app.services.reconcile.check import Check
from app.services.reconcile.checks import CHECKS

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One invariant: how many rows break it, and the first few of them."""

    name: str
    promise: str
    count: int
    examples: list[list[str]]


class ReconcileService:
    """Runs the invariants."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def check_all(self, now: datetime) -> list[CheckResult]:
        """Every check, in order. 0 differences everywhere means: every balance, level and answer is explained."""
        return [await self._run(check, now) for check in CHECKS]

    async def _run(self, check: Check, now: datetime) -> CheckResult:
        rows: Sequence[Any] = await self._tx.rows(Statement(check.sql), [instant_out(now)] * check.sql.count("?"))
        examples = [[str(value) for value in row] for row in rows[:EXAMPLES]]
        return CheckResult(check.name, check.promise, len(rows), examples)
