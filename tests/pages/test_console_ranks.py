"""Leaderboards and contests of teams at the desk: how they stand, how they ended, what was paid, who was taken off."""

import json
import re
from datetime import datetime
from typing import Any

import httpx
import pytest

from app.core.time_utils import KST
from tests.goals.boards import begin, board, run
from tests.goals.missions import spin
from tests.goals.test_teams import contest, make
from tests.pages.desk import OURS, does, page, send, sit_down, text_of
from tests.world import World

BOARD, CUP = "/console/leaderboards/DAILY_SPINS", "/console/contests/CUP"


@pytest.fixture
async def world(sqlite_world: World) -> World:
    await sit_down(sqlite_world)
    return sqlite_world


def document(made: dict[str, Any], **changed: Any) -> str:
    return json.dumps({name: value for name, value in (made | changed).items() if name != "is_active"})


async def acts(world: World, target: str) -> list[str]:
    rows = await world.rows("SELECT action FROM admin_audit_log WHERE target = :target ORDER BY id", target=target)
    return [action for (action,) in rows]


async def test_a_board_is_made_watched_marked_and_seen_paid(world: World) -> None:
    await begin(world)
    await sit_down(world)
    new = "/console/leaderboards/new"
    await does(world, new, config=document(board()), reason="a race")
    await does(world, f"{BOARD}/activate", reason="from today", version=1)
    kim, lee = [await world.player(name, ROULETTE_COIN=5) for name in ("kim", "lee")]
    await spin(world, kim, times=3)
    await spin(world, lee, times=2)
    shown = text_of(await page(world, BOARD))
    assert f"1 플레이어 {kim.id} 3" in shown and f"2 플레이어 {lee.id} 2" in shown and "2025-12-10 세는 중" in shown
    shown = await does(world, f"{BOARD}/marks", user_id=kim.id, mark="BANNED", reason="a robot")
    assert f"1 플레이어 {lee.id} 2" in text_of(shown) and "순위 없음" in shown
    await does(world, f"{BOARD}/marks", user_id=kim.id, mark="", reason="no robot")
    world.clock.set(datetime(2025, 12, 11, 0, 10, tzinfo=KST))
    await run(world, "leaderboard_close")
    shown = text_of(await page(world, f"{BOARD}?window=2025-12-10"))
    assert "2025-12-10 지급 끝남" in shown and "지급함" in shown and "100 포인트" in shown
    csv = (await world.client.get(f"{BOARD}/2025-12-10.csv")).text
    assert csv.splitlines()[1].startswith(f"1,{kim.id},main,kim,,3,2025-12-10T12:00:00+09:00,PAID")
    assert (await world.client.get(f"{BOARD}?window=2025-12-12")).headers["location"] == "/console/leaderboards"
    assert (await world.client.get(f"{BOARD}?window=x")).status_code == 422
    fewer = await send(world, f"{BOARD}/edit", config=document(board(), keep_ranks=50), reason="fewer", version=2)
    assert fewer.status_code == 422 and "keep_ranks" in fewer.text, "a rank that was kept is a promise"
    change = {"config": document(board(), keep_ranks=500), "reason": "more"}
    stale = await send(world, f"{BOARD}/edit", **change, version=1)
    assert "다른 사람이 먼저" in stale.text
    await does(world, f"{BOARD}/edit", **change, version=2)
    old = await send(world, f"{BOARD}/retire", reason="stale", version=2)
    assert "다른 사람이 먼저" in await page(world, old.headers["location"])
    await does(world, f"{BOARD}/retire", reason="enough", version=3)
    assert await acts(world, "leaderboard:DAILY_SPINS") == [
        "LEADERBOARD_CREATED", "LEADERBOARD_ACTIVATED", "LEADERBOARD_MARKED", "LEADERBOARD_MARKED",
        "LEADERBOARD_CHANGED", "LEADERBOARD_RETIRED",
    ]  # fmt: skip


async def test_a_contest_is_made_watched_and_seen_settled(world: World) -> None:
    await begin(world)
    await sit_down(world)
    await does(world, "/console/contests/new", config=document(contest(world.season_id)), reason="play together")
    change = {"config": document(contest(world.season_id), size_limit=3), "reason": "larger"}
    assert "다른 사람이 먼저" in (await send(world, f"{CUP}/edit", **change, version=7)).text
    await does(world, f"{CUP}/edit", **change, version=1)
    old = await send(world, f"{CUP}/activate", reason="stale", version=1)
    assert "다른 사람이 먼저" in await page(world, old.headers["location"])
    await does(world, f"{CUP}/activate", reason="from today", version=2)
    kim = await world.player("kim", ROULETTE_COIN=5)
    await make(world, kim, "Snow <b>owls")
    await spin(world, kim, times=2)
    shown = await page(world, CUP)
    assert "1 Snow &lt;b&gt;owls 2 1" in text_of(shown) and "세는 중" in shown and "<b>owls" not in shown
    world.clock.set(datetime(2025, 12, 26, 0, 10, tzinfo=KST))
    await run(world, "team_settlement")
    shown = await page(world, CUP)
    assert "지급 끝남" in shown and "/retire" not in shown and "/edit" not in shown
    assert "Snow <b>owls,2,1" in (await world.client.get(f"{CUP}/results.csv")).text
    late = await send(world, f"{CUP}/retire", reason="too late", version=5)
    assert "대회 상태" in await page(world, late.headers["location"])
    assert await acts(world, "contest:CUP") == ["CONTEST_CREATED", "CONTEST_CHANGED", "CONTEST_ACTIVATED"]


