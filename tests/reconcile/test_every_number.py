"""Every invariant of the plan has its checks, and every check has a violation that was planted to see it fire."""

import importlib

from app.services.reconcile.check import INVARIANTS, OUTSIDE
from app.services.reconcile.checks import ALL_CHECKS

# the modules whose PLANTED maps a check to what breaks exactly it
PLANTED_IN = (
    *("reconcile.test_each_check_fires", "reconcile.test_pass_checks", "reconcile.test_structure_checks"),
    "reconcile.test_debt_checks",
    *("bridge.test_checks", "rewards.test_checks", "events.test_checks", "webhooks.test_checks"),
    *("people.test_checks",),
    *("goals.test_admin", "goals.test_leaderboards", "goals.test_teams", "goals.test_rankings"),
)


def test_every_number_has_a_check() -> None:
    assert list(INVARIANTS) == [f"I{number}" for number in range(1, 28)]
    proven = {number for check in ALL_CHECKS for number in check.numbers}
    assert proven | OUTSIDE == set(INVARIANTS)
    assert not proven & OUTSIDE


def test_every_check_has_a_planted_violation() -> None:
    planted = [name for module in PLANTED_IN for name in importlib.import_module(f"tests.{module}").PLANTED]
    assert sorted(planted) == sorted(check.name for check in ALL_CHECKS)
