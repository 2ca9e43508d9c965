"""Operators open and stop features."""

import asyncio
from collections import Counter
from datetime import timedelta

from tests.admin.desk import WHY, Desk, desk_of, newest_audit
from tests.world import key

PLAY = "/api/roulette/play"


async def roulette_version(admin: Desk) -> int:
    features = (await admin.get("/features"))["items"]
    return int(next(row["version"] for row in features if row["feature_type"] == "ROULETTE"))


async def test_a_stop_is_told_with_its_version_history_and_audit(admin: Desk) -> None:
    version = await roulette_version(admin)
    response = await admin.send("PATCH", "/features/ROULETTE", {"is_enabled": False}, version=version)
    stopped = response.json()
    assert (stopped["is_enabled"], stopped["version"]) == (False, version + 1)
    assert response.headers["etag"] == f'"{version + 1}"'
    assert stopped["updated_at"].endswith("+09:00")
    assert stopped["updated_by"] == "staff:kim@example.com"
    newest = (await admin.get("/features/ROULETTE/history"))["items"][0]
    assert (newest["is_enabled"], newest["reason"], newest["actor"]) == (False, WHY, "staff:kim@example.com")
    assert await newest_audit(admin.world) == {
        "actor": "staff:kim@example.com",
        "action": "FEATURE_SWITCHED",
        "target": "feature:ROULETTE",
        "reason": WHY,
        "before": {"is_enabled": True, "version": version},
        "after": {"is_enabled": False, "version": version + 1},
        "request_id": response.headers["x-request-id"],
    }


async def test_a_stop_refuses_plays_and_a_resume_lets_them_through(admin: Desk) -> None:
    player = await admin.world.player("lee", ROULETTE_COIN=2)
    await admin.ok("PATCH", "/features/ROULETTE", {"is_enabled": False}, version="*")
    refusal = await admin.world.code("POST", PLAY, headers=player.headers | key())
    assert refusal == (400, "FEATURE_DISABLED")
    await admin.ok("PATCH", "/features/ROULETTE", {"is_enabled": True}, version="*")
    await admin.world.ok("POST", PLAY, headers=player.headers | key())


async def test_ops_may_stop_but_not_add_or_schedule_and_support_only_looks(sqlite_admin: Desk) -> None:
    ops = await desk_of(sqlite_admin.world, "ops@example.com", "ops")
    support = await desk_of(sqlite_admin.world, "support@example.com", "support")
    await ops.ok("PATCH", "/features/ROULETTE", {"is_enabled": False}, version="*")
    new = {"feature_type": "BINGO", "title": "빙고", "is_enabled": True}
    assert await ops.refused("POST", "/features", new) == (403, "SCOPE_REQUIRED")
    assert await ops.refused("PUT", "/features/ROULETTE/schedule", {"days": []}) == (403, "SCOPE_REQUIRED")
    stop = {"is_enabled": False}
    assert await support.refused("PATCH", "/features/ROULETTE", stop, version="*") == (403, "SCOPE_REQUIRED")
    assert (await support.get("/features"))["items"]


async def test_a_change_names_the_version_it_is_based_on(admin: Desk) -> None:
    version = await roulette_version(admin)
    stop, path = {"is_enabled": False}, "/features/ROULETTE"
    assert await admin.refused("PATCH", path, stop) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("PATCH", path, stop, version=version + 1) == (409, "VERSION_CONFLICT")
    assert await admin.refused("PATCH", path, stop, version='W/"1"') == (422, "VALIDATION_ERROR")
    await admin.ok("PATCH", path, stop, version=version)
    assert await admin.refused("PATCH", path, stop, version=version) == (409, "VERSION_CONFLICT")


async def test_an_unknown_feature_is_not_found(admin: Desk) -> None:
    stop = {"is_enabled": False}
    assert await admin.refused("PATCH", "/features/BINGO", stop, version="*") == (404, "NO_FEATURE_TODAY")
    assert await admin.refused("PUT", "/features/BINGO/schedule", {"days": []}) == (404, "NO_FEATURE_TODAY")


async def test_a_feature_is_added_once(admin: Desk) -> None:
    new = {"feature_type": "BINGO", "title": "빙고 🎲", "is_enabled": False}
    added = await admin.ok("POST", "/features", new)
    assert (added["title"], added["version"], added["is_enabled"]) == ("빙고 🎲", 1, False)
    audit = await newest_audit(admin.world)
    assert (audit["action"], audit["before"]) == ("FEATURE_ADDED", None)
    assert audit["after"] == {"title": "빙고 🎲", "is_enabled": False, "version": 1}
    assert (await admin.get("/features/BINGO/history"))["items"][0]["reason"] == WHY
    assert await admin.refused("POST", "/features", new) == (409, "NAME_TAKEN")


async def test_the_schedule_is_replaced_and_shown(admin: Desk) -> None:
    days = ["2025-12-11", "2025-12-10", "2025-12-10"]
    answer = await admin.ok("PUT", "/features/ROULETTE/schedule", {"days": days})
    assert answer == {"feature_type": "ROULETTE", "days": ["2025-12-10", "2025-12-11"]}
    await admin.ok("PUT", "/features/ROULETTE/schedule", {"days": ["2025-12-12"]})
    audit = await newest_audit(admin.world)
    assert (audit["before"], audit["after"]) == (["2025-12-10", "2025-12-11"], ["2025-12-12"])
    features = (await admin.get("/features"))["items"]
    assert {row["feature_type"]: row["scheduled_days"] for row in features}["ROULETTE"] == ["2025-12-12"]


async def test_the_list_says_when_a_game_was_last_played(admin: Desk) -> None:
    player = await admin.world.player("lee", ROULETTE_COIN=2)
    lines = {row["feature_type"]: row for row in (await admin.get("/features"))["items"]}
    assert lines["ROULETTE"]["last_play_at"] is None
    await admin.world.ok("POST", PLAY, headers=player.headers | key())
    admin.world.clock.advance(minutes=5)
    await admin.world.ok("POST", PLAY, headers=player.headers | key())
    listed = await admin.get("/features")
    lines = {row["feature_type"]: row for row in listed["items"]}
    assert lines["ROULETTE"]["last_play_at"] == "2025-12-10T12:05:00+09:00"
    assert lines["SEASON_PASS"]["last_play_at"] is None
    assert listed["server_time"] == "2025-12-10T12:05:00+09:00"


async def test_the_history_comes_in_pages_that_neither_repeat_nor_skip(admin: Desk) -> None:
    for turn in range(5):
        admin.world.clock.advance(seconds=timedelta(minutes=1).seconds)
        await admin.ok("PATCH", "/features/ROULETTE", {"is_enabled": bool(turn % 2)}, version="*")
    seen, after = [], None
    while True:
        page = await admin.get("/features/ROULETTE/history", limit=2, **({"after": after} if after else {}))
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        if not page["has_more"]:
            break
    assert len(seen) == len(set(seen)) == 6  # five switches and the creation
    assert seen == sorted(seen, reverse=True)


async def test_of_many_changes_of_one_version_one_stands(admin: Desk) -> None:
    version = await roulette_version(admin)
    stop = {"is_enabled": False}
    answers = await asyncio.gather(
        *(admin.send("PATCH", "/features/ROULETTE", stop, version=version) for _ in range(8))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert await roulette_version(admin) == version + 1
