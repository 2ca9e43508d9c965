"""Missions as operators set them: checked whole, versioned, audited, and never unfair to who has begun."""

from typing import Any

import pytest

from app.batches.scheduler import JOBS_BY_NAME, register, tick
from tests.admin.desk import newest_audit
from tests.goals.missions import COIN, begin, coins, mission, spin, stands
from tests.pages.desk import page, sit_down
from tests.world import World


async def test_a_mission_is_drafted_put_in_force_changed_compared_and_retired(world: World) -> None:
    desk = await begin(world)
    player = await world.player("kim", ROULETTE_COIN=10)
    made = await desk.ok("POST", "/missions", mission(is_active=None))
    assert (made["version"], made["is_active"]) == (1, False)
    await spin(world, player)
    await desk.ok("POST", "/missions/SPINS/activate", version=1)
    await spin(world, player)
    assert await stands(world, player, "SPINS") == (1, 0, 0, "OPEN"), "a draft counts nothing"
    dearer = mission(rewards=[COIN | {"reward_amount": 5}], repeat_max=2, is_active=None)
    changed = await desk.ok("PUT", "/missions/SPINS", dearer, version=2)
    assert (changed["version"], changed["is_active"]) == (3, True)
    diff = await desk.get("/missions/SPINS/versions/3/diff", against=1)
    assert {change["path"] for change in diff["changes"]} == {"repeat_max", "rewards[0].reward_amount"}
    versions = await desk.get("/missions/SPINS/versions", limit=2)
    assert ([row["version"] for row in versions["items"]], versions["next"]) == ([3, 2], 2)
    await spin(world, player, 1)
    assert await coins(world, player) == 10 - 3 + 5
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"]) == ("MISSION_CHANGED", "mission:SPINS")
    assert (audit["before"]["config"]["repeat_max"], audit["after"]["config"]["repeat_max"]) == (1, 2)
    await desk.ok("POST", "/missions/SPINS/retire", version=3)
    assert (await world.ok("GET", "/api/missions", headers=player.headers))["missions"] == []
    totals = {"period_key": "2025-12-10", "players": 1, "players_completed": 1, "completions": 1, "claims": 1}
    assert await desk.get("/missions/SPINS/totals") == {"items": [totals], "has_more": False}
    file = await world.client.get("/api/admin/missions/SPINS/totals.csv", headers=desk.headers)
    assert file.text.splitlines()[1] == "2025-12-10,1,1,1,1"


async def test_what_was_completed_is_paid_by_the_version_it_was_completed_under(world: World) -> None:
    desk = await begin(world, mission(claim="MANUAL"))
    player = await world.player("kim", ROULETTE_COIN=10)
    await spin(world, player, 2)
    dearer = mission(claim="MANUAL", rewards=[COIN | {"reward_amount": 3}])
    await desk.ok("PUT", "/missions/SPINS", dearer, version=1)
    await desk.ok("POST", "/missions/SPINS/retire", version=2)
    answer = await world.ok("POST", "/api/missions/claim", json={"mission": "SPINS"}, headers=player.headers)
    assert answer[0]["rewards"] == [COIN]
    assert not await world.differences()


async def test_what_is_counted_is_fixed_once_players_have_begun(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world, mission())
    await desk.ok("PUT", "/missions/SPINS", mission(metric="PLAY"), version=1)
    await spin(world, await world.player("kim", ROULETTE_COIN=10))
    response = await desk.send("PUT", "/missions/SPINS", mission(period="ONCE", metric="WIN"), version=2)
    fields = [line["field"] for line in response.json()["error"]["details"]]
    assert (response.status_code, fields) == (409, ["period", "metric"])
    assert response.json()["error"]["code"] == "PROMISE_WITHDRAWN"


async def test_a_refused_write_leaves_nothing_behind(sqlite_world: World) -> None:
    desk = await begin(sqlite_world, mission())
    assert await desk.refused("POST", "/missions", mission()) == (409, "NAME_TAKEN")
    assert await desk.refused("PUT", "/missions/SPINS", mission(), version=7) == (409, "VERSION_CONFLICT")
    assert await desk.refused("PUT", "/missions/SPINS", mission()) == (428, "PRECONDITION_REQUIRED")
    assert await desk.refused("PUT", "/missions/NONE", mission("NONE"), version=1) == (404, "MISSION_NOT_FOUND")
    assert await desk.refused("POST", "/missions/NONE/retire", version="*") == (404, "MISSION_NOT_FOUND")
    invalid = (422, "VALIDATION_ERROR")
    assert await desk.refused("PUT", "/missions/SPINS", mission("OTHER"), version=1) == invalid
    wrong: list[dict[str, Any]] = [
        {"metric": "PLAY.CHESS"},
        {"requires": ["NONE"]},
        {"rewards": [COIN | {"token_type": "GOLD"}]},
        {"rewards": [{"reward_type": "BADGE", "reward_amount": 1, "code": "NONE"}]},
        {"host": "nobody"},
        {"reason": ""},
        {"is_active": 1},
        {"target": -1},
    ]
    for change in wrong:
        assert await desk.refused("POST", "/missions", mission("OTHER", **change)) == invalid, change
    for body in ({"mission": "spins"}, {"mission": "SPINS", "period_key": "'"}, {}, {"mission": "SPINS", "x": 1}):
        player = await sqlite_world.token("kim")
        assert await sqlite_world.code("POST", "/api/missions/claim", json=body, headers=player) == invalid
    player = await sqlite_world.token("kim")
    unknown = await sqlite_world.code("POST", "/api/missions/claim", json={"mission": "NONE"}, headers=player)
    assert unknown == (404, "MISSION_NOT_FOUND")


