"""What a season may have beyond levels: the XP cap of a day, overflow bonuses, streaks, stamps for plays."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.season_options import Counters, StreakRules, advance_streak, streak_now
from tests.admin.desk import desk_of
from tests.fixtures import NOON
from tests.season.rich import LEVELS, OVERFLOW, STREAK, WHEEL, begin, points, wheel, xp
from tests.season.test_premium import STAMP, STATUS, gain
from tests.statements import counted
from tests.world import World, key

BARE: dict[str, Any] = {"daily_xp_cap": None, "overflow": None, "streak": None}


async def test_a_daily_cap_bounds_what_is_earned_and_not_what_is_given(world: World) -> None:
    await begin(world, **BARE | {"daily_xp_cap": 30}, stamp_on_play=True, internal_win_threshold=0)
    await world.configure("roulette", wheel(*[xp(12)] * 6))
    player = await world.player("kim", ROULETTE_COIN=5)
    assert (await world.ok("POST", STAMP, headers=player.headers))["xp_added"] == 20
    played = await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    assert played["season_pass"]["xp_added"] == 10  # of 20: the cap; the 12 of the prize came on top
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert status["progress"]["current_xp"] == 20 + 12 + 10
    assert status["daily_xp"] == {"cap": 30, "earned": 30, "remaining": 0}
    played = await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    assert (played["season_pass"]["added_stamp"], played["season_pass"]["xp_added"]) == (1, 0)
    world.clock.set(NOON + timedelta(hours=12))  # midnight in Seoul
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert (status["daily_xp"]["remaining"], status["progress"]["total_stamps"]) == (30, 3)
    assert (await world.ok("POST", STAMP, headers=player.headers))["xp_added"] == 20
    ledger = await world.rows("SELECT is_earned, SUM(delta) FROM season_xp_ledger GROUP BY is_earned ORDER BY 1")
    assert [(bool(earned), int(total)) for earned, total in ledger] == [(False, 24), (True, 50)]
    assert not await world.differences()


async def test_past_the_last_level_every_so_many_xp_pay_a_bonus_up_to_its_number(world: World) -> None:
    await begin(world, **BARE | {"overflow": OVERFLOW})
    player = await world.player("kim")
    await gain(world, player, 160 + 24)
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert (status["overflow"]["bonuses"], status["overflow"]["next_bonus_xp"]) == (0, 185)
    world.clock.advance(days=1)
    await gain(world, player, 51)  # 75 past the last level
    world.clock.advance(days=1)
    await gain(world, player, 600)
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert (status["overflow"]["bonuses"], status["overflow"]["next_bonus_xp"]) == (5, None)
    operations = await world.rows(
        "SELECT operation_id FROM reward_log WHERE operation_id LIKE '%OVERFLOW%' ORDER BY id"
    )
    assert [op.rpartition(":")[2] for (op,) in operations] == [f"{n}{part}" for n in range(1, 6) for part in ("", "#2")]
    assert not await world.differences()


async def test_plays_stamp_up_to_their_number_a_day(world: World) -> None:
    await begin(world, **BARE, internal_win_threshold=0)
    await world.configure("roulette", WHEEL)
    player = await world.player("kim", ROULETTE_COIN=9)

    async def play() -> bool:
        answer = await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
        return answer["season_pass"] is not None

    assert [await play() for _ in range(3)] == [True, True, False]
    world.clock.advance(hours=12)
    assert [await play() for _ in range(3)] == [True, True, False]
    assert not await world.differences()


async def test_streaks_use_freezes_forgive_paused_days_and_pay_milestones_once(world: World) -> None:
    await begin(world, **BARE | {"streak": STREAK})
    player = await world.player("kim")

    async def stamp(day: int) -> tuple[int, int, int, list[int]]:
        world.clock.set(NOON.replace(day=day))
        step = (await world.ok("POST", STAMP, headers=player.headers))["streak"]
        return step["days"], step["freezes"], step["freezes_used"], [m["days"] for m in step["milestones"]]

    assert await stamp(9) == (1, 1, 0, [])
    assert await stamp(10) == (2, 1, 0, [2])
    assert await stamp(11) == (3, 2, 0, [])  # every third day banks a freeze
    assert await stamp(13) == (4, 1, 1, [4])  # the 12th was missed
    assert await stamp(15) == (5, 1, 0, [])  # the 14th was paused
    assert await stamp(18) == (1, 1, 0, [])  # two days missed, one freeze: it broke and keeps the freeze
    assert await stamp(19) == (2, 1, 0, [])  # the milestone of 2 is paid once
    status = (await world.ok("GET", STATUS, headers=player.headers))["streak"]
    assert (status["days"], status["best"], status["freezes"]) == (2, 5, 1)
    assert [m["is_reached"] for m in status["milestones"]] == [True, True, False]
    operations = await world.rows("SELECT operation_id FROM reward_log WHERE operation_id LIKE '%STREAK%' ORDER BY id")
    assert [op.rpartition(":")[2] for (op,) in operations] == ["2", "4"]
    world.clock.set(NOON.replace(day=22))
    assert (await world.ok("GET", STATUS, headers=player.headers))["streak"]["days"] == 0
    assert not await world.differences()


async def test_support_restores_a_streak_and_the_next_stamp_continues_it(world: World) -> None:
    _, season = await begin(world, **BARE | {"streak": STREAK | {"freezes_at_start": 0, "freeze_every_days": 0}})
    support = await desk_of(world, "help@example.com", "support")
    player = await world.player("kim")
    await world.stamp_with_gaps(player, 3)
    world.clock.advance(days=2)
    path, body = f"/seasons/{season}/streak/restore", {"external_id": "kim", "days": 3}
    restored = await support.ok("POST", path, body, keyed=True)
    assert (restored["streak_days"], restored["covers_until"]) == (3, "2025-12-15")
    assert [milestone["days"] for milestone in restored["milestones"]] == [2]
    assert (await world.ok("GET", STATUS, headers=player.headers))["streak"]["days"] == 3
    assert (await world.ok("POST", STAMP, headers=player.headers))["streak"]["days"] == 4
    restored = await support.ok("POST", path, body | {"days": 4}, keyed=True)  # stamped already: as of today
    assert (restored["covers_until"], restored["milestones"]) == ("2025-12-16", [])
    assert await support.refused("POST", path, body | {"days": 0}, keyed=True) == (422, "VALIDATION_ERROR")
    assert not await world.differences()


async def test_no_streak_is_restored_that_was_never_there(world: World) -> None:
    _, season = await begin(world, **BARE | {"streak": STREAK | {"freezes_at_start": 0}})
    support = await desk_of(world, "help@example.com", "support")
    path, never = f"/seasons/{season}/streak/restore", await world.player("never")
    assert await support.refused("POST", path, {"user_id": never.id, "days": 1}, keyed=True) == (
        422,
        "VALIDATION_ERROR",
    )
    once = await world.player("once")
    await world.stamp_with_gaps(once, 2)
    assert await support.refused("POST", path, {"user_id": once.id, "days": 3}, keyed=True) == (422, "VALIDATION_ERROR")
    assert await world.rows("SELECT operation_id FROM reward_log WHERE operation_id LIKE '%STREAK%'") == []
    await support.ok("POST", path, {"user_id": once.id, "days": 2}, keyed=True)
    assert not await world.differences()


async def test_a_streak_can_only_be_restored_where_streaks_are_counted_now(world: World) -> None:
    desk, season = await begin(world, **BARE)
    await world.player("kim")
    path, body = f"/seasons/{season}/streak/restore", {"external_id": "kim", "days": 4}
    assert await desk.refused("POST", path, body, keyed=True) == (404, "NO_STREAKS")
    world.clock.advance(days=30)
    assert await desk.refused("POST", path, body, keyed=True) == (404, "NO_ACTIVE_SEASON")
    gone = await desk.refused("POST", "/seasons/999/streak/restore", body, keyed=True)
    assert gone == (404, "SEASON_NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"overflow": OVERFLOW | {"rewards": [xp(1)]}}, "overflow.rewards"),
        ({"overflow": OVERFLOW | {"rewards": []}}, "overflow.rewards"),
        ({"overflow": OVERFLOW | {"every_xp": 0}}, "overflow.every_xp"),
        ({"overflow": OVERFLOW | {"max_times": 100_000}}, "overflow.max_times"),
        ({"overflow": OVERFLOW | {"rewards": [{"reward_type": "NONE"}]}}, "overflow.rewards"),
        ({"streak": STREAK | {"freezes_at_start": 3}}, "streak"),
        ({"streak": STREAK | {"paused_days": ["2025-12-14", "2025-12-14"]}}, "streak"),
        ({"streak": STREAK | {"paused_days": ["14"]}}, "streak.paused_days.0"),
        ({"streak": STREAK | {"milestones": [{"days": 2, "rewards": []}]}}, "streak.milestones.0.rewards"),
        ({"streak": STREAK | {"milestones": STREAK["milestones"][::-1]}}, "streak"),
        ({"daily_xp_cap": -1}, "daily_xp_cap"),
        ({"play_stamps_per_day": 0}, "play_stamps_per_day"),
        ({"levels": [LEVELS[0] | {"rewards": {"A": [points(-1)]}}, *LEVELS[1:]]}, "levels.0.rewards.A.0.reward_amount"),
        ({"program": "nowhere"}, "program"),
    ],
)
async def test_an_option_that_can_not_be_is_refused_with_its_field(
    sqlite_world: World, change: dict[str, Any], field: str
) -> None:
    desk, season = await begin(sqlite_world)
    read = await desk.get(f"/seasons/{season}")
    body = {name: read[name] for name in read if name not in ("id", "version", "created_at", "updated_at")}
    response = await desk.send("PUT", f"/seasons/{season}", body | {"max_level": None} | change, version="*")
    assert response.status_code == 422, response.text
    assert field in [line["field"] for line in response.json()["error"]["details"]]
    assert (await desk.get(f"/seasons/{season}"))["version"] == read["version"]


async def test_what_gives_bonuses_their_numbers_stays_once_one_was_paid(world: World) -> None:
    desk, season = await begin(world, **BARE | {"overflow": OVERFLOW, "streak": STREAK})
    player = await world.player("kim")
    await gain(world, player, 160 + 25)
    world.clock.advance(days=1)
    await gain(world, player, 20)
    read = await desk.get(f"/seasons/{season}")
    body = {name: read[name] for name in read if name not in ("id", "version", "created_at", "updated_at")}
    more = [*read["levels"], read["levels"][-1] | {"level": 7, "required_xp": 5_000}]
    changes = {
        "max_level": 7, "levels": more, "overflow": OVERFLOW | {"every_xp": 10},
        "streak": STREAK | {"milestones": STREAK["milestones"][1:]},
    }  # fmt: skip
    response = await desk.send("PUT", f"/seasons/{season}", body | changes, version="*")
    fields = [line["field"] for line in response.json()["error"]["details"]]
    assert fields == ["overflow.every_xp", "levels", "streak.milestones"]
    paused = body | {"streak": read["streak"] | {"paused_days": ["2025-12-14", "2025-12-15"]}}
    await desk.ok("PUT", f"/seasons/{season}", paused, version="*")


async def test_a_clone_takes_the_options_but_not_the_paused_days(world: World) -> None:
    desk, season = await begin(world)
    read = await desk.get(f"/seasons/{season}")
    days = {"season_name": "AGAIN", "start_date": "2026-03-01", "end_date": "2026-03-20"}
    clone = await desk.ok("POST", f"/seasons/{season}/clone", days)
    same = ("daily_xp_cap", "play_stamps_per_day", "overflow", "levels")
    assert {name: clone[name] for name in same} == {name: read[name] for name in same}
    assert clone["streak"] == read["streak"] | {"paused_days": []}


async def test_options_cost_a_play_one_statement_and_their_absence_none(world: World) -> None:
    await world.configure("roulette", wheel(*[points(3)] * 6))
    player = await world.player("kim", ROULETTE_COIN=9)

    async def statements(path: str) -> int:
        await world.client.request("GET" if path == STATUS else "POST", path, headers=player.headers | key())  # warm
        with counted(world.house) as count:
            answer = await world.client.request(
                "GET" if path == STATUS else "POST", path, headers=player.headers | key()
            )
        assert answer.is_success, answer.text
        return len(count.statements)

    bare = await statements("/api/roulette/play")
    await begin(world, stamp_on_play=False)
    assert await statements("/api/roulette/play") <= bare + 1
    await world.ok("POST", STAMP, headers=player.headers)
    world.clock.advance(days=1)
    with counted(world.house) as count:
        await world.ok("POST", STAMP, headers=player.headers)
    assert len(count.statements) <= 13, count.statements
    with counted(world.house) as count:
        await world.ok("GET", STATUS, headers=player.headers)
    assert len(count.statements) <= 4


@given(st.sets(st.integers(0, 40), min_size=1), st.integers(0, 3), st.integers(0, 3), st.sets(st.integers(0, 40)))
def test_a_streak_is_alive_exactly_as_long_as_the_freezes_last(
    stamped: set[int], start: int, every: int, paused: set[int]
) -> None:
    """Against a day-by-day count: each missed, unpaused day takes a freeze or ends the streak."""
    first = date(2026, 1, 1)
    rules = StreakRules(start, every, 3, frozenset(first + timedelta(days=n) for n in paused))
    counters = Counters(1, 1, NOON)
    days, freezes, owed, begun = 0, start, 0, False
    for n in range(42):
        today = first + timedelta(days=n)
        expected = days if begun and owed <= freezes else 0
        assert streak_now(rules, counters, today) == expected
        if n in stamped:
            if begun and owed <= freezes:
                days, freezes = days + 1, freezes - owed
            else:
                days = 1
            begun, owed = True, 0
            if every and days % every == 0:
                freezes = min(3, freezes + 1)
            advance_streak(rules, counters, today)
            assert (counters.streak_days, counters.streak_freezes) == (days, freezes)
        elif begun and n not in paused:
            owed += 1
