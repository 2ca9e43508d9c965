"""Codes: once a player, once a unique code, from the very second until the end, never more units than there are."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.core.time_utils import KST
from tests.admin.desk import Desk, desk_of, newest_audit
from tests.planting import noted
from tests.rewards.promotions import CODE, REDEEM, campaign, codes, redeem
from tests.world import World, key

OPENS = datetime(2025, 12, 10, 20, 0, tzinfo=KST)


@pytest.fixture
async def admin(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def test_it_opens_at_the_very_second_and_closes_before_its_end(world: World, admin: Desk) -> None:
    closes = OPENS + timedelta(hours=1)
    await admin.ok("POST", "/promotions", campaign(opens_at=OPENS.isoformat(), closes_at=closes.isoformat(), units=3))
    players = [await world.player(name) for name in ("a", "b", "c")]
    status = "/api/promotions/RUSH"
    for instant, player, expected in (
        (OPENS - timedelta(microseconds=1), players[0], (400, "PROMO_NOT_OPEN")),
        (OPENS, players[0], None),
        (closes - timedelta(microseconds=1), players[1], None),
        (closes, players[2], (400, "PROMO_ENDED")),
    ):
        world.clock.set(instant)
        seen = await world.ok("GET", status, headers=player.headers)
        answer = await redeem(world, player)
        if expected is None:
            assert (answer.status_code, seen["state"], seen["is_claimed"]) == (200, "OPEN", False)
        else:
            assert (answer.status_code, answer.json()["error"]["code"]) == expected
            assert seen["state"] == ("SCHEDULED" if expected[1] == "PROMO_NOT_OPEN" else "ENDED")
    opening = (await world.rows("SELECT MIN(created_at) FROM promo_claims"))[0][0]
    assert str(opening).startswith("2025-12-10 11:00:00")
    assert (await world.ok("GET", status, headers=players[0].headers))["left"] == 1
    assert not await world.differences()


async def test_a_code_gives_its_bundle_once_a_player(world: World, admin: Desk) -> None:
    rewards = [
        {"reward_type": "POINT", "reward_amount": 500},
        {"reward_type": "TOKEN", "reward_amount": 2, "token_type": "ROULETTE_COIN"},
        {"reward_type": "XP", "reward_amount": 20},
    ]
    await admin.ok("POST", "/promotions", campaign(rewards=rewards))
    player, other = await world.player("a"), await world.player("b")
    same = player.headers | key()
    first, again = [await world.client.post(REDEEM, json={"code": " xmas-2025 "}, headers=same) for _ in range(2)]
    assert (first.status_code, first.json()["unit_no"], first.json()["operation_id"]) == (
        200, 1, f"CODE:XMAS-2025:{player.id}",
    )  # fmt: skip
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert [reward["state"] for reward in first.json()["rewards"]] == ["GRANTED"] * 3
    assert codes([await redeem(world, player), await redeem(world, other)]) == {"CODE_ALREADY_USED": 1, "OK": 1}
    wallets = "SELECT token_type, balance FROM wallets WHERE user_id = :u ORDER BY token_type"
    # 20 XP is level 1, which pays one coin more
    assert await world.rows(wallets, u=player.id) == [("POINT", 500), ("ROULETTE_COIN", 3)]
    assert not await world.differences()


async def test_of_one_unique_code_one_player_gets_the_unit(world: World, admin: Desk) -> None:
    await admin.ok("POST", "/promotions", campaign(kind="UNIQUE", shared_code=None, units=None))
    await admin.ok("POST", "/promotions/RUSH/upload", {"csv": "code\nabcd-1\nABCD-2\n"})
    made = await admin.ok("POST", "/promotions/RUSH/generate", {"count": 5, "prefix": "WIN-"})
    assert (made["added"], made["campaign"]["codes"]) == (5, 7)
    players = [await world.player(f"p{n}") for n in range(6)]
    answers = await asyncio.gather(*(redeem(world, player, "ABCD-1") for player in players))
    assert codes(answers) == {"OK": 1, "CODE_ALREADY_USED": 5}
    winner = next(p for p, answer in zip(players, answers, strict=True) if answer.is_success)
    assert codes([await redeem(world, winner, "ABCD-1")]) == {"CODE_ALREADY_USED": 1}
    second = await redeem(world, winner, "ABCD-2")
    assert codes([second]) == {"PROMO_ALREADY_CLAIMED": 1}, "the code is unused: it is the player who has had it"
    assert "이미 참여한 이벤트" in second.json()["error"]["message"]
    others = [player for player in players if player is not winner]
    assert codes([await redeem(world, others[0], "ABCD-2")]) == {"OK": 1}
    assert codes([await redeem(world, others[1], "ABCD-9")]) == {"CODE_NOT_FOUND": 1}
    claims = (await admin.get("/promotions/RUSH/claims"))["items"]
    assert [(row["unit_no"], row["code"], row["operation_id"]) for row in claims] == [
        (1, "ABCD-1", "CODE:ABCD-1"), (2, "ABCD-2", "CODE:ABCD-2"),
    ]  # fmt: skip
    assert not await world.differences()


async def test_three_hundred_want_forty_units(world: World, admin: Desk) -> None:
    await admin.ok("POST", "/promotions", campaign(units=40))
    players = [await world.player(f"p{n}") for n in range(100)]
    wanted: list[httpx.Response] = await asyncio.gather(*(redeem(world, player) for player in players * 3))
    winners = {player.id for player, answer in zip(players * 3, wanted, strict=True) if answer.is_success}
    counted = codes(wanted)
    assert (counted["OK"], len(winners)) == (40, 40)
    assert set(counted) == {"OK", "PROMO_SOLD_OUT", "CODE_ALREADY_USED"}
    units = await world.rows("SELECT unit_no, user_id FROM promo_claims ORDER BY unit_no")
    assert [unit for unit, _ in units] == list(range(1, 41))
    assert {user for _, user in units} == winners
    told = {answer.json()["unit_no"] for answer in wanted if answer.is_success}
    assert told == set(range(1, 41)), "every success has its own unit"
    points = await world.rows("SELECT COUNT(*), SUM(balance) FROM wallets WHERE token_type = 'POINT'")
    assert [tuple(map(int, row)) for row in points] == [(40, 4_000)]
    assert (await world.ok("GET", "/api/promotions/RUSH", headers=players[0].headers))["state"] == "SOLD_OUT"
    assert not await world.differences()

    await admin.ok("PUT", "/promotions/RUSH", campaign(units=41), version=1)
    assert codes(await asyncio.gather(*(redeem(world, player) for player in players)))["OK"] == 1
    assert not await world.differences()


async def test_a_stopped_feature_and_a_stopped_campaign_give_nothing(world: World, admin: Desk) -> None:
    await admin.ok("POST", "/promotions", campaign(is_open=False))
    player = await world.player("a")
    assert codes([await redeem(world, player)]) == {"PROMO_ENDED": 1}
    await admin.ok("PUT", "/promotions/RUSH", campaign(), version="*")
    await admin.ok("PATCH", "/features/CLAIM", {"is_enabled": False}, version="*")
    assert codes([await redeem(world, player)]) == {"FEATURE_DISABLED": 1}
    assert await world.rows("SELECT COUNT(*) FROM promo_claims") == [(0,)]


async def test_a_campaign_of_another_host_does_not_exist(world: World, admin: Desk) -> None:
    now = world.clock.now()
    await noted(world.house, "host:vod", lambda keepers: keepers.identity.add_host("vod", "VOD", now=now))
    await admin.ok("POST", "/promotions", campaign(host="vod"))
    player = await world.player("a")
    assert codes([await redeem(world, player)]) == {"CODE_NOT_FOUND": 1}
    assert await world.code("GET", "/api/promotions/RUSH", headers=player.headers) == (404, "PROMO_NOT_FOUND")


async def test_what_is_no_campaign_is_refused_whole(sqlite_world: World) -> None:
    admin = await desk_of(sqlite_world, "kim@example.com", "admin")
    bad: list[dict[str, Any]] = [
        {"kind": "UNIQUE"}, {"shared_code": None}, {"shared_code": "x"}, {"shared_code": "한글코드"}, {"units": 0},
        {"units": 2.5}, {"opens_at": "2025-12-10T20:00:00"}, {"opens_at": "soon"}, {"closes_at": OPENS.isoformat()},
        {"rewards": []}, {"rewards": [{"reward_type": "NONE"}]}, {"rewards": [{"reward_type": "CASH"}]},
        {"rewards": [{"reward_type": "TOKEN", "reward_amount": 1, "token_type": "GOLD"}]}, {"host": "nobody"},
        {"title_ko": ""}, {"is_open": "yes"}, {"given": 3}, {"code": "rush"},
    ]  # fmt: skip
    for change in bad:
        body = campaign(opens_at=OPENS.isoformat()) | change
        assert await admin.refused("POST", "/promotions", body) == (422, "VALIDATION_ERROR"), change
    await admin.ok("POST", "/promotions", campaign())
    assert await admin.refused("POST", "/promotions", campaign()) == (409, "NAME_TAKEN")
    assert await admin.refused("POST", "/promotions", campaign(code="OTHER")) == (409, "NAME_TAKEN")
    assert await admin.refused("POST", "/promotions/RUSH/generate", {"count": 1}) == (422, "VALIDATION_ERROR")
    assert await admin.refused("POST", "/promotions/NONE/upload", {"csv": "code\nAAAA"}) == (404, "PROMO_NOT_FOUND")
    await admin.ok("POST", "/promotions", campaign(code="UNI", kind="UNIQUE", shared_code=None))
    for csv in ("code\nAAA", "code\naaaa\nAAAA", "code,expires_at\nAAAA,2026-01-01", f"code\n{CODE}", "code\nA_A_A"):
        assert await admin.refused("POST", "/promotions/UNI/upload", {"csv": csv}) == (422, "VALIDATION_ERROR"), csv
    for body in ({}, {"code": ""}, {"code": "a!b#"}, {"code": 1234}, {"code": "ABCD", "unit": 1}):
        player = await sqlite_world.player("a")
        answer = await sqlite_world.client.post(REDEEM, json=body, headers=player.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR"), body


async def test_what_players_were_promised_stays(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/promotions", campaign(units=5))
    await redeem(world, await world.player("a"))
    await redeem(world, await world.player("b"))
    past = (world.clock.now() - timedelta(minutes=1)).isoformat()
    for change in ({"code": "OTHER"}, {"kind": "UNIQUE", "shared_code": None}, {"shared_code": "OTHER-1"},
                   {"closes_at": past}):  # fmt: skip
        refusal = await admin.refused("PUT", "/promotions/RUSH", campaign(units=5) | change, version=1)
        assert refusal == (422, "VALIDATION_ERROR"), change
    soon = (world.clock.now() + timedelta(minutes=1)).isoformat()
    for change in ({"units": 4}, {"rewards": [{"reward_type": "POINT", "reward_amount": 1}]}, {"closes_at": soon},
                   {"opens_at": past}, {"host": "main"}, {"is_open": False}):  # fmt: skip
        refusal = await admin.refused("PUT", "/promotions/RUSH", campaign(units=5) | change, version=1)
        assert refusal == (409, "PROMISE_WITHDRAWN"), change
    assert await admin.refused("PUT", "/promotions/RUSH", campaign()) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("PUT", "/promotions/RUSH", campaign(), version=7) == (409, "VERSION_CONFLICT")
    changed = await admin.ok("PUT", "/promotions/RUSH", campaign(units=6, title_ko="새 이름"), version=1)
    assert (changed["units"], changed["given"], changed["version"], changed["title_ko"]) == (6, 2, 2, "새 이름")
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["units"], audit["after"]["units"]) == ("PROMO_CHANGED", 5, 6)
    csv = await world.client.get("/api/admin/promotions/RUSH/claims.csv", headers=admin.headers)
    lines = csv.text.split("\r\n")
    assert lines[0] == "unit_no,campaign,user_id,host,external_id,nickname,code,operation_id,created_at"
    assert lines[1].startswith("1,RUSH,") and lines[1].split(",")[7].startswith("CODE:XMAS-2025:")
    listed = await admin.get("/promotions/RUSH/codes")
    assert [(row["code"], row["claims"]) for row in listed["items"]] == [(CODE, 2)]
    assert len((await admin.get("/promotions"))["items"]) == 1


async def test_codes_of_one_batch_see_each_other(sqlite_world: World) -> None:
    """A hundred requests share one transaction: the second of a player is refused, the units still count one by one."""
    admin = await desk_of(sqlite_world, "kim@example.com", "admin")
    await admin.ok("POST", "/promotions", campaign(units=3))
    players = [await sqlite_world.player(f"p{n}") for n in range(3)]
    answers = await asyncio.gather(*(redeem(sqlite_world, player) for player in players for _ in range(2)))
    assert Counter(codes(answers)) == {"OK": 3, "CODE_ALREADY_USED": 3}