async def test_others_watch_and_change_nothing(world: World) -> None:
    await begin(world, board())
    await sit_down(world)
    await does(world, "/console/contests/new", config=document(contest(world.season_id)), reason="r")
    form = {"reason": "r", "version": 1, "config": "{}", "user_id": 1, "mark": "BANNED"}
    doors = [f"{BOARD}/{act}" for act in ("edit", "activate", "retire", "marks")]
    doors += [f"{CUP}/{act}" for act in ("edit", "activate", "retire")]
    for door in doors:
        assert (await send(world, door, **form | {"reason": ""})).status_code == 422, door
    doors += ["/console/leaderboards/new", "/console/contests/new"]
    for scope in ("support", "ops"):
        await sit_down(world, scope)
        for path in ("/console/leaderboards", BOARD, "/console/contests", CUP):
            shown = await page(world, path)
            assert 'name="reason"' not in shown and "/new" not in shown and "/edit" not in shown, path
        for door in doors:
            assert (await send(world, door, **form)).status_code == 403, door
    for place in ("leaderboards", "contests"):
        assert (await world.client.get(f"/console/{place}/NOPE")).headers["location"] == f"/console/{place}"


async def ranking(world: World, file: bytes | None = None, **fields: str) -> httpx.Response:
    """Sends the form of rankings, with a file or a text."""
    files = {"file": ("day.csv" if file else "", file or b"")}
    sent = {"day": "2025-12-10", "host": "main", "reason": "ranks of the day"} | fields
    return await world.client.post("/console/rankings/upload", data=sent, files=files, headers=OURS)


async def test_a_day_is_uploaded_looked_at_taken_out_and_replaced(world: World) -> None:
    await world.player("kim")
    await sit_down(world)
    empty = await page(world, "/console/rankings")
    assert "아직 올린 순위가 없습니다" in empty and re.search('href="/console/missions" aria-current[^>]*>목표', empty)
    made = await ranking(world, "rank,external_id,display_name,score\n1,kim,,90\n2,,누군가,70\n".encode("cp949"))
    assert (made.status_code, made.headers["location"]) == (303, "/console/rankings/2025-12-10")
    shown = await page(world, "/console/rankings/2025-12-10")
    assert "누군가" in shown and "/console/players/1" in shown
    assert "/console/rankings/2025-12-10" in await page(world, "/console/rankings")
    assert "/console/rankings/2025-12-10" not in await page(world, "/console/rankings?before=2025-12-10")

    taken = (await world.client.get("/console/rankings/2025-12-10/ranking.csv")).content
    blind = await ranking(world, taken)
    assert blind.status_code == 422 and "has a ranking already" in blind.text
    again = await ranking(world, taken, version="1")
    assert again.status_code == 303
    late = await ranking(world, taken, version="1")
    assert late.status_code == 422 and "다른 사람이 먼저 변경했습니다" in late.text
    assert (await world.client.get("/api/ranking/today", headers=await world.token("kim"))).json()["my_entry"][
        "rank"
    ] == 1


async def test_what_is_wrong_with_a_ranking_stands_with_its_line_and_nothing_is_taken(world: World) -> None:
    await sit_down(world)
    for text, said in (
        ("rank,score\n1,5", "csv.line2"), ("rank,score,display_name\nx,5,a", "csv.line2"), ("score\n5", "csv.line1"),
        ("rank,score,external_id\n1,5,nobody", "entries.0.external_id"), ("", "csv"),
    ):  # fmt: skip
        refused = await ranking(world, csv=text)
        assert refused.status_code == 422 and f"<code>{said}</code>" in refused.text, (text, refused.text[-900:])
        assert text.partition("\n")[2] in refused.text, "what was typed is not lost"
    for fields in ({"day": "2025-12-11"}, {"day": "soon"}, {"reason": ""}, {"host": "nowhere"}):
        assert (await ranking(world, csv="rank,score,display_name\n1,5,a", **fields)).status_code == 422, fields
    assert await world.rows("SELECT COUNT(*) FROM daily_rankings") == [(0,)]
    world.client.cookies.clear()
    await sit_down(world, "support")
    assert "/console/rankings/upload" not in await page(world, "/console/rankings")
    assert (await ranking(world, csv="rank,score,display_name\n1,5,a")).status_code == 403
