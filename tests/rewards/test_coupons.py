"""One code, one player: from an upload, under load, from an empty pool that is filled again, until it expires."""

import asyncio
from io import StringIO

import pytest

from app.batches.scheduler import JOBS_BY_NAME, tick
from app.domain.code_files import read_codes
from app.domain.codes import new_codes
from app.domain.csv_text import csv_text
from app.domain.draw import ScriptedDraw
from app.domain.grants import Grant, RewardState, RewardType
from tests.admin.desk import Desk, desk_of
from tests.rewards.gifts import give, stands
from tests.world import World, key

POOL = "/coupons/pools/COFFEE"
CODES = "SELECT code, user_id, operation_id FROM coupon_codes ORDER BY id"


@pytest.fixture
async def admin(world: World) -> Desk:
    desk = await desk_of(world, "kim@example.com", "admin")
    await desk.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "커피 쿠폰"})
    return desk


async def filled(admin: Desk, *codes: str) -> None:
    await admin.ok("POST", f"{POOL}/upload", {"csv": "\n".join(["code", *codes])})


def coupon(amount: int = 1) -> Grant:
    return Grant(RewardType.COUPON, amount, code="COFFEE")


async def test_a_play_that_wins_a_coupon_hands_out_a_code_at_once_and_wins_none_that_is_not_there(
    world: World, admin: Desk
) -> None:
    await filled(admin, "AAA-1", "AAA-2")
    segment = {"label": "p", "weight": 1, "reward_type": "COUPON", "reward_amount": 1, "code": "COFFEE"}
    await world.configure("roulette", {"name": "w", "segments": [segment | {"slot_index": n} for n in range(6)]})
    player = await world.player("park", ROULETTE_COIN=3)
    for _ in range(2):
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    refusal = await world.code("POST", "/api/roulette/play", headers=player.headers | key())
    assert refusal == (409, "PRIZES_SOLD_OUT")
    mine = await world.ok("GET", "/api/coupons", headers=player.headers)
    assert [(line["code"], line["pool"], line["state"]) for line in mine["items"]] == [
        ("AAA-2", "COFFEE", "VALID"), ("AAA-1", "COFFEE", "VALID"),
    ]  # fmt: skip
    states = [row["state"] for row in (await world.ok("GET", "/api/rewards", headers=player.headers))["items"]][:2]
    assert states == ["GRANTED", "GRANTED"]
    events = "SELECT event_type, COUNT(*) FROM user_event_log WHERE reference LIKE 'PLAY%' GROUP BY event_type"
    assert dict(await world.rows(events)) == {"PLAY": 2, "RESULT": 2, "REWARD_GRANTED": 2}
    other = await world.player("choi")
    assert (await world.ok("GET", "/api/coupons", headers=other.headers))["items"] == []
    assert not await world.differences()


