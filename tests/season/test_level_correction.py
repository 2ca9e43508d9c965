"""A mistyped level reward is corrected, and everybody knows what becomes of who was paid. Nobody is paid twice."""

from __future__ import annotations

from typing import Any

from tests.admin.desk import Desk, desk_of, newest_audit
from tests.pages.desk import does, page, send, sit_down, text_of
from tests.world import Person, World

POINTS = {"reward_type": "POINT", "reward_amount": 10}
TYPO = POINTS | {"reward_amount": 1_000}


async def mistype(world: World) -> tuple[Desk, str]:
    """Level 1 gives 1,000 points for 10."""
    admin = await desk_of(world, "kim@example.com", "admin")
    path = f"/seasons/{world.season_id}"
    read = await admin.get(path)
    levels = [dict(line) for line in read["levels"]]
    levels[0]["rewards"] = {"FREE": [TYPO]}
    body = {name: read[name] for name in read if name not in ("id", "version", "created_at", "updated_at")}
    await admin.ok("PUT", path, body | {"levels": levels}, version="*")
    return admin, path


async def reach(world: World, name: str) -> Person:
    player = await world.player(name)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    return player


async def points_of(world: World, player: Person) -> int:
    query = "SELECT balance FROM wallets WHERE user_id = :u AND token_type = 'POINT'"
    found = await world.rows(query, u=player.id)
    return int(found[0][0]) if found else 0


async def reverse(world: World, admin: Desk, player: Person) -> None:
    query = "SELECT id FROM reward_log WHERE user_id = :u AND state = 'GRANTED' ORDER BY id DESC"
    reward_id = (await world.rows(query, u=player.id))[0][0]
    await admin.ok("POST", f"/rewards/{reward_id}/reverse", keyed=True)


def correction(**more: Any) -> dict[str, Any]:
    return {"track": "FREE", "rewards": [POINTS], **more}


async def test_who_was_paid_keeps_it_who_lost_it_gets_the_corrected_one_once_and_others_later(world: World) -> None:
    admin, path = await mistype(world)
    kept, lost = await reach(world, "kept"), await reach(world, "lost")
    await world.player("later")
    await reverse(world, admin, lost)
    assert [await points_of(world, one) for one in (kept, lost)] == [1_000, 0]
    door = f"{path}/levels/1/correct"
    version = (await admin.get(path))["version"]
    look = await admin.ok("POST", door, correction(is_dry_run=True, taken_back_get="CORRECTED"), version=version)
    assert (look["keep"], look["taken_back"], look["later"], look["paid_anew"]) == (1, 1, 0, 1)
    assert (await admin.get(path))["version"] == version, "a look changes nothing"
    assert await admin.refused("POST", door, correction(), version=1, keyed=True) == (409, "VERSION_CONFLICT")
    body = correction(taken_back_get="CORRECTED")
    done = await admin.ok("POST", door, body, version=version, keyed=True)
    assert (done["paid_anew"], done["left"]) == (1, 0)
    assert [await points_of(world, one) for one in (kept, lost)] == [1_000, 10]
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["rewards"][0]["reward_amount"]) == ("LEVEL_REWARD_CORRECTED", 1_000)
    assert (audit["after"]["keep"], audit["after"]["paid_anew"]) == (1, 1)
    again = await admin.ok("POST", door, body, version="*", keyed=True)
    assert (again["taken_back"], again["paid_anew"]) == (0, 0), "never twice"
    assert await points_of(world, await reach(world, "later")) == 10
    assert not await world.differences()


async def test_by_default_who_lost_it_gets_nothing(world: World) -> None:
    admin, path = await mistype(world)
    lost = await reach(world, "lost")
    await reverse(world, admin, lost)
    done = await admin.ok("POST", f"{path}/levels/1/correct", correction(), version="*", keyed=True)
    assert (done["taken_back"], done["paid_anew"]) == (1, 0)
    assert await points_of(world, lost) == 0
    assert not await world.differences()


async def test_players_on_their_way_to_the_level_are_counted_before_it_gives_less(world: World) -> None:
    admin, path = await mistype(world)
    await reach(world, "kim")
    door = f"{path}/levels/5/correct"
    answer = await admin.send("POST", door, correction(), version="*", keyed=True)
    assert (answer.status_code, answer.json()["error"]["details"][0]["players"]) == (409, 1)
    await admin.ok("POST", door, correction(players_who_lose=1), version="*", keyed=True)
    assert await admin.refused("POST", f"{path}/levels/99/correct", correction(), version="*", keyed=True) == (
        404,
        "LEVEL_NOT_FOUND",
    )
    nothing = correction(track="GOLD")
    assert await admin.refused("POST", f"{path}/levels/1/correct", nothing, version="*") == (422, "VALIDATION_ERROR")


async def test_at_the_desk_it_is_counted_then_confirmed(sqlite_world: World) -> None:
    world = sqlite_world
    admin, path = await mistype(world)
    lost = await reach(world, "lost")
    await reverse(world, admin, lost)
    await sit_down(world)
    here = f"/console{path}"
    assert "잘못 입력한 레벨 보상 정정" in await page(world, here)
    version = (await admin.get(path))["version"]
    typed = {
        "level": 1, "rewards": "FREE POINT 10", "taken_back_get": "CORRECTED", "reason": "a typo", "version": version,
    }  # fmt: skip
    look = await send(world, f"{here}/correct", **typed)
    assert look.status_code == 200 and "정정한 보상을 한 번 지급합니다 1" in text_of(look.text)
    await does(world, f"{here}/correct", **typed, do="save")
    assert await points_of(world, lost) == 10
