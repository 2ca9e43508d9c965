"""A served service for all tests of this folder: two processes take six seconds of a core to start."""

from collections.abc import AsyncIterator

import pytest

from app.domain.reference import ROULETTE
from tests.fixtures import settings_for, shared_database
from tests.live import live_world
from tests.world import World

# nothing to win: a ticket won back, or a level reached by fifty wins, would buy further plays
BLANKS = ROULETTE | {"segments": [{"slot_index": n, "label": "-", "weight": 1} for n in range(6)]}


@pytest.fixture(scope="package", params=["sqlite", "mariadb"])
async def live(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Two processes over one database, on each kind of it. Each test brings its own players."""
    with shared_database(request) as url:
        async with live_world(settings_for(url, db_write_pool=4), workers=2) as world:
            await world.configure("roulette", BLANKS)
            yield world
