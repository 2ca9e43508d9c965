"""Operators set, open, watch and settle campaigns; what is wrong is refused and leaves nothing behind."""

from typing import Any

import pytest

from app.core.metrics import REGISTRY
from app.domain.jobs import RunStatus
from tests.admin.desk import Desk, desk_of, newest_audit
from tests.bridge.campaigns import CODE, add_new_season, balance, campaign, kst, one_play, open_campaign, play, tick_all
from tests.world import World

PATH = "/bridge/campaigns"


def body(**changed: Any) -> dict[str, Any]:
    document = campaign(code="SPRING").model_dump(mode="json", exclude_none=True)
    for slot in document["slots"]:
        slot["mission"].pop("example", None)
    return document | changed


async def new_desk(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def test_a_campaign_is_drafted_changed_opened_and_then_fixed(world: World) -> None:
    desk = await new_desk(world)
    made = await desk.ok("POST", PATH, body())
    assert (made["state"], made["version"], len(made["slots"])) == ("DRAFT", 1, 7)
    assert await desk.refused("POST", PATH, body()) == (409, "NAME_TAKEN")
    changed = await desk.ok("PUT", f"{PATH}/SPRING", body(points_per_key=7), version=1)
    assert (changed["points_per_key"], changed["version"]) == (7, 2)
    assert await desk.refused("PUT", f"{PATH}/SPRING", body(), version=1) == (409, "VERSION_CONFLICT")
    assert await desk.refused("POST", f"{PATH}/SPRING/open") == (428, "PRECONDITION_REQUIRED")
    opened = await desk.ok("POST", f"{PATH}/SPRING/open", version=2)
    assert (opened["state"], opened["version"]) == ("OPEN", 3)
    assert (await newest_audit(world))["action"] == "BRIDGE_OPENED"
    assert await desk.refused("PUT", f"{PATH}/SPRING", body(), version=3) == (409, "BRIDGE_STATE")
    assert await desk.refused("POST", f"{PATH}/SPRING/open", version=3) == (409, "BRIDGE_STATE")
    assert await desk.refused("POST", f"{PATH}/{CODE}/open", version="*") == (409, "BRIDGE_CONFLICT")
    coming = await add_new_season(world.house)
    target = {"target_season_id": coming}
    assert (await desk.ok("PUT", f"{PATH}/SPRING/target-season", target, version=3))["version"] == 4
    assert (await desk.get(f"{PATH}/SPRING"))["target_season_id"] == coming
    assert {row["code"] for row in (await desk.get(PATH))["items"]} == {"SPRING", CODE}
    assert await desk.refused("PUT", f"{PATH}/NOBODY/target-season", target, version="*") == (404, "BRIDGE_NOT_FOUND")


@pytest.mark.parametrize(
    "changed",
    [
        {"required_keys": 8},
        {"required_keys": 0},
        {"slots": []},
        {"settles_at": "2025-12-31T23:59:59+09:00"},
        {"settles_at": "2026-01-01T00:10:00"},
        {"policy": "some"},
        {"points_per_key": -1},
        {"points_per_key": 2**63},
        {"target_season_id": 999},
        {"host": "nobody"},
        {"surprise": 1},
        {"code": "spring"},
        {"start_date": "2025-13-01"},
        {"slots": [{"event_type": "DAY_1", "mission": {"kind": "PRESENCE", "from_hour": 23}}]},
        {"slots": [{"event_type": "KEY_DAY_1_X", "mission": {"kind": "PRESENCE", "from_hour": 24}}]},
        {"slots": [{"event_type": "KEY_DAY_1_X", "mission": {"kind": "PRESENCE", "from_hour": 9}}]},
        {"slots": [{"event_type": "KEY_DAY_1_X", "mission": {"kind": "PLAYS", "plays": 0, "games": ["ROULETTE"]}}]},
        {"slots": [{"event_type": "KEY_DAY_1_X", "mission": {"kind": "PLAYS", "plays": 1, "games": ["CHESS"]}}]},
        {"slots": [{"event_type": "KEY_DAY_1_X", "mission": {"kind": "HOPE"}}]},
        {
            "slots": [
                {
                    "event_type": "KEY_DAY_1_X",
                    "mission": {"kind": "PRESENCE", "from_hour": 23},
                    "rewards": [{"reward_type": "TOKEN", "reward_amount": 1, "token_type": "GOLD"}],
                }
            ]
        },
    ],
)
async def test_a_bad_campaign_is_refused_and_leaves_nothing(sqlite_world: World, changed: dict[str, Any]) -> None:
    desk = await new_desk(sqlite_world)
    short = {"required_keys": 1} if "slots" in changed else {}
    assert await desk.refused("POST", PATH, body(**short | changed)) == (422, "VALIDATION_ERROR")
    assert await sqlite_world.rows("SELECT COUNT(*) FROM bridge_campaigns") == [(1,)]


async def test_a_dry_run_says_who_would_get_what_and_changes_nothing(world: World) -> None:
    await open_campaign(world.house, one_play())
    desk = await new_desk(world)
    players = [await world.player(name, ROULETTE_COIN=5) for name in ("kim", "lee", "blocked")]
    world.clock.set(kst(12, 25))
    for person in players:
        await play(world, person, 1)
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :id", id=players[2].id)
    before = await world.rows("SELECT SUM(event_pending_points) FROM user_profiles")
    preview = await desk.get(f"{PATH}/{CODE}/settle/dry-run")
    assert (preview["will_pay_players"], preview["will_pay_points"], preview["will_skip_players"]) == (2, 10_000, 1)
    assert {line["outcome"]: line["players"] for line in preview["outcomes"]} == {"PAID": 2, "BLOCKED": 1}
    assert preview["has_target_season"] is False, "the old season is over when it is settled"
    progress = await desk.get(f"{PATH}/{CODE}/progress")
    assert [line["players"] for line in progress["keys"]] == [3]
    assert progress["players_by_key_count"] == [{"keys": 1, "players": 3}]
    assert await world.rows("SELECT SUM(event_pending_points) FROM user_profiles") == before


async def test_an_operator_settles_by_hand_once_the_last_day_is_over(world: World) -> None:
    await open_campaign(world.house, one_play(settles_at="2025-12-30T00:10:00+09:00"))
    desk = await new_desk(world)
    await tick_all(world)
    player = await world.player("kim", ROULETTE_COIN=5)
    world.clock.set(kst(12, 25))
    await play(world, player, 1)
    before = await balance(world, player.id)
    assert await desk.refused("POST", f"{PATH}/{CODE}/settle/run") == (409, "BRIDGE_STATE")
    world.clock.set(kst(12, 26, 9))
    asked = await desk.ok("POST", f"{PATH}/{CODE}/settle/run")
    assert asked["run"]["status"] == RunStatus.WAITING
    await tick_all(world)
    status = await desk.get(f"{PATH}/{CODE}/settle/status")
    assert (status["state"], status["run"]["status"], status["run"]["points"]) == ("SETTLED", RunStatus.DONE, 5_000)
    assert await balance(world, player.id) == before + 5_000
    assert await desk.refused("POST", f"{PATH}/{CODE}/settle/run") == (409, "JOB_ALREADY_DONE")
    assert (await desk.get(f"{PATH}/{CODE}/settle/dry-run"))["will_pay_players"] == 0


async def test_a_settlement_whose_totals_differ_fails_with_an_alarm_and_pays_nobody_twice(world: World) -> None:
    await open_campaign(world.house, one_play())
    desk = await new_desk(world)
    player = await world.player("kim", ROULETTE_COIN=5)
    world.clock.set(kst(12, 25))
    await play(world, player, 1)
    before = await balance(world, player.id)
    await world.sql("UPDATE user_profiles SET event_pending_points = 4000 WHERE id = :id", id=player.id)
    alarms = _alarms()
    world.clock.set(kst(12, 26, 9))
    await tick_all(world)
    status = await desk.get(f"{PATH}/{CODE}/settle/status")
    assert (status["state"], status["run"]["status"]) == ("CLOSING", RunStatus.FAILED)
    assert status["run"]["last_error"] == "points collected = points settled: 5000 ≠ 4000"
    assert _alarms() == alarms + 1
    await world.sql("UPDATE bridge_keys SET points = 4000")
    await desk.ok("POST", f"{PATH}/{CODE}/settle/run")
    await tick_all(world)
    assert (await desk.get(f"{PATH}/{CODE}/settle/status"))["run"]["status"] == RunStatus.DONE
    assert await balance(world, player.id) == before + 4_000


def _alarms() -> float:
    return REGISTRY.get_sample_value("dojang_alarms_total", {"alarm": "job_failed"}) or 0.0
