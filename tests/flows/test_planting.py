"""What tests stand on: copied rows are, to the letter, those that the service writes."""

import sqlite3
from contextlib import closing

import pytest

from app.core.audit_marks import NO_ACT
from app.core.time_utils import FixedClock
from app.models import metadata
from tests import planting
from tests.fixtures import NOON, empty_tables, settings_for
from tests.planting import contents, honest
from tests.world import Person, World, key, open_world


@pytest.fixture
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no test had run in this process."""
    monkeypatch.setattr(planting, "_written", {})
    monkeypatch.setattr(planting, "_lived", {})


def empty(url: str) -> None:
    if not url.startswith("sqlite"):
        empty_tables(url)
        return
    with closing(sqlite3.connect(url.partition(":///")[2], isolation_level=None)) as connection:
        for table in metadata.tables:
            if table != planting.HEAD:
                connection.execute(f"DELETE FROM {table}")
        connection.execute(f"UPDATE {planting.HEAD} SET chain_hash = '{NO_ACT}'")


async def a_stamp(world: World) -> Person:
    player = await world.player("kim", ROULETTE_COIN=1)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers | key())
    world.clock.advance(days=1)
    return player


@pytest.mark.usefixtures("nothing_known")
async def test_the_reference_is_copied_as_it_was_written(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    states = []
    for _ in range(2):
        empty(database_url)
        async with open_world(settings_for(database_url), FixedClock(NOON)) as world:
            states.append((world.season_id, await contents(world.house)))
            assert not await world.differences()
        monkeypatch.delattr(planting, "seed_reference", raising=False)  # the second time it is not asked
    assert states[0] == states[1]


@pytest.mark.usefixtures("nothing_known")
async def test_a_history_is_copied_as_it_was_lived(database_url: str) -> None:
    lives, states = [], []

    async def life(world: World) -> Person:
        lives.append(1)
        return await a_stamp(world)

    for _ in range(2):
        empty(database_url)
        async with open_world(settings_for(database_url), FixedClock(NOON)) as world:
            player = await honest(world, life)
            states.append((player, world.clock.now(), await contents(world.house)))
            # who was met then may go on
            await world.ok("POST", "/api/season-pass/stamp", headers=player.headers | key())
            assert not await world.differences()
    assert (len(lives), states[0]) == (1, states[1])


@pytest.mark.usefixtures("nothing_known")
async def test_a_history_that_is_not_honest_is_refused(sqlite_world: World) -> None:
    async def life(world: World) -> None:
        await a_stamp(world)
        await world.sql("UPDATE wallets SET balance = balance + 1")

    with pytest.raises(AssertionError, match="honest"):
        await honest(sqlite_world, life)
