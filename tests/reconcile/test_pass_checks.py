"""The checks of passes, bonuses and counters: silent in an honest season, and each fires on its own violation."""

import pytest

from tests.planting import honest
from tests.season.rich import begin, points, wheel
from tests.season.test_premium import gain, upgrade
from tests.world import Person, World, key

# check → the statements that break exactly it. `:u` is the player, `:s` the season.
PLANTED: dict[str, tuple[str, ...]] = {
    "I8 XP of the day": ("UPDATE season_counters SET earned_xp = earned_xp + 1 WHERE user_id = :u",),
    "I8 play stamps of the day": ("UPDATE season_counters SET play_stamps = 0 WHERE user_id = :u",),
    "I8 streak is possible": ("UPDATE season_counters SET streak_freezes = -1 WHERE user_id = :u",),
    "I9 overflow is paid": ("UPDATE season_counters SET overflow_bonuses = overflow_bonuses + 1 WHERE user_id = :u",),
    "I9 milestone is paid": ("UPDATE season_counters SET streak_best = 7 WHERE user_id = :u",),
    "I9 premium level is paid": (
        "UPDATE season_claims SET taken_back_at = created_at WHERE user_id = :u AND track = 'GOLD' AND level = 1",
    ),
    "I9 premium claim had a pass": ("DELETE FROM season_passes WHERE user_id = :u",),
    "I9 pass ends after it began": (
        "UPDATE season_passes SET revoked_at = '2025-12-12 00:00:00.000000' WHERE user_id = :u",
        "UPDATE season_passes SET granted_at = '2025-12-13 00:00:00.000000' WHERE user_id = :u",
    ),
    "I24 season has a program": ("DELETE FROM programs",),
}


async def lived_in(world: World) -> tuple[Person, int]:
    """A player with a premium pass, a streak of two days, overflow bonuses and a stamp from a play."""
    desk, season = await begin(world, daily_xp_cap=None)
    await world.configure("roulette", wheel(*[points(3)] * 6))
    player = await world.player("kim", ROULETTE_COIN=3)
    await gain(world, player, 150)
    await upgrade(desk, season, player)
    world.clock.advance(days=1)
    await gain(world, player, 70)
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    return player, season


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(world: World, check: str) -> None:
    player, season = await honest(world, lived_in)
    for statement in PLANTED[check]:
        params = {name: value for name, value in (("u", player.id), ("s", season)) if f":{name}" in statement}
        await world.sql(statement, **params)
    assert list(await world.differences()) == [check]
