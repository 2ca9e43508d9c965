"""What is taken out for a spreadsheet: whole, named, narrowed, the same at both doors, and read back unchanged."""

import csv
from io import StringIO
from typing import Any

import pytest

from app.domain.grants import Grant, RewardType
from app.flows import exports
from tests.admin.desk import WHY, Desk, desk_of
from tests.pages.desk import page, sit_down
from tests.rewards.gifts import give
from tests.rewards.promotions import campaign, redeem
from tests.world import World, key

NAMED = {"host": "main", "external_id": "park", "nickname": ""}


@pytest.fixture
async def admin(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def text_of(desk: Desk, path: str, **asked: Any) -> str:
    answer = await desk.world.client.get(f"/api/admin{path}", headers=desk.headers, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.text


async def lines_of(desk: Desk, path: str, **asked: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(await text_of(desk, path, **asked))))


async def a_day_of_plays(world: World) -> None:
    segment = {"label": "-500 포인트", "weight": 1, "reward_type": "POINT", "reward_amount": 500}
    await world.configure("roulette", {"name": "w", "segments": [segment | {"slot_index": n} for n in range(6)]})
    for name in ("park", "choi"):
        player = await world.player(name, ROULETTE_COIN=2)
        for _ in range(2):
            await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
            world.clock.advance(hours=13)


async def test_winners_stand_with_name_season_game_and_prize_and_can_be_narrowed(world: World, admin: Desk) -> None:
    await a_day_of_plays(world)
    for path in ("/exports/plays.csv", "/rewards/export.csv"):
        rows = await lines_of(admin, path, game="roulette")
        assert len(rows) == 4
        assert {name: rows[-1][name] for name in NAMED} == NAMED
        assert (rows[-1]["season"], rows[-1]["game"], rows[-1]["prize_label"]) == (
            "XMAS_2025", "roulette", "'-500 포인트",
        )  # fmt: skip
        assert rows[-1]["created_at"] == "2025-12-10T12:00:00+09:00"
        for asked, found in (
            ({"since": "2025-12-11"}, 3), ({"until": "2025-12-10"}, 1),
            ({"since": "2025-12-11", "until": "2025-12-11"}, 2),
            ({"season": "XMAS_2025"}, 4), ({"season": "OTHER"}, 0),
            ({"season": "XMAS_2025", "until": "2025-12-10"}, 1), ({"prize": "-500 포인트"}, 4), ({"prize": "x"}, 0),
            ({"state": "GRANTED"}, 4), ({"state": "FAILED"}, 0), ({"host": "main"}, 4), ({"host": "vod"}, 0),
        ):  # fmt: skip
            assert len(await lines_of(admin, path, game="roulette", **asked)) == found, asked
    assert len(await lines_of(admin, "/exports/plays.csv", won="true")) == 4
    assert not await lines_of(admin, "/exports/plays.csv", game="dice")
    ledger = await lines_of(admin, "/exports/ledger.csv", token_type="POINT", since="2025-12-11")
    assert [(row["external_id"], row["delta"]) for row in ledger] == [("choi", "500"), ("choi", "500"), ("park", "500")]
    players = await lines_of(admin, "/exports/players.csv")
    assert [row["external_id"] for row in players] == ["park", "choi"]
    acts = await lines_of(admin, "/exports/audit.csv")
    assert {row["actor"] for row in acts} >= {"staff:fixture-admin"}


async def test_a_filter_that_a_file_does_not_know_is_refused(world: World, admin: Desk) -> None:
    for path in ("/exports/audit.csv?host=main", "/exports/ledger.csv?season=X", "/exports/plays.csv?colour=red",
                 "/exports/players.csv?state=GRANTED", "/exports/plays.csv?since=soon", "/rewards/export.csv?won=true",
                 "/exports/plays.csv?since=0001-01-01"):  # fmt: skip
        answer = await world.client.get(f"/api/admin{path}", headers=admin.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR"), path
    unknown = await world.client.get("/api/admin/exports/plays.csv?game=chess", headers=admin.headers)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "GAME_NOT_FOUND")


async def test_a_file_is_whole_however_many_rows(world: World, admin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 1_000)
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    codes = "code\n" + "\n".join(f"C-{n:06}" for n in range(12_345))
    await admin.ok("POST", "/coupons/pools/COFFEE/upload", {"csv": codes})
    rows = await lines_of(admin, "/coupons/pools/COFFEE/codes.csv")
    assert [row["code"] for row in rows] == [f"C-{n:06}" for n in range(12_345)]
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    await a_day_of_plays(world)
    plays = await lines_of(admin, "/exports/plays.csv")
    assert len({row["id"] for row in plays}) == 4
    assert [row["created_at"] for row in plays] == sorted((row["created_at"] for row in plays), reverse=True)


async def test_both_doors_give_the_same_file_and_a_spreadsheet_knows_its_letters(world: World, admin: Desk) -> None:
    await a_day_of_plays(world)
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await admin.ok("POST", "/coupons/pools/COFFEE/upload", {"csv": "code\nA\nB"})
    park = await world.player("park")
    await give(world, park, Grant(RewardType.COUPON, 1, code="COFFEE"), operation_id="TEST:1")
    await admin.ok("POST", "/promotions", campaign())
    await redeem(world, park)
    doors = {
        "/rewards/export.csv": "/rewards.csv", "/coupons/pools/COFFEE/codes.csv": "/coupons/COFFEE/codes.csv",
        "/promotions/RUSH/codes.csv": "/promotions/RUSH/codes.csv",
        "/promotions/RUSH/claims.csv": "/promotions/RUSH/claims.csv",
        **{f"/exports/{kind}.csv": f"/exports/{kind}.csv" for kind in ("plays", "ledger", "players")},
    }  # fmt: skip
    shown = {api: await text_of(admin, api) for api in doors}
    marked = await text_of(admin, "/rewards/export.csv", bom="true")
    assert marked == "\ufeff" + shown["/rewards/export.csv"]
    await sit_down(world)
    for api, console in doors.items():
        answer = await world.client.get(f"/console{console}")
        assert answer.content == b"\xef\xbb\xbf" + shown[api].encode(), console
        bare = await world.client.get(f"/console{console}?bom=false&since=")
        assert bare.text == shown[api]
        assert ",park," in shown[api], f"{api} names players by external id"
    form = await page(world, "/console/exports")
    assert "엑셀용 UTF-8(BOM)" in form and "XMAS_2025" in form
    winners = await world.client.get("/console/exports/plays.csv?won=true&since=2025-12-11&until=&game=roulette&prize=")
    assert winners.text.count("\r\n") == 4


async def test_what_was_taken_out_can_be_uploaded_again_unchanged(world: World, admin: Desk) -> None:
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await admin.ok("POST", "/coupons/pools/COFFEE/upload", {"csv": "code,expires_at\nA,2026-01-31\nB,"})
    await give(world, await world.player("park"), Grant(RewardType.COUPON, 1, code="COFFEE"), operation_id="T:1")
    await admin.ok("POST", "/promotions", campaign(kind="UNIQUE", shared_code=None))
    await admin.ok("POST", "/promotions/RUSH/upload", {"csv": "code\nABCD-1\nABCD-2"})
    for pool in ("/coupons/pools/COFFEE", "/promotions/RUSH"):
        taken = await text_of(admin, f"{pool}/codes.csv", bom="true")
        for newline in ("\r\n", "\n"):
            again = await world.client.post(
                f"/api/admin{pool}/upload",
                headers=admin.headers | key(),
                files={"file": taken.replace("\r\n", newline).encode()},
                data={"reason": WHY},
            )
            assert (again.json()["added"], again.json()["known_before"]) == (0, 2), again.text
    day = "/rankings/2025-12-10"
    await world.player("=kim")
    entries = [
        {"rank": 1, "external_id": "park", "display_name": "-=하늘=-", "score": 9},
        {"rank": 2, "display_name": "눈사람", "score": 7},
        {"rank": 3, "external_id": "=kim", "score": -5},
    ]
    before = await admin.ok("PUT", day, {"entries": entries})
    taken = await text_of(admin, f"{day}/csv", bom="true")
    assert "'=kim" in taken and "'-=하늘=-" in taken
    after = await admin.ok("PUT", day, {"csv": taken}, version=1)
    assert after["entries"] == before["entries"]


async def test_days_that_end_before_they_begin_are_refused_at_both_doors(sqlite_world: World) -> None:
    desk, backwards = await desk_of(sqlite_world, "kim@example.com", "admin"), "since=2025-12-11&until=2025-12-10"
    for path in ("/exports/plays.csv", "/exports/audit.csv", "/rewards/export.csv"):
        answer = await sqlite_world.client.get(f"/api/admin{path}?{backwards}", headers=desk.headers)
        assert answer.status_code == 422, path
        assert [one["field"] for one in answer.json()["error"]["details"]] == ["until"]
    await sit_down(sqlite_world)
    answer = await sqlite_world.client.get(f"/console/exports/plays.csv?{backwards}")
    assert answer.headers["content-type"].startswith("text/html"), "said on the page, and no empty file"


async def test_the_encoding_of_a_file_is_one_of_two(sqlite_world: World) -> None:
    await sit_down(sqlite_world)
    encoding = (await page(sqlite_world, "/console/exports")).split('name="bom">')[1].split("</select>")[0]
    assert [part.split('"')[0] for part in encoding.split('value="')[1:]] == ["true", "false"]


async def test_only_the_days_of_a_season_are_read_for_its_file(sqlite_world: World) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    await a_day_of_plays(sqlite_world)
    other = {"season_name": "LATER", "start_date": "2026-03-01", "end_date": "2026-03-31"}
    await desk.ok("POST", f"/seasons/{sqlite_world.season_id}/clone", other)
    park = await sqlite_world.player("park")
    await give(sqlite_world, park, Grant(RewardType.POINT, 7), operation_id=f"SEASON:1:{park.id}:FREE:9")
    read: list[int] = []
    told = exports._told
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports, "_told", lambda row, *more: (read.append(row["id"]), told(row, *more))[1])
        assert await lines_of(desk, "/exports/plays.csv", season="LATER") == []
        assert read == []
        rows = await lines_of(desk, "/rewards/export.csv", season="XMAS_2025", game="roulette")
    assert len(rows) == len(read) == 4
    sqlite_world.clock.advance(days=20)
    await give(sqlite_world, park, Grant(RewardType.POINT, 7), operation_id=f"SEASON:1:{park.id}:FREE:8")
    claimed = await lines_of(desk, "/rewards/export.csv", season="XMAS_2025", source="SEED")
    assert len(claimed) == 2, "also what was claimed after the last day"
