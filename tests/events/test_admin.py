"""Operators set rules, try them out, and look up what events caused."""

from typing import Any

import pytest

from tests.admin.desk import Desk, desk_of, newest_audit
from tests.events.host import activate, event, one, points, rule, send, xp
from tests.world import World


async def desk(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def test_a_rule_is_made_versioned_compared_and_put_in_force(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await world.token("boss", "admin")
    config: dict[str, Any] = {"event_types": ["t"], "effects": [points(5)]}
    body = {"code": "R", "title": "규칙", "config": config, "reason": "new"}
    made = await world.ok("POST", "/api/admin/rules", json=body, headers=admin)
    assert (made["active_version"], made["newest_version"], made["host"]) == (None, 1, None)
    assert (await one(world, event(1, "t")))["effects"] == []
    await activate(world, "R", 1)
    changed = config | {"effects": [points(7)], "cap_per_day": 2}
    await world.ok("POST", "/api/admin/rules/R/versions", json={"config": changed, "reason": "more"}, headers=admin)
    diff = await world.ok("GET", "/api/admin/rules/R/versions/2/diff", headers=admin)
    assert {(c["path"], c["before"], c["after"]) for c in diff["changes"]} == {
        ("effects[0].reward_amount", 5, 7), ("cap_per_day", None, 2),
    }  # fmt: skip
    await activate(world, "R", 2)
    assert (await one(world, event(2, "t")))["effects"][0]["reward_amount"] == 7
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"]) == ("RULE_ACTIVATED", "rule:R")
    listed = await world.ok("GET", "/api/admin/rules/R/versions", headers=admin)
    assert [(v["version"], v["is_active"]) for v in listed["items"]] == [(2, True), (1, False)]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"code": "lower"}, "VALIDATION_ERROR", "code"),
        ({"host": "nobody"}, "VALIDATION_ERROR", "host"),
        ({"config": {"event_types": ["t"], "effects": [{"kind": "EVAL"}]}}, "VALIDATION_ERROR", "config.effects.0"),
        ({"config": {"event_types": ["t"], "effects": [
            {"kind": "REWARD", "reward_type": "TOKEN", "reward_amount": 1, "token_type": "GOLD_BAR"}
        ]}}, "VALIDATION_ERROR", "effects.0.token_type"),
        ({"reason": ""}, "VALIDATION_ERROR", "reason"),
        ({"extra": 1}, "VALIDATION_ERROR", "extra"),
    ],
)  # fmt: skip
async def test_a_rule_that_makes_no_sense_is_refused_by_field(
    sqlite_world: World, changed: dict[str, Any], code: str, field: str
) -> None:
    admin = await sqlite_world.token("boss", "admin")
    config = {"event_types": ["t"], "effects": [points(5)]}
    body = {"code": "R", "title": "r", "config": config, "reason": "new"} | changed
    response = await sqlite_world.client.post("/api/admin/rules", json=body, headers=admin)
    problem = response.json()["error"]
    assert (problem["code"], problem["details"][0]["field"]) == (code, field)
    assert await sqlite_world.rows("SELECT COUNT(*) FROM host_rules") == [(0,)]