async def test_a_stopped_claim_pays_nothing_and_can_be_made_later(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world, mission(claim="MANUAL"))
    player = await world.player("kim", ROULETTE_COIN=10)
    await spin(world, player, 2)
    await desk.ok("PATCH", "/features/CLAIM", {"is_enabled": False}, version="*")
    refusal = await world.code("POST", "/api/missions/claim-all", headers=player.headers)
    assert refusal == (400, "FEATURE_DISABLED")
    await desk.ok("PATCH", "/features/CLAIM", {"is_enabled": True}, version="*")
    assert len(await world.ok("POST", "/api/missions/claim-all", headers=player.headers)) == 1


async def test_a_mission_ends_with_its_last_day_and_the_job_retires_it(world: World) -> None:
    desk = await begin(world, mission(ends_on="2025-12-10"), mission("SOON", starts_on="2025-12-11"))
    player = await world.player("kim", ROULETTE_COIN=10)
    shown = await world.ok("GET", "/api/missions", headers=player.headers)
    assert [one["code"] for one in shown["missions"]] == ["SPINS"]
    world.clock.advance(days=1)
    await spin(world, player)
    shown = await world.ok("GET", "/api/missions", headers=await world.token("kim"))
    assert [(one["code"], one["progress"]) for one in shown["missions"]] == [("SOON", 1)]
    job = JOBS_BY_NAME["mission_day"]
    await register(world.container, [job])
    for _ in range(2):
        await tick(world.container, job, "test", lambda: True)
    assert [row["is_active"] for row in (await desk.get("/missions"))["items"]] == [True, False]
    retired = await world.rows("SELECT actor, target FROM admin_audit_log WHERE action = 'MISSION_RETIRED'")
    assert retired == [("system:mission_day", "mission:SPINS")]


async def test_a_badge_needs_its_version_to_be_changed(sqlite_world: World) -> None:
    desk = await begin(sqlite_world)
    star = {"name_ko": "별", "name_en": "Star"}
    assert (await desk.send("PUT", "/badges/STAR", star)).status_code == 201
    assert await desk.refused("PUT", "/badges/STAR", star) == (428, "PRECONDITION_REQUIRED")
    assert await desk.refused("PUT", "/badges/STAR", star, version=2) == (409, "VERSION_CONFLICT")
    assert await desk.refused("PUT", "/badges/star", star) == (422, "VALIDATION_ERROR")
    assert (await desk.ok("PUT", "/badges/STAR", star | {"text_ko": "반짝"}, version=1))["version"] == 2
    assert [row["code"] for row in (await desk.get("/badges"))["items"]] == ["STAR"]


PLANTED: dict[str, tuple[str, ...]] = {
    "I9 mission is counted": ("UPDATE mission_progress SET progress = 0",),
    "I9 mission claim is paid": ("UPDATE mission_progress SET completed = 2, claimed = 2",),
    "I9 mission reward was claimed": (
        """INSERT INTO reward_log (user_id, operation_id, source, reward_type, amount, state, attempts, created_at,
           updated_at) VALUES (:u, 'MISSION:OTHER:1:ALL', 'MISSION', 'ITEM', 1, 'PENDING', 1,
           '2025-12-10 00:00:00.000000', '2025-12-10 00:00:00.000000')""",
    ),
}


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(sqlite_world: World, check: str) -> None:
    world = sqlite_world  # the checks themselves run on both servers, in the tests of missions
    desk = await begin(world)
    await desk.send("PUT", "/badges/STAR", {"name_ko": "별", "name_en": "Star"})
    badge = {"reward_type": "BADGE", "reward_amount": 1, "code": "STAR"}
    await desk.ok("POST", "/missions", mission(rewards=[COIN, badge], repeat_max=2))
    player = await world.player("kim", ROULETTE_COIN=10)
    await spin(world, player, 2)
    assert not await world.differences(), "an honest history has no differences"
    for statement in PLANTED[check]:
        await world.sql(statement, **({"u": player.id} if ":u" in statement else {}))
    assert list(await world.differences()) == [check]


async def test_ending_a_mission_that_another_requires_is_warned_of(sqlite_world: World) -> None:
    desk = await begin(sqlite_world, mission("FIRST"), mission("NEXT", requires=["FIRST"]), mission("ALONE"))
    assert (await desk.ok("POST", "/missions/ALONE/retire", version=1))["warnings"] == []
    await sit_down(sqlite_world)
    shown = await page(sqlite_world, "/console/missions/FIRST")
    assert "이 미션을 먼저 마쳐야 하는 미션" in shown
    [warning] = (await desk.ok("POST", "/missions/FIRST/retire", version=1))["warnings"]
    assert (warning["code"], warning["name"], warning["field"]) == ("REQUIRED_BY", "NEXT", "requires")
    await desk.ok("POST", "/missions/FIRST/activate", version=2)
    await desk.ok("POST", "/missions/NEXT/retire", version=1)
    assert (await desk.ok("POST", "/missions/FIRST/retire", version=3))["warnings"] == [], (
        "nothing in force requires it"
    )
    await desk.ok("POST", "/missions/FIRST/activate", version=4)
    await desk.ok("POST", "/missions/NEXT/activate", version=2)
    body = mission("FIRST", is_active=False)
    assert [one["code"] for one in (await desk.ok("PUT", "/missions/FIRST", body, version=5))["warnings"]] == [
        "REQUIRED_BY"
    ]
