"""How often one may play: daily limits and cooldowns, also when many requests come at once."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.time_utils import kst_midnight
from app.domain.reference import DICE, LOTTERY, ROULETTE
from tests.world import World, key

GAMES = [("roulette", ROULETTE, "ROULETTE_COIN", "spins"), ("dice", DICE, "DICE_TOKEN", "plays"),
         ("lottery", LOTTERY, "LOTTERY_TICKET", "tickets")]  # fmt: skip


@pytest.mark.parametrize(("game", "config", "token", "word"), GAMES)
async def test_of_forty_requests_at_once_the_daily_limit_lets_five_through(
    world: World, game: str, config: dict[str, Any], token: str, word: str
) -> None:
    await world.configure(game, config | {"max_daily": 5})
    player = await world.player("kim", **{token: 50})
    calls = (world.client.post(f"/api/{game}/play", headers=player.headers | key()) for _ in range(40))
    answers = await asyncio.gather(*calls)
    codes = Counter("OK" if a.is_success else a.json()["error"]["code"] for a in answers)
    assert codes == {"OK": 5, "DAILY_LIMIT_REACHED": 35}
    status = await world.ok("GET", f"/api/{game}/status", headers=player.headers)
    assert [status[f"{name}_{word}"] for name in ("max_daily", "today", "remaining")] == [5, 5, 0]
    world.clock.set(kst_midnight(date(2025, 12, 11)))
    await world.ok("POST", f"/api/{game}/play", headers=player.headers | key())
    assert not await world.differences()


async def test_the_limit_of_one_game_is_not_that_of_another(world: World) -> None:
    await world.configure("dice", DICE | {"max_daily": 1})
    player = await world.player("kim", DICE_TOKEN=2, ROULETTE_COIN=2)
    await world.ok("POST", "/api/dice/play", headers=player.headers | key())
    assert (await world.code("POST", "/api/dice/play", headers=player.headers | key()))[1] == "DAILY_LIMIT_REACHED"
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())


@pytest.mark.parametrize(("game", "config", "token", "word"), GAMES)
async def test_a_cooldown_makes_one_wait_and_says_how_long(
    world: World, game: str, config: dict[str, Any], token: str, word: str
) -> None:
    path = f"/api/{game}/play"
    await world.configure(game, config | {"cooldown_seconds": 30})
    player, other = await world.player("kim", **{token: 9}), await world.player("lee", **{token: 9})
    first = key()
    await world.ok("POST", path, headers=player.headers | first)
    await world.ok("POST", path, headers=other.headers | key())
    world.clock.advance(seconds=29, microseconds=1)
    refused = await world.client.post(path, headers=player.headers | key())
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "COOLDOWN_ACTIVE")
    assert refused.headers["Retry-After"] == "1"
    status = await world.ok("GET", f"/api/{game}/status", headers=player.headers)
    assert status["next_play_at"] == refused.json()["error"]["details"]["next_play_at"]
    assert (await world.client.post(path, headers=player.headers | first)).headers["Idempotency-Replayed"] == "true"
    world.clock.advance(seconds=1)
    await world.ok("POST", path, headers=player.headers | key())
    world.clock.advance(seconds=31)
    status = await world.ok("GET", f"/api/{game}/status", headers=player.headers)
    assert (status["cooldown_seconds"], status["next_play_at"]) == (30, None)


async def test_of_twenty_requests_at_once_a_cooldown_lets_one_through(world: World) -> None:
    await world.configure("dice", DICE | {"cooldown_seconds": 1})
    player = await world.player("kim", DICE_TOKEN=20)
    for _ in range(3):
        calls = (world.client.post("/api/dice/play", headers=player.headers | key()) for _ in range(20))
        answers = await asyncio.gather(*calls)
        assert Counter(a.status_code for a in answers) == {200: 1, 429: 19}
        world.clock.advance(seconds=1)
    assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(3,)]


async def test_a_cooldown_crosses_midnight(world: World) -> None:
    await world.configure("dice", DICE | {"cooldown_seconds": 60})
    player = await world.player("kim", DICE_TOKEN=2)
    world.clock.set(kst_midnight(date(2025, 12, 11)) - timedelta(seconds=30))
    await world.ok("POST", "/api/dice/play", headers=player.headers | key())
    world.clock.advance(seconds=59)
    assert (await world.code("POST", "/api/dice/play", headers=player.headers | key()))[0] == 429
