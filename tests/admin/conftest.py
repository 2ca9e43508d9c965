"""Operators for the tests of their API."""

import pytest

from tests.admin.desk import Desk, desk_of
from tests.world import World


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
async def calm_admin(calm_world: World) -> Desk:
    """An admin whose service a whole module shares: for tests that leave nothing behind."""
    return await desk_of(calm_world, "kim@example.com", "admin")
