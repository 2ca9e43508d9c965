"""Every invariant of the stored value as a query that must find nothing. Reads all tables, writes none."""

from dataclasses import dataclass
from datetime import datetime

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import instant_out
from app.services.reconcile.check import Check, Rows
from app.services.reconcile.checks import CHECKS

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One invariant: the numbers it proves, how many rows break it, and the first few of them."""

    name: str
    numbers: tuple[str, ...]
    promise: str
    count: int
    examples: list[list[str]]

    @classmethod
    def of(cls, check: Check, broken: Rows) -> "CheckResult":
        examples = [[str(value) for value in row] for row in broken[:EXAMPLES]]
        return cls(check.name, check.numbers, check.promise, len(broken), examples)


class ReconcileService:
    """Runs the invariants."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def check_all(self, now: datetime) -> list[CheckResult]:
        """Every check, in order. 0 differences everywhere means: every balance, level and answer is explained."""
        return [await self._run(check, now) for check in CHECKS]

    async def _run(self, check: Check, now: datetime) -> CheckResult:
        sql = check.text(self._tx.flavour)
        rows = await self._tx.rows(Statement(sql), [instant_out(now)] * sql.count("?"))
        return CheckResult.of(check, rows if check.judge is None else check.judge(rows))
