"""What a rule can give: stamps, premium tracks, bridge keys, rewards of every kind; and on which day it counts."""

from datetime import date
from typing import Any

import pytest

from app.domain.reference import reference_season
from tests.admin.desk import desk_of
from tests.bridge.campaigns import CODE, GOAL, campaign, counters, kst, open_campaign
from tests.events.host import activate, balance, event, one, points, rule, send, xp, xp_of
from tests.goals.missions import begin as begin_missions
from tests.goals.missions import mission
from tests.planting import noted
from tests.season.rich import begin
from tests.season.test_premium import PLAIN, gain, paid
from tests.statements import counted
from tests.world import World

GOLD: dict[str, Any] = {"kind": "PREMIUM", "track": "GOLD"}


async def test_a_stamp_is_of_the_events_day_and_beside_the_daily_one(world: World) -> None:
    await rule(world, "ATTEND", {"kind": "STAMP", "bonus_xp": 5}, once_per=["day"])
    yesterday = "2025-12-09T23:59:59+09:00"
    answer = await send(world, event(1, "t"), event(2, "t"), event(3, "t", time=yesterday))
    effects = [result["effects"] for result in answer["results"]]
    assert [[e["xp_added"] for e in several] for several in effects] == [[25], [], [25]]
    assert answer["results"][1]["skipped"] == [{"rule": "ATTEND", "reason": "ONCE"}]
    player = await world.player("kim")
    await world.ok("POST", "/api/season-pass/stamp", json={}, headers=player.headers)
    stamped = await world.rows("SELECT source, stamp_date FROM season_stamp_log ORDER BY id")
    assert [(source, str(day)) for source, day in stamped] == [
        ("HOST_EVENT", "2025-12-10"), ("HOST_EVENT", "2025-12-09"), ("DAILY", "2025-12-10"),
    ]  # fmt: skip
    assert await xp_of(world, "kim") == 25 + 25 + 20
    assert not await world.differences()


async def test_a_subscription_gives_premium_with_back_pay_and_its_end_takes_it(world: World) -> None:
    await begin(world, **PLAIN)
    player = await world.player("kim")
    await gain(world, player, 61)
    await rule(world, "SUBSCRIBED", GOLD, types=("subscription.started",))
    await rule(world, "ENDED", GOLD | {"is_owned": False}, types=("subscription.ended",))
    started = await one(world, event(1, "subscription.started"))
    assert started["effects"][0] | {"season_id": 0} == {
        "rule": "SUBSCRIBED", "version": 1, "kind": "PREMIUM", "track": "GOLD", "is_owned": True, "is_changed": True,
        "season_id": 0,
    }  # fmt: skip
    assert await paid(world, player, "GOLD") == ["1", "2", "3", "3#2"]
    again = await one(world, event(2, "subscription.started"))
    assert again["effects"][0]["is_changed"] is False
    ended = await one(world, event(3, "subscription.ended"))
    assert ended["effects"][0]["is_changed"] is True
    assert await world.rows("SELECT COUNT(*) FROM season_passes WHERE revoked_at IS NULL") == [(0,)]
    assert not await world.differences()