async def test_an_empty_pool_alarms_and_filling_it_delivers_what_waits(
    world: World, admin: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms: list[tuple[str, object]] = []
    monkeypatch.setattr(
        "app.flows.deliver_rewards.raise_alarm", lambda name, **facts: alarms.append((name, facts["waiting"]))
    )
    players = [await world.player(name) for name in ("park", "choi")]
    for number, player in enumerate(players):
        await give(world, player, coupon(2), operation_id=f"TEST:{number}")
    for _ in range(2):
        world.clock.advance(minutes=1)
        await tick(world.container, JOBS_BY_NAME["deliver_rewards"], "test", lambda: True)
    assert (await stands(world, "TEST:0"))[:3] == ("PENDING", 2, "COUPON_POOL_EMPTY")
    assert alarms == [("coupon_pool_empty", 2)] * 2

    await filled(admin, "A", "B", "C")  # enough for one of two: nobody gets half
    world.clock.advance(minutes=1)
    await tick(world.container, JOBS_BY_NAME["deliver_rewards"], "test", lambda: True)
    assert [(await stands(world, f"TEST:{n}"))[0] for n in (0, 1)] == ["GRANTED", "PENDING"]
    assert await world.rows(CODES) == [
        ("A", players[0].id, "TEST:0"), ("B", players[0].id, "TEST:0"), ("C", None, None),
    ]  # fmt: skip
    await filled(admin, "C", "D")  # C is known
    world.clock.advance(minutes=1)
    await tick(world.container, JOBS_BY_NAME["deliver_rewards"], "test", lambda: True)
    assert (await stands(world, "TEST:1"))[0] == "GRANTED"
    pool = await admin.get(POOL)
    assert (pool["total"], pool["given"], pool["free"]) == (4, 4, 0)
    assert not await world.differences()


async def test_many_at_once_get_a_code_each_and_no_code_twice(mariadb_world: World) -> None:
    world = mariadb_world
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await admin.ok("POST", f"{POOL}/generate", {"count": 25, "prefix": "XMAS-"})
    players = [await world.player(f"p{n}") for n in range(30)]
    given = await asyncio.gather(
        *(give(world, player, coupon(), operation_id=f"TEST:{player.id}") for player in players)
    )
    assert given == [(RewardState.PENDING,)] * 30, "codes are handed out when everything is saved"
    states = dict(await world.rows("SELECT state, COUNT(*) FROM reward_log GROUP BY state"))
    assert states == {"GRANTED": 25, "PENDING": 5}
    counted = "SELECT COUNT(DISTINCT user_id), COUNT(DISTINCT operation_id), COUNT(*) FROM coupon_codes"
    assert await world.rows(counted) == [(25, 25, 25)]
    assert not await world.differences()


async def test_expired_codes_stay_where_they_are(world: World, admin: Desk) -> None:
    csv = "code,expires_at\nSOON,2025-12-10T12:00:01+09:00\nTODAY,2025-12-10\nLATE,2025-12-10T12:30:00+09:00\nEVER,\n"
    added = await admin.ok("POST", f"{POOL}/upload", {"csv": csv})
    assert (added["added"], added["pool"]["free"]) == (4, 4)
    world.clock.advance(hours=1)
    assert (await admin.get(POOL))["free"] == 2
    player = await world.player("park")
    await give(world, player, coupon(2), operation_id="TEST:1")
    lines = (await world.ok("GET", "/api/coupons", headers=player.headers))["items"]
    assert [(line["code"], line["expires_at"]) for line in lines] == [
        ("EVER", None), ("TODAY", "2025-12-11T00:00:00+09:00"),
    ]  # fmt: skip
    world.clock.advance(hours=11)  # midnight in Seoul
    lines = (await world.ok("GET", "/api/coupons", headers=player.headers))["items"]
    assert [line["state"] for line in lines] == ["VALID", "EXPIRED"]


async def test_a_coupon_taken_back_is_void_and_never_given_again(world: World, admin: Desk) -> None:
    await filled(admin, "A")
    player, other = await world.player("park"), await world.player("choi")
    await give(world, player, coupon(), operation_id="TEST:1")
    row = (await admin.get("/rewards", operation_id="TEST:1"))["items"][0]
    await admin.ok("POST", f"/rewards/{row['id']}/reverse")
    assert (await world.ok("GET", "/api/coupons", headers=player.headers))["items"][0]["state"] == "VOID"
    await give(world, other, coupon(), operation_id="TEST:2")
    assert (await stands(world, "TEST:2"))[0] == "PENDING"
    assert not await world.differences()


async def test_a_large_coupon_waits_for_approval_and_then_takes_its_code(world: World, admin: Desk) -> None:
    await filled(admin, "A")
    player = await world.player("park")
    grant = Grant(RewardType.COUPON, 1, code="COFFEE", needs_approval=True)
    assert await give(world, player, grant, operation_id="TEST:1") == (RewardState.APPROVAL,)
    row = (await admin.get("/rewards", operation_id="TEST:1"))["items"][0]
    assert (await admin.ok("POST", f"/rewards/{row['id']}/approve"))["state"] == "GRANTED"
    assert await world.rows(CODES) == [("A", player.id, "TEST:1")]


async def test_pools_are_edited_exported_and_refused_like_everything_else(world: World, admin: Desk) -> None:
    assert await admin.refused("POST", "/coupons/pools", {"code": "COFFEE", "name": "x"}) == (409, "NAME_TAKEN")
    for body in ({}, {"code": "coffee", "name": "x"}, {"code": "TEA", "name": ""}, {"code": "T", "name": "t", "x": 1}):
        assert await admin.refused("POST", "/coupons/pools", body) == (422, "VALIDATION_ERROR")
    assert await admin.refused("POST", "/coupons/pools/TEA/upload", {"csv": "code\nA"}) == (404, "POOL_NOT_FOUND")
    for csv in ("", "code", "kode\nA", "code\nA\nA", "code\nA,B", "code\nhas space", "code,expires_at\nA,soon",
                "code,expires_at\nA,2025-12-10T00:00:00", 'code\n"', "code\n" + "A" * 101):  # fmt: skip
        assert await admin.refused("POST", f"{POOL}/upload", {"csv": csv}) == (422, "VALIDATION_ERROR"), csv
    for body in ({"count": 0}, {"count": 10_001}, {"count": 1, "prefix": "lower"}, {"count": "1"}):
        assert await admin.refused("POST", f"{POOL}/generate", body) == (422, "VALIDATION_ERROR")
    version = (await admin.get(POOL))["version"]
    assert await admin.refused("PUT", POOL, {"name": "tea"}) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("PUT", POOL, {"name": "tea"}, version=99) == (409, "VERSION_CONFLICT")
    assert (await admin.ok("PUT", POOL, {"name": "tea"}, version=version))["name"] == "tea"

    await filled(admin, "AB=1", "B")
    batch = (await admin.get(f"{POOL}/batches"))["items"][0]["id"]
    csv = await world.client.get(f"/api/admin{POOL}/codes.csv", headers=admin.headers)
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.text.split("\r\n")[:3] == [
        "code,expires_at,state,pool,batch_id,user_id,host,external_id,nickname,operation_id,assigned_at,voided_at",
        f"AB=1,,FREE,COFFEE,{batch},,,,,,,", f"B,,FREE,COFFEE,{batch},,,,,,,",
    ]  # fmt: skip
    listed = await admin.get(f"{POOL}/codes", limit=1)
    assert (listed["items"][0]["code"], listed["has_more"]) == ("AB=1", True)


def test_new_codes_are_different_and_easy_to_read() -> None:
    rolls = [0] * 12 + [0] * 12 + [1] * 12
    assert new_codes(ScriptedDraw(rolls), 2, prefix="A-") == ["A-" + "2" * 12, "A-" + "3" * 12]


def test_a_file_from_a_spreadsheet_is_read() -> None:
    codes = read_codes(StringIO("\ufeffcode,expires_at\r\n A-1 ,2026-01-31\r\n\r\nA-2\r\n", newline=""))
    assert [(one.code, one.expires_at and one.expires_at.isoformat()) for one in codes] == [
        ("A-1", "2026-01-31T15:00:00+00:00"), ("A-2", None),
    ]  # fmt: skip
    assert csv_text([["a"], ["=x"], [-5], ["-5"], [None, 1]]) == "a\r\n'=x\r\n-5\r\n'-5\r\n,1\r\n"
