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
        """Every check, in order. 0 differences everywhere means: every balance, level and answer is explained.

        One statement asks of all plain checks whether any row breaks them (measured: a fifth of the CPU of a hundred
        statements); only those that are broken are asked for their rows.
        """
        broken = await self._broken(now)
        return [await self._run(check, now) if check in broken else CheckResult.of(check, ()) for check in CHECKS]

    async def _broken(self, now: datetime) -> set[Check]:
        """The plain checks that some row breaks, and those that judge in Python, of which nothing is known yet."""
        plain = [check for check in CHECKS if check.judge is None]
        asked = ", ".join(f"EXISTS ({check.text(self._tx.flavour)})" for check in plain)
        [answers] = await self._tx.rows(Statement(f"SELECT {asked}"), [instant_out(now)] * asked.count("?"))
        judged = {check for check in CHECKS if check.judge is not None}
        return judged | {check for check, is_broken in zip(plain, answers, strict=True) if is_broken}

    async def _run(self, check: Check, now: datetime) -> CheckResult:
        sql = check.text(self._tx.flavour)
        rows = await self._tx.rows(Statement(sql), [instant_out(now)] * sql.count("?"))
        return CheckResult.of(check, rows if check.judge is None else check.judge(rows))