async def test_an_effect_that_cannot_be_given_is_left_out_and_the_others_are_given(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", GOLD, points(3), once_per=[])
    await rule(sqlite_world, "ONLY_GOLD", GOLD, once_per=[])
    first = await one(sqlite_world, event(1, "t"))
    assert [(e["rule"], e.get("skipped")) for e in first["effects"]] == [
        ("R", "TRACK_NOT_FOUND"), ("R", None), ("ONLY_GOLD", "TRACK_NOT_FOUND"),
    ]  # fmt: skip
    second = await one(sqlite_world, event(2, "t"))
    assert second["skipped"] == [{"rule": "R", "reason": "ONCE"}], "what gave nothing may still give later"
    assert [(e["rule"], e.get("skipped")) for e in second["effects"]] == [("ONLY_GOLD", "TRACK_NOT_FOUND")]
    assert await balance(sqlite_world, "kim") == 3


async def test_rewards_that_wait_say_so(sqlite_world: World) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    await desk.ok("PUT", "/badges/FINISHER", {"name_ko": "완주", "name_en": "Finisher"})
    badge = {"kind": "REWARD", "reward_type": "BADGE", "reward_amount": 1, "code": "FINISHER"}
    await rule(sqlite_world, "R", points(20_000), badge | {"needs_approval": True})
    result = await one(sqlite_world, event(1, "t"))
    assert [effect["state"] for effect in result["effects"]] == ["APPROVAL", "APPROVAL"]
    assert await balance(sqlite_world, "kim") == 0


async def test_units_multiply_what_is_given(sqlite_world: World) -> None:
    counting = {"field": "data.minutes", "step": 5, "is_cumulative": True, "per": ["week"]}
    await rule(sqlite_world, "FOCUS", xp(2), points(3), count=counting)
    minutes = [12, 11, 30]
    await send(sqlite_world, *(event(n, "t", minutes=m) for n, m in enumerate(minutes)))
    assert (await xp_of(sqlite_world, "kim"), await balance(sqlite_world, "kim")) == (2 * 6, 3 * 6)
    assert await sqlite_world.rows("SELECT units FROM rule_hits ORDER BY units") == [(2,), (4,)]


@pytest.mark.parametrize(("hour", "xp_in_old", "xp_in_new"), [(23, 10, 0), (24, 0, 10)])
async def test_a_late_event_counts_in_the_season_of_its_own_day(
    sqlite_world: World, hour: int, xp_in_old: int, xp_in_new: int
) -> None:
    world = sqlite_world
    admin = await world.token("boss", "admin")
    new = reference_season("NEXT", date(2025, 12, 26), date(2025, 12, 31))
    body = new | {"start_date": "2025-12-26", "end_date": "2025-12-31", "is_active": True, "reason": "test"}
    created = await world.ok("POST", "/api/admin/seasons", json=body, headers=admin)
    await rule(world, "R", xp(10))
    world.clock.set(kst(12, 26, 9))
    await send(world, event(1, "t", time=kst(12, 25 + hour // 24, hour % 24).isoformat()))
    expected = [(world.season_id, xp_in_old)] * (xp_in_old > 0) + [(created["id"], xp_in_new)] * (xp_in_new > 0)
    assert await world.rows("SELECT season_id, current_xp FROM season_progress") == expected


async def test_without_a_season_that_day_xp_is_left_out(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", xp(10))
    sqlite_world.clock.set(kst(12, 27))
    assert (await one(sqlite_world, event(1, "t")))["effects"][0]["skipped"] == "NO_ACTIVE_SEASON"


async def test_xp_of_events_ends_at_the_seasons_daily_cap(sqlite_world: World) -> None:
    world = sqlite_world
    await begin(world, **PLAIN | {"daily_xp_cap": 50})
    await rule(world, "R", xp(20))
    late = "2025-12-09T12:00:00+09:00"
    answer = await send(world, *(event(n, "t", time=late if n == 1 else None) for n in range(5)))
    given = [(e[0].get("amount"), e[0].get("skipped")) for e in (result["effects"] for result in answer["results"])]
    assert given == [(20, None), (20, None), (10, None), (0, "DAILY_XP_CAP"), (0, "DAILY_XP_CAP")]
    assert not await world.differences()


async def test_a_host_event_collects_the_key_of_its_day(world: World) -> None:
    await open_campaign(world.house, campaign())
    player = await world.player("kim")
    world.clock.set(kst(12, 27, 9))
    yesterday = kst(12, 26, 20).isoformat()
    answer = await send(world, event(1, GOAL), event(2, GOAL, time=yesterday), event(3, GOAL, time=yesterday))
    assert [result["effects"] for result in answer["results"]] == [
        [], [{"kind": "BRIDGE_KEY", "key_event": "KEY_DAY_2_HOST_GOAL"}], [],
    ]  # fmt: skip
    assert await counters(world, player.id) == (1, 5_000)
    cause = answer["results"][1]["event_id"]
    assert await world.rows("SELECT cause FROM bridge_keys") == [(f"EVENT:{cause}",)]
    assert not await world.differences()


async def test_a_rule_maps_another_event_to_a_key_and_a_blocked_player_collects_unpaid(sqlite_world: World) -> None:
    world = sqlite_world
    await open_campaign(world.house, campaign())
    key = {"kind": "BRIDGE_KEY", "host_event_type": GOAL}
    await rule(world, "WEEKLY", key, types=("week.closed",), when=[{"field": "data.done", "op": "gte", "value": 5}])
    blocked = await world.player("lee")
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :u", u=blocked.id)
    world.clock.set(kst(12, 26, 9))
    answer = await send(world, event(1, "week.closed", done=5), event(2, "week.closed", done=5), event(3, GOAL, "lee"))
    assert [e["effects"][0].get("key_event") for e in answer["results"]] == [
        "KEY_DAY_2_HOST_GOAL", None, "KEY_DAY_2_HOST_GOAL",
    ]  # fmt: skip
    assert await counters(world, blocked.id) == (1, 5_000)
    assert CODE and not await world.differences()


async def test_a_rule_of_another_host_and_a_resting_rule_give_nothing(sqlite_world: World) -> None:
    admin, world = await sqlite_world.token("boss", "admin"), sqlite_world
    now = world.clock.now()
    await noted(world.house, "host:other", lambda keepers: keepers.identity.add_host("other", "Other", now=now))
    config = {"event_types": ["t"], "effects": [points(1)]}
    body = {"code": "THEIRS", "title": "theirs", "host": "other", "config": config, "reason": "test"}
    await world.ok("POST", "/api/admin/rules", json=body, headers=admin)
    await activate(world, "THEIRS", 1)
    await rule(world, "OURS", points(10))
    await activate(world, "OURS", None)
    assert (await one(world, event(1, "t")))["effects"] == []


async def test_a_call_takes_few_statements_however_many_events(world: World) -> None:
    await rule(world, "A", xp(20), once_per=["data.n"])
    await rule(world, "B", points(1), cap_per_day=1_000)
    counts = []
    for size in (1, 300):
        calls = [event(f"{size}-{n}", "t", f"user-{n % 40}", n=n) for n in range(size)]
        with counted(world.house) as count:
            answer = await send(world, *calls)
        assert answer["accepted"] == size
        assert count.commits <= 2, "one, and one of whoever reads the list of hosts every other second"
        counts.append(len(count.statements))
    assert max(counts) <= 26, "the first call also reads hosts and rules, meets a player and opens a level"


async def test_a_rule_counts_a_metric_for_missions_on_the_events_day(sqlite_world: World) -> None:
    world = sqlite_world
    watching = mission(
        "WATCH_60", metric="minutes.watched", target=60, rewards=[{"reward_type": "POINT", "reward_amount": 9}]
    )
    await begin_missions(world, watching)
    minutes = {"kind": "COUNT", "metric": "minutes.watched"}
    await rule(world, "MINUTES", minutes, count={"field": "data.minutes"})
    yesterday = "2025-12-09T20:00:00+09:00"
    answer = await send(world, event(1, "t", minutes=59), event(2, "t", minutes=60, time=yesterday))
    assert [result["effects"][0]["amount"] for result in answer["results"]] == [59, 60]
    assert await balance(world, "kim") == 9
    await send(world, event(3, "t", minutes=1))
    assert await balance(world, "kim") == 18
    assert not await world.differences()


async def test_a_stamp_keeps_the_whole_type_of_its_event(world: World) -> None:
    kind = "lecture." + "a" * 92
    await rule(world, "STAMPS", {"kind": "STAMP"}, types=(kind,))
    assert (await one(world, event(1, kind)))["status"] == "accepted"
    assert await world.rows("SELECT event_type FROM season_stamp_log") == [(kind,)]
