"""Services that are about to start: safe ones, for each test to make unsafe in one way."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from app.config.settings import Settings
from app.core.time_utils import Clock, SystemClock
from app.db.schema import upgrade_to_head
from app.db.session import make_engines
from app.db.transaction import Database
from app.services import House
from app.utils.random_utils import SecureDraw
from tests.architecture.house import ROOT
from tests.db.databases import ask
from tests.fixtures import fresh_sqlite
from tests.servers import MariaDb

STRONG = "dR7#kP2vXq9@LmZt4WbYc8!NfHs5GjUe"
OTHER_STRONG = "Tq8$wZ3nBv6^KxLp1RmYd5&HcJf9SgEa"
PASSWORD = "Vx7-Qm2_Lk9.Tz4"
GRANTS = ROOT / "docker" / "mysql-grants.sql"

OpenHouse = Callable[..., House]


class ProductionServer(MariaDb):
    """With a binlog, as a server that is backed up has one."""

    def _command(self) -> list[str]:
        return [*super()._command(), "--log-bin", "--server-id=1", "--sync-binlog=1"]

    def url_of(self, user: str) -> str:
        return f"mysql+aiomysql://{user}:{PASSWORD}@127.0.0.1:{self.port}/dojang"


def statements(part: int) -> list[str]:
    """One part of the file of grants, as an administrator would run it."""
    text = re.sub(r"CHANGE-ME-\d", PASSWORD, GRANTS.read_text())
    lines = text.split(f"\n-- Part {part} ")[1].split("\n-- Part ")[0].splitlines()[1:]
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    return [statement.strip() for statement in sql.split(";") if statement.strip()]


@pytest.fixture(scope="module")
def server() -> Iterator[ProductionServer]:
    """Set up as the file of grants says."""
    with ProductionServer() as started:
        for statement in statements(1):
            ask(started.url, statement)
        upgrade_to_head(started.url_of("dojang_owner"))
        for statement in statements(2):
            ask(started.url, statement)
        yield started


@pytest.fixture
def sqlite_file(tmp_path: Path) -> str:
    """A migrated SQLite database."""
    return fresh_sqlite(tmp_path / "dojang.db")


def production(url: str, **values: object) -> Settings:
    """Settings that production accepts, but for what the test says."""
    safe = {
        "env": "production",
        "database_url": url,
        "jwt_secret": STRONG,
        "encryption_key": STRONG[::-1],
        "docs_enabled": False,
        "sqlite_in_production": True,
    }
    return Settings(_env_file=None, **safe | values)  # type: ignore[call-arg, arg-type]


@pytest.fixture
async def open_house() -> AsyncIterator[OpenHouse]:
    """Makes houses, and closes them after the test."""
    opened: list[House] = []

    def make(settings: Settings, clock: Clock | None = None) -> House:
        database = Database(make_engines(settings), budget_seconds=settings.db_budget_seconds)
        opened.append(House(database, clock or SystemClock(), SecureDraw(), settings))
        return opened[-1]

    yield make
    for house in opened:
        await house.database.dispose()


@pytest.fixture(scope="module")
def started_with() -> set[str]:
    """The modules that a start of the API imports."""
    code = "import sys, app.main; app.main.create_app(); print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(run.stdout.split())