async def test_a_code_is_taken_once_and_unknown_rules_are_not_found(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", points(1))
    admin = await sqlite_world.token("boss", "admin")
    body = {"code": "R", "title": "r", "config": {"event_types": ["t"], "effects": [points(1)]}, "reason": "x"}
    assert await sqlite_world.code("POST", "/api/admin/rules", json=body, headers=admin) == (409, "NAME_TAKEN")
    assert await sqlite_world.code("GET", "/api/admin/rules/NONE", headers=admin) == (404, "RULE_NOT_FOUND")
    nine = {"version": 9, "reason": "x"}
    refusal = await sqlite_world.code("POST", "/api/admin/rules/R/activate", json=nine, headers=admin)
    assert refusal == (404, "NOT_FOUND")


async def test_an_events_story_tells_what_it_caused(world: World) -> None:
    await rule(world, "R", xp(10), points(5))
    key = (await one(world, event(1, "t", n=1)))["event_id"]
    support = await world.token("sue", "support")
    story = await world.ok("GET", f"/api/admin/events/{key}", headers=support)
    assert [(r["rule"], r["units"], len(r["effects"])) for r in story["rules"]] == [("R", 1, 2)]
    assert [(r["operation_id"], r["state"]) for r in story["rewards"]] == [(f"RULE:R:{key}#2", "GRANTED")]
    assert (story["external_id"], story["data"], story["revoked_by"]) == ("kim", {"n": 1}, None)
    await send(world, *(event(n, "u", f"user-{n}") for n in range(2, 6)))
    first = await world.ok("GET", "/api/admin/events?limit=3&host=main", headers=support)
    rest = await world.ok("GET", f"/api/admin/events?limit=3&after={first['next']}", headers=support)
    assert [len(first["items"]), first["has_more"], len(rest["items"]), rest["has_more"]] == [3, True, 2, False]
    of_kim = await world.ok("GET", "/api/admin/events?external_id=kim&type=t", headers=support)
    assert [row["id"] for row in of_kim["items"]] == [key]


async def test_refused_events_are_listed_with_their_reasons_until_they_are_old(sqlite_world: World) -> None:
    world = sqlite_world
    await send(world, event(1, "t", time="2025-01-01T00:00:00Z"), {"id": "x"})
    support = await world.token("sue", "support")
    listed = await world.ok("GET", "/api/admin/events/rejected", headers=support)
    assert [(row["code"], row["event_id"]) for row in listed["items"]] == [
        ("EVENT_INVALID", "x"), ("EVENT_TOO_LATE", "e-1"),
    ]  # fmt: skip
    assert listed["items"][0]["document"] == {"id": "x"}
    late = await world.ok("GET", "/api/admin/events/rejected?code=EVENT_TOO_LATE&host=main", headers=support)
    assert len(late["items"]) == 1
    after_90_days = world.clock.now().replace(year=2026, month=4)
    assert len(await world.house.write(lambda k: k.host_event.forget_rejected(after_90_days, limit=10))) == 2


async def test_a_rule_is_tried_on_made_up_events_and_on_those_that_came(sqlite_world: World) -> None:
    world = sqlite_world
    support = await world.token("sue", "support")
    config = {
        "event_types": ["t"], "cap_per_day": 2, "effects": [points(5)],
        "when": [{"field": "data.score", "op": "gte", "value": 50}],
    }  # fmt: skip
    events = [event(n, "t", score=score) for n, score in enumerate([60, 40, 70, 80])]
    tried = await world.ok(
        "POST", "/api/admin/rules/dry-run", json={"config": config, "events": events}, headers=support
    )
    assert [(r["units"], r.get("skipped")) for r in tried["results"]] == [
        (1, None), (0, "NOT_MATCHED"), (1, None), (0, "DAILY_CAP"),
    ]  # fmt: skip
    assert tried["total"] == [{"kind": "REWARD", "reward_type": "POINT", "reward_amount": 10}]
    await send(world, *events, event(9, "t", "lee", score=99), event(10, "u", score=99))
    assert await world.rows("SELECT COUNT(*) FROM rule_hits") == [(0,)]
    span = {"since": "2025-12-10T00:00:00+09:00", "until": "2025-12-11T00:00:00+09:00"}
    replayed = await world.ok("POST", "/api/admin/rules/replay", json={"config": config, **span}, headers=support)
    assert (replayed["events"], replayed["given"], replayed["players"], replayed["is_complete"]) == (5, 3, 2, True)
    assert replayed["skipped"] == {"DAILY_CAP": 1, "NOT_MATCHED": 1}
    assert replayed["total"][0]["reward_amount"] == 15
