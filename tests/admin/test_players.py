"""Operators find players, read their story, block them and sign them out."""

from typing import Any

import pytest

from tests.admin.desk import Desk, newest_audit
from tests.world import key


async def names(admin: Desk, query: str) -> list[str]:
    return [row["external_id"] for row in (await admin.get("/players", query=query))["items"]]


async def test_players_are_found_by_id_external_id_and_nickname(admin: Desk) -> None:
    world = admin.world
    people = {name: await world.player(name) for name in ("user-1", "user-2", "user_%", "other", "🎅산타")}
    await world.sql("UPDATE user_profiles SET nickname = '눈사람 kim' WHERE external_id = 'other'")
    assert await names(admin, "user-") == ["user-1", "user-2"]
    assert await names(admin, "user_%") == ["user_%"]
    assert await names(admin, "%") == []
    assert await names(admin, "눈사") == ["other"]
    assert await names(admin, "🎅") == ["🎅산타"]
    assert await names(admin, str(people["other"].id)) == ["other"]
    assert await names(admin, "9" * 40) == []
    assert await names(admin, "a\x00b") == []
    assert len((await admin.get("/players"))["items"]) == 5


async def test_a_player_found_in_two_ways_is_listed_once(admin: Desk) -> None:
    await admin.world.player("kim")
    await admin.world.sql("UPDATE user_profiles SET nickname = 'kimchi'")
    assert await names(admin, "kim") == ["kim"]


async def test_the_players_come_in_pages(admin: Desk) -> None:
    for n in range(5):
        await admin.world.player(f"user-{n}")
    first = await admin.get("/players", query="user-", limit=3)
    second = await admin.get("/players", query="user-", limit=3, after=first["next"])
    listed = [row["external_id"] for page in (first, second) for row in page["items"]]
    assert listed == [f"user-{n}" for n in range(5)]
    assert (first["has_more"], second["has_more"], second["next"]) == (True, False, None)


async def test_a_players_page_shows_facts_wallets_and_progress(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee", ROULETTE_COIN=3)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    shown = await admin.get(f"/players/{player.id}")
    assert (shown["external_id"], shown["host"], shown["is_blocked"]) == ("lee", "main", False)
    assert {"token_type": "ROULETTE_COIN", "balance": 4} in shown["wallets"]
    assert shown["progress"] == [
        {
            "season_id": world.season_id, "current_level": 1, "current_xp": 20, "total_stamps": 1,
            "last_stamp_date": "2025-12-10", "internal_wins": 0,
        }
    ]  # fmt: skip
    assert shown["server_time"].endswith("+09:00")
    assert shown["created_at"] == "2025-12-10T12:00:00+09:00"


async def test_a_players_story_is_told_newest_first_with_request_ids(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee", ROULETTE_COIN=1)
    played = await world.client.post("/api/roulette/play", headers=player.headers | key())
    story = (await admin.get(f"/players/{player.id}/timeline", limit=100))["items"]
    types = [event["event_type"] for event in story]
    assert types.index("RESULT") < types.index("PLAY") < len(types) - 1 - types[::-1].index("REWARD_GRANTED")
    play = next(event for event in story if event["event_type"] == "PLAY")
    assert play["reference"] == f"PLAY:{played.json()['play_id']}"
    assert play["request_id"] == played.headers["x-request-id"]
    assert play["facts"]["config_id"] >= 1
    pages = await admin.get(f"/players/{player.id}/timeline", limit=1)
    assert (pages["has_more"], pages["next"]) == (True, story[0]["id"])


async def test_a_players_ledger_and_rewards_are_listed(admin: Desk) -> None:
    player = await admin.world.player("lee", ROULETTE_COIN=3)
    await admin.grant(player.id, 20_000, "POINT")
    ledger = (await admin.get(f"/players/{player.id}/ledger"))["items"]
    assert [(row["token_type"], row["delta"], row["balance_after"]) for row in ledger] == [("ROULETTE_COIN", 3, 3)]
    assert ledger[0]["created_at"].endswith("+09:00")
    assert (await admin.get(f"/players/{player.id}/ledger", token_type="POINT"))["items"] == []
    rewards = (await admin.get(f"/players/{player.id}/rewards"))["items"]
    assert [(row["reward_amount"], row["state"], row["source"]) for row in rewards] == [
        (20_000, "APPROVAL", "ADMIN"),
        (3, "GRANTED", "ADMIN"),
    ]


@pytest.mark.parametrize("part", ["", "/timeline", "/ledger", "/rewards"])
async def test_an_unknown_player_has_no_page(calm_admin: Desk, part: str) -> None:
    path = f"/api/admin/players/999{part}"
    assert await calm_admin.world.code("GET", path, headers=calm_admin.headers) == (404, "USER_NOT_FOUND")


async def test_a_blocked_player_is_refused_at_once_and_let_in_again(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee", ROULETTE_COIN=1)
    shown = await admin.get(f"/players/{player.id}")
    blocked = await admin.ok("POST", f"/players/{player.id}/block", version=shown["version"])
    assert (blocked["is_blocked"], blocked["version"]) == (True, shown["version"] + 1)
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["is_blocked"], audit["after"]["is_blocked"]) == (
        "PLAYER_BLOCKED", False, True,
    )  # fmt: skip
    play = ("POST", "/api/roulette/play")
    assert await world.code(*play, headers=player.headers | key()) == (403, "USER_BLOCKED")
    await admin.ok("POST", f"/players/{player.id}/unblock", version=blocked["version"])
    assert (await newest_audit(world))["action"] == "PLAYER_UNBLOCKED"
    await world.ok(*play, headers=player.headers | key())


async def test_blocking_names_the_version_it_is_based_on(admin: Desk) -> None:
    player = await admin.world.player("lee")
    path = f"/players/{player.id}/block"
    assert await admin.refused("POST", path) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("POST", path, version=9) == (409, "VERSION_CONFLICT")
    assert await admin.refused("POST", "/players/999/block", version="*") == (404, "USER_NOT_FOUND")
    await admin.ok("POST", path, version="*")


async def test_a_player_signed_out_everywhere_must_sign_in_anew(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    signed_out: dict[str, Any] = await admin.ok("POST", f"/players/{player.id}/sign-out")
    assert signed_out["tokens_valid_from"].endswith("+09:00")
    assert await world.code("GET", "/api/wallet", headers=player.headers) == (401, "TOKEN_REVOKED")
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["tokens_valid_from"]) == ("PLAYER_SIGNED_OUT", None)
    assert await admin.refused("POST", "/players/999/sign-out") == (404, "USER_NOT_FOUND")
