"""Fixtures shared by every test: a migrated database of each kind, and a whole service over it."""

import asyncio
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.util import LRUCache

from app import main
from app.cli.demo import demo_settings
from app.config.settings import Settings
from app.core.audit_marks import NO_ACT
from app.core.time_utils import KST, FixedClock
from app.db import session
from app.db.schema import upgrade_to_head
from app.models import metadata
from tests.db.databases import connect
from tests.world import World, open_world

NOON = datetime(2025, 12, 10, 12, 0, tzinfo=KST)  # the second day of the reference season XMAS_2025


@pytest.fixture(scope="session", autouse=True)
def collector_left_alone() -> Iterator[None]:
    """A test process starts hundreds of applications: freezing each would keep all of them until its end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "tune_garbage_collector", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """A test process opens thousands of engines, and each would compile every statement anew."""
    with pytest.MonkeyPatch.context() as patch:
        made = partial(session.create_async_engine, execution_options={"compiled_cache": CompiledForAll(5_000)})
        patch.setattr(session, "create_async_engine", made)
        yield


class CompiledForAll(LRUCache[Any, Any]):
    """SQLAlchemy's own cache of compiled statements, shared by the engines of one kind of server."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._without_engine(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(self._without_engine(key), compiled)

    def _without_engine(self, key: Any) -> Any:
        dialect, *statement = key
        version = dialect.server_version_info, getattr(dialect, "is_mariadb", False)
        return type(dialect), version, *statement


@pytest.fixture
def clock() -> FixedClock:
    """Noon of 2025-12-10 in Seoul, until the test moves it."""
    return FixedClock(NOON)


@cache
def sqlite_template() -> bytes:
    """A migrated SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "head.db"
        upgrade_to_head(f"sqlite+aiosqlite:///{file}")
        return file.read_bytes()


def fresh_sqlite(file: Path) -> str:
    """The address of an empty SQLite database at head, made in a millisecond: to migrate it takes four hundred."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(sqlite_template())
    return f"sqlite+aiosqlite:///{file}"


@contextmanager
def new_mariadb() -> Iterator[str]:
    """A migrated MariaDB database of its own, dropped after use."""
    server = os.environ.get("TEST_DATABASE_URL")
    if server is None:
        pytest.skip("no MariaDB: see the header of this run")
    name = f"dojang_{uuid.uuid4().hex[:12]}"
    engine = create_engine(sync_url(server))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
    try:
        upgrade_to_head(f"{server}/{name}")
        yield f"{server}/{name}"
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        engine.dispose()


@pytest.fixture(scope="session")
def mariadb_of_worker() -> Iterator[str]:
    """A migrated MariaDB database of this test process."""
    with new_mariadb() as url:
        yield url


@contextmanager
def shared_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the kind that `request` names, for many tests: for services that are costly to start."""
    if request.param == "sqlite":
        yield fresh_sqlite(request.getfixturevalue("tmp_path_factory").mktemp("shared") / "dojang.db")
    else:
        with new_mariadb() as url:
            yield url


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def module_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database that the tests of one module share, on each kind."""
    with shared_database(request) as url:
        yield url


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at head: the test runs once on SQLite and once on MariaDB."""
    if request.param == "sqlite":
        return fresh_sqlite(tmp_path / "dojang.db")
    url: str = request.getfixturevalue("mariadb_of_worker")
    empty_tables(url)
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database at head, for what does not depend on the server."""
    return fresh_sqlite(tmp_path / "dojang.db")


@pytest.fixture
def mariadb_url(mariadb_of_worker: str) -> str:
    """An empty MariaDB database at head, for what only a server can show."""
    empty_tables(mariadb_of_worker)
    return mariadb_of_worker


def demo_data(folder: Path) -> Settings:
    """The settings of a demo that keeps its data in this folder: a database at head."""
    settings = demo_settings(folder, None)
    fresh_sqlite(Path(str(make_url(settings.database_url).database)))
    return settings


def sync_url(url: str) -> str:
    return url.replace("+aiomysql", "+pymysql").replace("+aiosqlite", "")


# One question for all tables; it waits for a transaction that still writes, as a DELETE would.
# The head of the operators' log has its one row from the migration on.
FILLED = " UNION ALL ".join(
    f"(SELECT '{table}' FROM {table} LIMIT 1 LOCK IN SHARE MODE)" for table in metadata.tables if table != "audit_head"
)


def empty_tables(url: str) -> None:
    """Deletes every row; a test before this one may have left some."""
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        cursor.execute(FILLED)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute(f"UPDATE audit_head SET chain_hash = '{NO_ACT}', unmarked_through = 0, unmarked_acts = 0")


# what a served service waits for its database at most, where a test is about that
AS_DELIVERED = {name: Settings.model_fields[name].default for name in ("db_budget_seconds", "db_pool_timeout_seconds")}


def settings_for(url: str, **overrides: object) -> Settings:
    """Settings of a test: nothing of the environment decides."""
    values = {"env": "test", "database_url": url, "jwt_secret": "x" * 16 + "0123456789abcdef", "access_log": False}
    # tests play faster than people; tests/limits has those of the limits
    values |= {"rate_limits": {}}
    # fixtures give whole crowds their tickets; tests of the allowance set theirs
    values |= {"admin_grant_daily_points": 10**15}
    # a loaded machine is no failing database; tests of the budget set theirs
    values |= {"db_budget_seconds": 60, "db_pool_timeout_seconds": 60}
    # this one source instead of four that would be looked through for every field
    return Settings(_build_sources=((lambda: values | overrides,), {}))  # type: ignore[arg-type]


@pytest.fixture
async def world(database_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """The whole service over HTTP, with the reference event running, on each kind of database."""
    async with open_world(settings_for(database_url), clock) as opened:
        yield opened


@pytest.fixture
async def sqlite_world(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """As `world`, on SQLite alone."""
    async with open_world(settings_for(sqlite_url), clock) as opened:
        yield opened


@pytest.fixture(scope="module")
async def calm_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """As `sqlite_world`, for a whole module: of tests that leave nothing behind."""
    url = fresh_sqlite(tmp_path_factory.mktemp("calm") / "dojang.db")
    async with open_world(settings_for(url), FixedClock(NOON)) as opened:
        yield opened


@pytest.fixture
async def mariadb_world(mariadb_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """As `world`, on MariaDB alone."""
    async with open_world(settings_for(mariadb_url), clock) as opened:
        yield opened


async def gather(*awaitables: object) -> list[object]:
    """All at once; exceptions are results, for tests that count who won."""
    return await asyncio.gather(*awaitables, return_exceptions=True)  # type: ignore[call-overload, no-any-return]
