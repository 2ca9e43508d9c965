"""Operators for the tests of their API."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.time_utils import FixedClock
from tests.admin.desk import Desk, desk_of
from tests.fixtures import NOON, settings_for
from tests.world import World, open_world


@pytest.fixture
async def admin(world: World) -> Desk:
    """An admin, on each kind of database."""
    return await desk_of(world, "kim@example.com", "admin")


@pytest.fixture
async def sqlite_admin(sqlite_world: World) -> Desk:
    """An admin, for what does not depend on the server."""
    return await desk_of(sqlite_world, "kim@example.com", "admin")


@pytest.fixture
async def mariadb_admin(mariadb_world: World) -> Desk:
    """An admin, for what only a server can show."""
    return await desk_of(mariadb_world, "kim@example.com", "admin")


@pytest.fixture(scope="module")
async def calm_admin(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """An admin whose service a whole module shares: for tests that leave nothing behind."""
    file = tmp_path_factory.mktemp("calm") / "dojang.db"
    shutil.copyfile(sqlite_template, file)
    async with open_world(settings_for(f"sqlite+aiosqlite:///{file}"), FixedClock(NOON)) as world:
        yield await desk_of(world, "kim@example.com", "admin")
