"""The service as an operator's terminal meets it."""

import pytest

from tests.identity.door import Door
from tests.world import World


@pytest.fixture
def door(world: World) -> Door:
    """The service on each kind of database, with tokens on a clock of their own."""
    return Door.of(world)


@pytest.fixture
def sqlite_door(sqlite_world: World) -> Door:
    """As `door`, on SQLite alone."""
    return Door.of(sqlite_world)
