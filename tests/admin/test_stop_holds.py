"""A stop holds for everything that starts after its commit, on every process."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from app.container import Container
from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.flows.play import PlayCommand
from app.flows.steps.commands import IdempotencyKey
from app.flows.switch_feature import switch_feature
from app.games import GAMES
from app.services import Services
from app.services.audit_service import AdminAct
from app.utils.random_utils import new_id
from tests.world import Person, World

ACT = AdminAct("staff:kim", "too many jackpots", None)
PLAYERS, TICKETS = 8, 400


@pytest.fixture
async def second(mariadb_world: World) -> AsyncIterator[Container]:
    """Another process, as far as the database can tell."""
    container = Container(mariadb_world.container.settings, clock=mariadb_world.clock)
    yield container
    await container.close()


async def stop(container: Container) -> float:
    """Stops the roulette; returns the instant at which the stop was acknowledged."""
    await switch_feature(container.house, ACT, "ROULETTE", is_enabled=False, expected_version=None)
    return time.monotonic()


async def test_a_stop_waits_for_the_play_under_way_and_later_plays_wait_for_the_stop(
    mariadb_world: World, second: Container
) -> None:
    world = mariadb_world
    player = await world.player("lee", ROULETTE_COIN=3)
    holds, may_end = asyncio.Event(), asyncio.Event()
    today = kst_date(world.clock.now())

    async def a_play_under_way(keepers: Services) -> None:
        await keepers.rule_book.in_force(["ROULETTE"], today)
        holds.set()
        await may_end.wait()

    under_way = asyncio.create_task(world.house.write(a_play_under_way))
    await holds.wait()
    stopping = asyncio.create_task(stop(second))
    await asyncio.sleep(0.3)
    assert not stopping.done(), "the stop was acknowledged while a play could still be paid"
    later = asyncio.create_task(second.plays.submit(command(world, player)))
    await asyncio.sleep(0.2)
    assert not later.done(), "a play that came after the stop went past it"
    may_end.set()
    await under_way
    await stopping
    with pytest.raises(AppError, match="FEATURE_DISABLED"):
        await later
    assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(0,)]


async def test_in_a_storm_of_plays_none_that_starts_after_the_stop_is_paid(
    mariadb_world: World, second: Container
) -> None:
    world = mariadb_world
    players = [await world.player(f"player-{n}", ROULETTE_COIN=TICKETS) for n in range(PLAYERS)]
    accepted: list[float] = []
    is_raging = asyncio.Event()
    refused: list[float] = []

    async def play_on(container: Container, player: Person) -> None:
        for _ in range(TICKETS):
            started = time.monotonic()
            try:
                await container.plays.submit(command(world, player))
                accepted.append(started)
                if len(accepted) > 4 * PLAYERS:
                    is_raging.set()
            except AppError as refusal:
                assert refusal.code == "FEATURE_DISABLED"
                refused.append(started)
                if len(refused) > 5 * PLAYERS:
                    return

    processes = [world.container, second]
    storm = [asyncio.create_task(play_on(processes[n % 2], player)) for n, player in enumerate(players)]
    await is_raging.wait()
    stopped_at = await stop(world.container)
    await asyncio.gather(*storm)
    assert refused
    assert max(accepted) < stopped_at
    assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(len(accepted),)]


def command(world: World, player: Person) -> PlayCommand:
    return PlayCommand(
        user_id=player.id,
        session_id=None,
        issued_at=world.clock.now(),
        request_id=None,
        idempotency=IdempotencyKey(new_id(world.clock.now()), "0" * 64),
        game=GAMES["roulette"],
    )
