"""Several programs at once: each host's own, and those of all."""

from typing import Any

from app.flows.issue_token import issue_token
from tests.admin.desk import Desk, newest_audit
from tests.planting import noted
from tests.season.rich import RICH, begin
from tests.season.test_premium import STAMP, STATUS
from tests.world import World


async def bearer(world: World, name: str, host: str) -> dict[str, str]:
    token = await issue_token(
        world.house, world.container.keys, subject=name, scopes=frozenset({"player"}), host=host, ttl_seconds=3600
    )
    return {"Authorization": f"Bearer {token}"}


async def add_host(world: World, code: str) -> None:
    now = world.clock.now()
    await noted(world.house, f"host:{code}", lambda keepers: keepers.identity.add_host(code, code, now=now))
    world.container.authenticator._hosts = None  # processes notice a new host within seconds; the test need not wait


async def program(desk: Desk, code: str, **more: Any) -> Any:
    return await desk.ok("POST", "/programs", {"code": code, "title": code} | more)


async def status(world: World, headers: dict[str, str], **params: Any) -> Any:
    return await world.client.get(STATUS, headers=headers, params=params)


async def test_a_player_uses_the_program_of_their_host_and_main_where_it_has_none(world: World) -> None:
    desk, _ = await begin(world)
    await add_host(world, "academy")
    await program(desk, "lectures", host="academy")
    await desk.ok("POST", "/seasons", RICH | {"season_name": "LECTURES", "program": "lectures", "is_active": True})
    ours, theirs = await bearer(world, "kim", "academy"), await bearer(world, "lee", "main")
    assert (await status(world, ours)).json()["season"]["season_name"] == "LECTURES"
    assert (await status(world, theirs)).json()["season"]["season_name"] == "RICH"
    assert (await status(world, ours, program="main")).json()["season"]["season_name"] == "RICH"
    hidden = await status(world, theirs, program="lectures")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "NO_ACTIVE_SEASON")
    for name in ("lectures", "main"):
        await world.ok("POST", STAMP, json={"program": name}, headers=ours)
    stamps = await world.rows(
        "SELECT n.season_name, s.xp_earned FROM season_stamp_log s JOIN seasons n ON n.id = s.season_id ORDER BY 1"
    )
    assert stamps == [("LECTURES", 20), ("RICH", 20)]
    assert not await world.differences()


async def test_a_pass_of_another_hosts_program_can_not_be_given(world: World) -> None:
    desk, _ = await begin(world)
    await add_host(world, "academy")
    await program(desk, "lectures", host="academy")
    made = await desk.ok("POST", "/seasons", RICH | {"season_name": "L", "program": "lectures", "is_active": True})
    player = await world.player("kim")
    path, body = f"/seasons/{made['id']}/premium/grant", {"user_id": player.id, "track": "GOLD"}
    assert await desk.refused("POST", path, body, keyed=True) == (404, "SEASON_NOT_FOUND")


async def test_a_program_has_one_name_and_a_host_that_exists(world: World) -> None:
    desk, _ = await begin(world)
    made = await program(desk, "extra")
    assert (made["code"], made["host"]) == ("extra", None)
    assert (await newest_audit(world))["action"] == "PROGRAM_ADDED"
    listed = (await desk.get("/programs"))["items"]
    assert [line["code"] for line in listed] == ["main", "extra"]
    body = {"code": "extra", "title": "again"}
    assert await desk.refused("POST", "/programs", body) == (409, "NAME_TAKEN")
    assert await desk.refused("POST", "/programs", body | {"code": "x", "host": "nobody"}) == (422, "VALIDATION_ERROR")
    assert await desk.refused("POST", "/programs", body | {"code": "Bad Code"}) == (422, "VALIDATION_ERROR")


async def test_claims_find_the_season_of_the_program_also_after_its_end(world: World) -> None:
    desk, _ = await begin(world)
    await program(desk, "second")
    days = {"start_date": "2025-12-09", "end_date": "2025-12-10"}
    await desk.ok("POST", "/seasons", RICH | days | {"season_name": "TWO", "program": "second", "is_active": True})
    player = await world.player("kim")
    both = await world.token("kim", "player", "admin")
    await world.ok("POST", STAMP, json={"program": "second", "xp_bonus": 30}, headers=both)
    world.clock.advance(days=1)
    claim = "/api/season-pass/claim"
    too_early = await world.code("POST", claim, json={"level": 3, "program": "second"}, headers=player.headers)
    assert too_early == (400, "LEVEL_NOT_REACHED")
    ended = await world.code("POST", STAMP, json={"program": "second"}, headers=player.headers)
    assert ended == (404, "NO_ACTIVE_SEASON")
    world.clock.advance(days=3)
    gone = await world.code("POST", claim, json={"level": 3, "program": "second"}, headers=player.headers)
    assert gone == (404, "NO_ACTIVE_SEASON")
