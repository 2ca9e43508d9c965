"""Tests of the ground: a database with one small table, and nothing of the app's own schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.config.settings import Settings
from app.db.session import make_engines
from app.db.statements import Statement
from app.db.transaction import Database
from tests.db.databases import SERVER, SQLITE, ask, fresh_database

NOTHING = Statement("SELECT 1")


def settings_for(url: str, **values: object) -> Settings:
    return Settings(_env_file=None, env="test", database_url=url, **values)  # type: ignore[call-arg, arg-type]


def open_database(url: str, **values: object) -> Database:
    settings = settings_for(url, **values)
    return Database(make_engines(settings), budget_seconds=settings.db_budget_seconds)


@asynccontextmanager
async def warm(url: str) -> AsyncIterator[Database]:
    """An open database whose first connections, with the questions they ask, are behind it."""
    opened = open_database(url)
    await opened.transaction(lambda tx: tx.rows(NOTHING))
    await opened.read(lambda tx: tx.rows(NOTHING))
    yield opened
    await opened.dispose()


@pytest.fixture(params=[SQLITE, SERVER])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the table `marks`, on each kind."""
    with fresh_database(request.param, tmp_path) as empty:
        make_table(empty)
        yield empty


@pytest.fixture
def server_url(tmp_path: Path) -> Iterator[str]:
    """As `url`, only on MariaDB or MySQL."""
    with fresh_database(SERVER, tmp_path) as empty:
        make_table(empty)
        yield empty


@pytest.fixture
def sqlite_url(tmp_path: Path) -> Iterator[str]:
    """As `url`, only on SQLite."""
    with fresh_database(SQLITE, tmp_path) as empty:
        make_table(empty)
        yield empty


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with warm(url) as opened:
        yield opened


@pytest.fixture
async def on_server(server_url: str) -> AsyncIterator[Database]:
    async with warm(server_url) as opened:
        yield opened


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    async with warm(sqlite_url) as opened:
        yield opened


def make_table(url: str) -> None:
    ask(url, "CREATE TABLE marks (id INTEGER PRIMARY KEY, note VARCHAR(50) NOT NULL UNIQUE, n INTEGER NOT NULL)")
