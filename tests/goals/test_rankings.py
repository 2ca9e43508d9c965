"""Daily rankings: a whole day replaced at once, unique ranks, from JSON or CSV."""

from typing import Any

import pytest

from tests.admin.desk import desk_of, newest_audit
from tests.world import World

TODAY = "/rankings/2025-12-10"


async def test_a_day_is_uploaded_shown_and_replaced_whole(world: World) -> None:
    desk = await desk_of(world, "kim@example.com", "admin")
    player = await world.player("ann")
    empty = await world.ok("GET", "/api/ranking/today", headers=player.headers)
    assert (empty["entries"], empty["my_entry"], empty["feature_type"]) == ([], None, "RANKING")
    entries = [
        {"rank": 2, "external_id": "ann", "score": 5},
        {"rank": 1, "display_name": "눈사람", "score": 9},
        {"rank": 7, "display_name": "=1+1", "score": 1},
    ]
    response = await desk.send("PUT", TODAY, {"entries": entries})
    assert (response.status_code, response.headers["ETag"]) == (201, '"1"')
    shown = await world.ok("GET", "/api/ranking/today?top=2", headers=player.headers)
    assert shown["date"] == "2025-12-10"
    assert [(line["rank"], line["display_name"]) for line in shown["entries"]] == [(1, "눈사람"), (2, "an***")]
    assert shown["my_entry"] == {"rank": 2, "display_name": "an***", "score": 5}
    file = await world.client.get(f"/api/admin{TODAY}/csv", headers=desk.headers)
    assert file.text.splitlines()[3] == "7,,'=1+1,1,,"
    csv = "score,rank,external_id,display_name\n3,1,ann,Ann\n\n2,2,,Somebody\n"
    assert (await desk.ok("PUT", TODAY, {"csv": csv}, version=1))["version"] == 2
    shown = await world.ok("GET", "/api/ranking/today", headers=player.headers)
    assert [line["display_name"] for line in shown["entries"]] == ["Ann", "Somebody"]
    audit = await newest_audit(world)
    assert (audit["action"], len(audit["before"]["entries"]), audit["after"]["count"]) == ("RANKING_UPLOADED", 3, 2)
    assert [row["rank_date"] for row in (await desk.get("/rankings"))["items"]] == ["2025-12-10"]
    world.clock.advance(days=1)
    tomorrow = await world.ok("GET", "/api/ranking/today", headers=await world.token("ann"))
    assert (tomorrow["date"], tomorrow["entries"]) == ("2025-12-11", [])
    assert not await world.differences()


async def test_a_refused_upload_leaves_nothing_behind(sqlite_world: World) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    await sqlite_world.player("ann")
    one: dict[str, Any] = {"rank": 1, "display_name": "a", "score": 1}
    conflict, invalid = (409, "RANKING_CONFLICT"), (422, "VALIDATION_ERROR")
    assert await desk.refused("PUT", TODAY, {"entries": [one, one]}) == conflict
    for ahead in ("2025-12-11", "2099-12-31"):
        assert await desk.refused("PUT", f"/rankings/{ahead}", {"entries": [one]}) == invalid, "its day has not come"
    twice = [one | {"external_id": "ann"}, one | {"external_id": "ann", "rank": 2}]
    assert await desk.refused("PUT", TODAY, {"entries": twice}) == conflict
    assert await desk.refused("PUT", TODAY, {"csv": "rank,score,display_name\n1,1,a\n1,2,b"}) == conflict
    wrong: list[Any] = [
        {}, {"entries": [one], "csv": "rank,score\n"}, {"entries": [one | {"rank": 0}]},
        {"entries": [one | {"rank": True}]}, {"entries": [one | {"score": "1"}]},
        {"entries": [{"rank": 1, "score": 1}]},
        {"entries": [one | {"external_id": "nobody"}]}, {"entries": [one | {"user_id": 1}]}, {"csv": ""},
        {"csv": "rank,display_name\n1,a"}, {"csv": "rank,score,display_name\nx,1,a"},
        {"csv": "rank,score,display_name\n1,1,a,b"}, {"csv": "rank,score,score\n1,1,1"}, {"entries": [one] * 1001},
        {"csv": "rank,score,display_name\n1,1,a\x00"}, {"entries": [one], "host": "no body"},
    ]  # fmt: skip
    for body in wrong:
        assert await desk.refused("PUT", TODAY, body) == invalid, body
    for day in ("2025-13-01", "1999-12-31", "today"):
        assert await desk.refused("PUT", f"/rankings/{day}", {"entries": [one]}) == invalid
    await desk.ok("PUT", TODAY, {"entries": [one]})
    assert await desk.refused("PUT", TODAY, {"entries": [one]}) == (428, "PRECONDITION_REQUIRED")
    assert await desk.refused("PUT", TODAY, {"entries": [one]}, version=2) == (409, "VERSION_CONFLICT")
    player = await sqlite_world.token("ann")
    for top in ("0", "101", "x"):
        assert await sqlite_world.code("GET", f"/api/ranking/today?top={top}", headers=player) == invalid


async def test_a_stopped_ranking_is_not_shown(sqlite_world: World) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": False}, version="*")
    player = await sqlite_world.token("ann")
    refusal = await sqlite_world.code("GET", "/api/ranking/today", headers=player)
    assert refusal == (400, "FEATURE_DISABLED")
    await sqlite_world.sql("DELETE FROM feature_config WHERE feature_type = 'RANKING'")
    assert await sqlite_world.code("GET", "/api/ranking/today", headers=player) == (404, "NO_FEATURE_TODAY")


PLANTED = {"I23 ranking has its day": ("UPDATE daily_ranking_entries SET rank_no = 0",)}


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(sqlite_world: World, check: str) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    await desk.ok("PUT", TODAY, {"entries": [{"rank": 1, "display_name": "a", "score": 1}]})
    for statement in PLANTED[check]:
        await sqlite_world.sql(statement)
    assert list(await sqlite_world.differences()) == [check]
