"""A player walks over the bridge: from 25 December to the new year, key by key."""

import pytest

from tests.bridge.campaigns import (
    CODE,
    add_new_season,
    balance,
    bridge,
    collect_all,
    counters,
    host_goal,
    kst,
    open_reference,
    play,
    settlement,
    tick_all,
)
from tests.world import World


async def test_seven_keys_are_paid_ten_minutes_into_the_new_year(world: World) -> None:
    await open_reference(world)
    season_id = await add_new_season(world.house)
    player = await world.player("kim", ROULETTE_COIN=50)
    points = 0
    for day, date in enumerate(range(25, 32), start=1):
        world.clock.set(kst(12, date))
        before = await bridge(world, player)
        assert before["slots"][day - 1]["state"] == "OPEN"
        assert before["countdown_to_new_season"] == f"{(7 - day) * 24 + 12:03d}:00:00"
        if day in (2, 6):
            assert await host_goal(world, player.id) == f"KEY_DAY_{day}_HOST_GOAL"
        elif day != 7:
            await play(world, player)
        else:
            world.clock.set(kst(12, 31, 22, 59, 59))
            assert (await bridge(world, player))["total_key_count"] == 6
            world.clock.set(kst(12, 31, 23))
        points += 5_000
        now = await bridge(world, player)
        assert now["active_keys"] == list(range(1, day + 1))
        assert (now["total_key_count"], now["pending_reward_points"]) == (day, points)
        assert now["is_all_keys_collected"] is (day == 7)
        assert now["slots"][day - 1]["state"] == "COLLECTED"
        assert await counters(world, player.id) == (day, points)
    won = await balance(world, player.id)
    world.clock.set(kst(1, 1, 0, 8, 59))
    await tick_all(world)
    assert await counters(world, player.id) == (7, 35_000)
    world.clock.set(kst(1, 1, 0, 9))
    await tick_all(world)
    assert await world.rows("SELECT state FROM bridge_campaigns") == [("CLOSING",)]
    assert (await bridge(world, player))["countdown_to_new_season"] == "000:00:00"
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    assert await counters(world, player.id) == (0, 0)
    assert await balance(world, player.id) == won + 35_000
    assert await settlement(world, player.id) == {
        "outcome": "PAID", "key_count": 7, "pending_points": 35_000, "points_paid": 35_000,
        "level_state": "PAID", "level_after": 1, "xp_added": 20,
    }  # fmt: skip
    progress = "SELECT current_level, current_xp FROM season_progress WHERE season_id = :season"
    assert await world.rows(progress, season=season_id) == [(1, 20)]
    rewards = "SELECT operation_id, state FROM reward_log WHERE operation_id LIKE :those ORDER BY id"
    assert await world.rows(rewards, those=f"BRIDGE:{CODE}:{player.id}:%") == [
        (f"BRIDGE:{CODE}:{player.id}:KEY_DAY_1_ROULETTE", "GRANTED"),
        (f"BRIDGE:{CODE}:{player.id}:KEY_DAY_3_LOTTERY", "GRANTED"),
        (f"BRIDGE:{CODE}:{player.id}:KEY_DAY_4_DICE", "GRANTED"),
        (f"BRIDGE:{CODE}:{player.id}:KEY_DAY_7_LAST_LOGIN", "GRANTED"),
        (f"BRIDGE:{CODE}:{player.id}:POINT", "GRANTED"),
        (f"BRIDGE:{CODE}:{player.id}:LEVEL", "GRANTED"),
    ]
    assert await world.rows(rewards, those=f"SEASON:{season_id}:{player.id}:%") == [
        (f"SEASON:{season_id}:{player.id}:FREE:1", "GRANTED")
    ]
    status = await world.ok("GET", "/api/season-pass/status", headers=player.headers)
    assert (status["progress"]["current_level"], status["event_bridge"]) == (1, None)
    events = "SELECT COUNT(*) FROM user_event_log WHERE event_type = 'BRIDGE_KEY'"
    assert await world.rows(events) == [(7,)]
    assert not await world.differences()


async def test_six_keys_a_blocked_player_and_one_without_keys_get_nothing(world: World) -> None:
    await open_reference(world)
    await add_new_season(world.house)
    six, blocked, none = [await world.player(name, ROULETTE_COIN=50) for name in ("six", "blocked", "none")]
    await collect_all(world, six, but=frozenset({3}))
    world.clock.set(kst(12, 25))
    await collect_all(world, blocked)
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :id", id=blocked.id)
    points = [await balance(world, person.id) for person in (six, blocked, none)]
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    assert [await balance(world, person.id) for person in (six, blocked, none)] == points
    kept = {"level_state": "NONE", "level_after": None, "xp_added": 0, "points_paid": 0}
    assert await settlement(world, six.id) == kept | {
        "outcome": "NOT_ENOUGH_KEYS", "key_count": 6, "pending_points": 30_000,
    }  # fmt: skip
    assert await settlement(world, blocked.id) == kept | {
        "outcome": "BLOCKED", "key_count": 7, "pending_points": 35_000,
    }  # fmt: skip
    assert await counters(world, six.id) == await counters(world, blocked.id) == (0, 0)
    assert await world.rows("SELECT COUNT(*) FROM bridge_settlements") == [(2,)]
    assert not await world.differences()


