"""A service that may call this machine, a host's server that listens, and an operator."""

from collections.abc import AsyncIterator

import pytest

from app.core.time_utils import FixedClock
from tests.admin.desk import Desk, desk_of
from tests.fixtures import settings_for
from tests.webhooks.receiver import Receiver, listening
from tests.webhooks.telling import Telling
from tests.world import World, open_world

OPEN = {"webhook_allow_private": True, "webhook_timeout_seconds": 10}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """The host's server."""
    async with listening() as opened:
        yield opened


@pytest.fixture
async def other_receiver() -> AsyncIterator[Receiver]:
    """Somebody else's server."""
    async with listening() as opened:
        yield opened


@pytest.fixture
async def telling(database_url: str, clock: FixedClock) -> AsyncIterator[Telling]:
    """On each kind of database."""
    async with open_world(settings_for(database_url, **OPEN), clock) as world:
        yield await Telling.of(world)


@pytest.fixture
async def sqlite_telling(sqlite_url: str, clock: FixedClock) -> AsyncIterator[Telling]:
    """On SQLite alone."""
    async with open_world(settings_for(sqlite_url, **OPEN), clock) as world:
        yield await Telling.of(world)


@pytest.fixture
async def mariadb_telling(mariadb_url: str, clock: FixedClock) -> AsyncIterator[Telling]:
    """On MariaDB alone."""
    async with open_world(settings_for(mariadb_url, **OPEN), clock) as world:
        yield await Telling.of(world)


@pytest.fixture(scope="module")
async def calm_desk(calm_world: World) -> Desk:
    """An operator whose service a whole module shares: for tests that leave nothing behind."""
    return await desk_of(calm_world, "kim@example.com", "admin")
