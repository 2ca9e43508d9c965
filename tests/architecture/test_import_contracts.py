"""The import contracts of pyproject.toml hold, and each one breaks when somebody breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.house import APP, ROOT

PYPROJECT = ROOT / "pyproject.toml"


class Violation(NamedTuple):
    """What somebody does, the contract it breaks, and the files that do it in a copy of the app."""

    deed: str
    contract: str
    planted: dict[str, str]


VIOLATIONS = [
    Violation("a rule imports a keeper", "layers", {"domain/planted.py": "import app.services"}),
    Violation("a room has no floor", "layers", {"planted.py": ""}),
    Violation("a rule speaks SQL", "pure-rules", {"domain/planted.py": "import sqlalchemy"}),
    Violation("a rule reads who asks", "pure-rules", {"domain/planted.py": "from app.core import auth"}),
    Violation("a game throws its own dice", "pure-rules", {"games/planted/__init__.py": "from random import choice"}),
    Violation(
        "a game plays another",
        "games-apart",
        {"games/planted_a/__init__.py": "import app.games.planted_b", "games/planted_b/__init__.py": ""},
    ),
    Violation(
        "a keeper calls a keeper",
        "keepers-apart",
        {"services/planted_a.py": "import app.services.planted_b", "services/planted_b.py": ""},
    ),
    Violation(
        "a flow runs a flow",
        "flows-apart",
        {"flows/planted_a.py": "import app.flows.planted_b", "flows/planted_b.py": ""},
    ),
    Violation(
        "a step runs a flow",
        "flows-apart",
        {"flows/steps/planted.py": "import app.flows.planted", "flows/planted.py": ""},
    ),
    Violation("a flow sees a table", "tables-for-keepers", {"flows/planted.py": "from app.models import feature"}),
    Violation(
        "a keeper takes a table from the package",
        "tables-by-name",
        {"models/__init__.py": "planted = 1", "services/planted.py": "from app.models import planted"},
    ),
    Violation("a flow speaks SQL", "no-sql-upstairs", {"flows/planted.py": "from sqlalchemy import text"}),
    Violation("a door speaks SQL", "no-sql-upstairs", {"routes/planted.py": "import sqlalchemy"}),
    Violation("a flow speaks HTTP", "no-http-downstairs", {"flows/planted.py": "from fastapi import Response"}),
    Violation("the core speaks HTTP", "no-http-downstairs", {"core/planted.py": "import starlette.requests"}),
    Violation(
        "a stranger opens wallets", "wallet-keeper", {"services/planted.py": "from app.models.wallet import wallets"}
    ),
    Violation("a stranger pays rewards", "reward-keeper", {"services/planted.py": "import app.models.reward"}),
    Violation("a stranger collects keys", "bridge-keeper", {"services/planted.py": "import app.models.bridge"}),
    Violation("a stranger stamps", "season-pass-keeper", {"services/planted.py": "from app.models import season_pass"}),
    Violation("a stranger hands out coupons", "coupon-keeper", {"services/planted.py": "import app.models.coupon"}),
    Violation("a stranger takes codes", "promo-keeper", {"services/planted.py": "import app.models.promo"}),
    Violation("a stranger sends mail", "inbox-keeper", {"services/planted.py": "import app.models.inbox"}),
    Violation("a stranger entitles", "entitlement-keeper", {"services/planted.py": "import app.models.entitlement"}),
    Violation(
        "a stranger stocks prizes", "prize-stock-keeper", {"services/planted.py": "import app.models.prize_stock"}
    ),
    Violation("a stranger moves marks", "rule-state-keeper", {"services/planted.py": "import app.models.rule"}),
    Violation("a stranger sends events", "host-event-keeper", {"services/planted.py": "import app.models.host_event"}),
    Violation("a stranger sets missions", "mission-keeper", {"services/planted.py": "import app.models.mission"}),
    Violation("a stranger makes teams", "team-keeper", {"services/planted.py": "import app.models.team"}),
    Violation("a stranger uploads", "ranking-keeper", {"services/planted.py": "import app.models.ranking"}),
    Violation("a stranger ranks", "leaderboard-keepers", {"services/planted.py": "import app.models.leaderboard"}),
    Violation("a stranger gives badges", "badge-keeper", {"services/planted.py": "import app.models.badge"}),
    Violation(
        "two modules need each other",
        "no-cycles",
        {"core/planted_a.py": "import app.core.planted_b", "core/planted_b.py": "import app.core.planted_a"},
    ),
]


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(APP, folder / "app", ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    return folder


def lint(house: Path, *options: str) -> str:
    """The linter's report on `house`/app; a process of its own, because it finds `app` through the import system."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    options = ("--config", str(PYPROJECT), "--no-cache", "--no-logo", *options)
    environment = {**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200"}
    return subprocess.run([*command, *options], cwd=house, env=environment, capture_output=True, text=True).stdout


def test_every_contract_is_kept() -> None:
    report = lint(APP.parent)
    assert " 0 broken" in report, report


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.deed)
def test_a_contract_breaks_when_it_is_broken(violation: Violation, copied_house: Path) -> None:
    planted = {copied_house / "app" / name: source for name, source in violation.planted.items()}
    before = {path: path.read_text() for path in planted if path.exists()}
    for path, source in planted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    try:
        report = lint(copied_house, "--contract", violation.contract)
    finally:
        for path in planted:
            path.unlink()
        for path, source in before.items():
            path.write_text(source)
    assert "0 kept, 1 broken" in report, report
    assert "planted" in report, report


def test_every_contract_is_among_the_broken_ones() -> None:
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == {violation.contract for violation in VIOLATIONS}