async def test_per_key_pays_what_there_is_and_no_level(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world, policy="per_key")
    await add_new_season(world.house)
    player = await world.player("kim", ROULETTE_COIN=50)
    await collect_all(world, player, but=frozenset({1, 5}))
    before = await balance(world, player.id)
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    assert await balance(world, player.id) == before + 25_000
    assert (await settlement(world, player.id))["level_state"] == "NONE"
    assert not await world.differences()


async def test_without_a_new_season_points_are_paid_and_levels_wait_until_it_is_there(world: World) -> None:
    await open_reference(world)
    player, gone = await world.player("kim", ROULETTE_COIN=50), await world.player("gone", ROULETTE_COIN=50)
    await collect_all(world, player)
    world.clock.set(kst(12, 25))
    await collect_all(world, gone)
    before = await balance(world, player.id)
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    assert await balance(world, player.id) == before + 35_000
    assert (await settlement(world, player.id))["level_state"] == "PENDING"
    await tick_all(world)
    assert (await settlement(world, player.id))["level_state"] == "PENDING"
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :id", id=gone.id)
    await add_new_season(world.house)
    world.clock.set(kst(1, 2, 9))
    for _ in range(2):
        await tick_all(world)
        found = await settlement(world, player.id)
        assert (found["level_state"], found["level_after"], found["xp_added"]) == ("PAID", 1, 20)
        assert (await settlement(world, gone.id))["level_state"] == "BLOCKED"
    levels = "SELECT COUNT(*) FROM reward_log WHERE operation_id LIKE :those"
    assert await world.rows(levels, those="BRIDGE:%:LEVEL") == [(1,)]
    assert not await world.differences()


async def test_who_is_at_the_last_level_stays_there(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    season_id = await add_new_season(world.house)
    player = await world.player("kim", ROULETTE_COIN=50)
    await collect_all(world, player)
    await world.sql(
        "INSERT INTO season_progress (user_id, season_id, current_level, current_xp, total_stamps, internal_wins)"
        " VALUES (:user, :season, 10, 1600, 0, 0)", user=player.id, season=season_id,
    )  # fmt: skip
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    found = await settlement(world, player.id)
    assert (found["level_state"], found["level_after"], found["xp_added"]) == ("MAX_LEVEL", 10, 0)


async def test_a_settlement_that_ran_says_nothing_new(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim", ROULETTE_COIN=50)
    await collect_all(world, player)
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    before = await world.rows("SELECT COUNT(*), SUM(balance) FROM wallets")
    for minute in range(11, 14):
        world.clock.set(kst(1, 1, 0, minute))
        await tick_all(world)
    assert await world.rows("SELECT COUNT(*), SUM(balance) FROM wallets") == before


@pytest.mark.parametrize("hour", [0, 12, 23])
async def test_between_the_seasons_the_pass_says_so_and_shows_the_bridge(sqlite_world: World, hour: int) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    world.clock.set(kst(12, 26, hour))
    response = await world.client.get("/api/season-pass/status", headers=player.headers)
    problem = response.json()["error"]
    assert (response.status_code, problem["code"]) == (404, "NO_ACTIVE_SEASON")
    assert problem["details"]["event_bridge"] == await bridge(world, player)


async def test_before_and_after_the_campaign_there_is_no_bridge(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    assert (await world.ok("GET", "/api/season-pass/status", headers=player.headers))["event_bridge"] is None
    assert await world.code("GET", "/api/bridge/status", headers=player.headers) == (404, "NO_BRIDGE")


async def test_a_target_season_of_another_host_gives_its_levels_to_nobody_else(sqlite_world: World) -> None:
    world = sqlite_world
    season_id = await add_new_season(world.house)
    await open_reference(world, target_season_id=season_id)
    player = await world.player("kim", ROULETTE_COIN=50)
    await collect_all(world, player)
    await world.sql(
        "INSERT INTO hosts (code, name, is_active, jwt_max_life_seconds, created_at)"
        " VALUES ('other', 'Other', 1, 60, '2025-01-01 00:00:00.000000')"
    )
    await world.sql("UPDATE programs SET host_id = (SELECT id FROM hosts WHERE code = 'other') WHERE code = 'main'")
    await world.sql("UPDATE seasons SET version = version + 1")
    before = await balance(world, player.id)
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    assert await balance(world, player.id) == before + 35_000
    assert (await settlement(world, player.id))["level_state"] == "NONE"
