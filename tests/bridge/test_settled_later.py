"""Who was blocked by mistake at a settlement is settled later: once, under the ids of the settlement itself."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from app.core.time_utils import KST
from tests.admin.desk import Desk, desk_of
from tests.bridge.campaigns import CODE, add_new_season, balance, collect_all, kst, open_reference, settlement, tick_all
from tests.goals import boards, missions, test_teams
from tests.pages.desk import does, page, sit_down
from tests.world import Person, World


async def blocked_with_seven_keys(world: World, *, has_season: bool = True) -> Person:
    """A player who collected all, and was blocked when the campaign was settled."""
    await open_reference(world)
    if has_season:
        await add_new_season(world.house)
    player = await world.player("kim", ROULETTE_COIN=50)
    await collect_all(world, player)
    await block(world, player, True)
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    return player


async def block(world: World, player: Person, is_blocked: bool) -> None:
    desk = await desk_of(world, "lee@example.com", "admin")
    await desk.ok("POST", f"/players/{player.id}/{'block' if is_blocked else 'unblock'}", version="*")


async def missed(desk: Desk, player: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.get(f"/players/{player.id}/missed"))["missed"]
    return found


async def test_points_and_level_are_given_once_and_every_figure_agrees(world: World) -> None:
    player = await blocked_with_seven_keys(world)
    desk = await desk_of(world, "park@example.com", "admin")
    assert await missed(desk, player) == [{"kind": "BRIDGE", "code": CODE, "keys": 7, "points": 35_000}]
    path, before = f"/players/{player.id}/missed/settle", await balance(world, player.id)
    assert await desk.refused("POST", path) == (403, "USER_BLOCKED")
    await block(world, player, False)
    answers = await asyncio.gather(*(desk.send("POST", path) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    paid = [line for answer in answers for line in answer.json()["settled"]]
    assert [(one["kind"], one["outcome"], one["points"], one["level_state"]) for one in paid] == [
        ("BRIDGE", "PAID", 35_000, "PAID")
    ]
    assert await balance(world, player.id) == before + 35_000
    kept = await settlement(world, player.id)
    names = ("outcome", "points_paid", "level_state", "level_after")
    assert [kept[name] for name in names] == ["PAID", 35_000, "PAID", 1]
    ids = "SELECT operation_id FROM reward_log WHERE source = 'BRIDGE' AND operation_id LIKE :p ORDER BY id"
    found = await world.rows(ids, p=f"BRIDGE:{CODE}:{player.id}:%")
    assert {f"BRIDGE:{CODE}:{player.id}:POINT", f"BRIDGE:{CODE}:{player.id}:LEVEL"} <= {row[0] for row in found}
    assert await missed(desk, player) == []
    acts = "SELECT COUNT(*) FROM admin_audit_log WHERE action = 'SETTLED_LATE'"
    assert await world.rows(acts) == [(1,)]
    assert not await world.differences()


async def test_without_a_season_the_level_waits_as_everybodys(world: World) -> None:
    player = await blocked_with_seven_keys(world, has_season=False)
    await block(world, player, False)
    desk = await desk_of(world, "park@example.com", "admin")
    [paid] = (await desk.ok("POST", f"/players/{player.id}/missed/settle"))["settled"]
    assert (paid["points"], paid["level_state"]) == (35_000, "PENDING")
    await add_new_season(world.house)
    await tick_all(world)
    assert (await settlement(world, player.id))["level_state"] == "PAID"
    assert not await world.differences()


@pytest.mark.parametrize("is_ranked", [False, True], ids=["blocked when it closed", "blocked while it was paid"])
async def test_a_rank_is_paid_later_too(world: World, is_ranked: bool) -> None:
    desk = await boards.begin(world, boards.board(close_after_minutes=0))
    ann, bob = [await world.player(name, ROULETTE_COIN=9) for name in ("ann", "bob")]
    await missions.spin(world, ann, 2)
    await missions.spin(world, bob)
    if not is_ranked:
        await block(world, ann, True)
    world.clock.set(datetime(2025, 12, 11, 0, 0, tzinfo=KST))
    await boards.run(world, "leaderboard_close")
    if is_ranked:  # as if she had been blocked between the closing and her turn
        await world.sql("DELETE FROM wallet_ledger WHERE reason = 'RANK_REWARD' AND user_id = :u", u=ann.id)
        await world.sql("DELETE FROM wallets WHERE token_type = 'POINT' AND user_id = :u", u=ann.id)
        await world.sql("DELETE FROM reward_log WHERE source = 'BOARD' AND user_id = :u", u=ann.id)
        await world.sql("UPDATE leaderboard_results SET state = 'BLOCKED' WHERE user_id = :u", u=ann.id)
    else:
        await block(world, ann, False)
    [line] = await missed(desk, ann)
    assert (line["board"], line["rank"], line["score"]) == ("DAILY_SPINS", 1, 2)
    assert await missed(desk, bob) == []
    for _ in range(2):
        await desk.ok("POST", f"/players/{ann.id}/missed/settle")
    operation = f"BOARD:DAILY_SPINS:{ann.id}:2025-12-10"
    assert [one for one in await boards.paid(world) if one[0] == operation] == [(operation, 100)]
    assert await missed(desk, ann) == []
    if not is_ranked:
        assert not await world.differences()


async def test_a_member_of_a_team_is_paid_later_too(world: World) -> None:
    desk = await test_teams.begin(world)
    ann, bob = [await world.player(name, ROULETTE_COIN=9) for name in ("ann", "bob")]
    team = await world.ok("POST", "/api/teams/CUP", json={"name": "us"}, headers=ann.headers)
    body = {"team_id": team["team"]["id"] if "team" in team else team["team_id"]}
    await world.ok("POST", "/api/teams/CUP/join", json=body, headers=bob.headers)
    for person in (ann, bob):
        await missions.spin(world, person)
    await block(world, ann, True)
    world.clock.set(test_teams.AFTER)
    await boards.run(world, "team_settlement")
    await block(world, ann, False)
    [line] = await missed(desk, ann)
    assert (line["contest"], line["rank"]) == ("CUP", 1)
    await desk.ok("POST", f"/players/{ann.id}/missed/settle")
    assert {row[0] for row in await boards.paid(world, "TEAM")} == {f"TEAM:CUP:{one.id}" for one in (ann, bob)}
    assert await missed(desk, ann) == []
    assert not await world.differences()


async def test_the_players_page_shows_what_was_missed_and_settles_it(sqlite_world: World) -> None:
    world = sqlite_world
    player = await blocked_with_seven_keys(world)
    await sit_down(world)
    here = f"/console/players/{player.id}"
    shown = await page(world, here)
    assert "차단 중에 받지 못한 정산" in shown and CODE in shown and "차단을 푼 뒤에" in shown
    await block(world, player, False)
    assert "지금 정산하기" in await page(world, here)
    before = await balance(world, player.id)
    await does(world, f"{here}/settle", reason="blocked by mistake")
    assert await balance(world, player.id) == before + 35_000
    assert "차단 중에 받지 못한 정산" not in await page(world, here)
