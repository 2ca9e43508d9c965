"""Doors to knock at."""

import pytest

from tests.identity.door import Door
from tests.world import World


@pytest.fixture
def door(world: World) -> Door:
    """The service on each kind of database."""
    return Door.of(world)


@pytest.fixture
def sqlite_door(sqlite_world: World) -> Door:
    """The service on SQLite, for what does not depend on the database."""
    return Door.of(sqlite_world)
