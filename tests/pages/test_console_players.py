"""Players at the desk: found by any id, understood on one page, helped with a reason and once. No browser needed."""

import re

import pytest

from tests.pages.desk import does, form_key, link, page, send, sit_down, text_of
from tests.world import World, key

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


async def hits(world: World, asked: str) -> list[str]:
    """Where a search leads: straight to one player, or to each on the page of hits."""
    answer = await world.client.get("/console/search", params={"q": asked})
    if answer.status_code == 303:
        return [answer.headers["location"]]
    return re.findall(r'<li><a href="(/console/players/\d+)"', answer.text)


async def test_any_id_leads_to_the_player(world: World) -> None:
    await world.player("other", POINT=5)
    kim = await world.player("kim-1001", ROULETTE_COIN=2)
    sent = key() | {"X-Request-ID": "0123456789abcdef0123456789abcdef"}
    play = await world.ok("POST", "/api/roulette/play", headers=kim.headers | sent)
    await world.ok("POST", "/api/season-pass/stamp", headers=kim.headers)
    [(reward, operation)] = await world.rows(
        "SELECT id, operation_id FROM reward_log WHERE user_id = :id ORDER BY id DESC LIMIT 1", id=kim.id
    )
    [(xp,)] = await world.rows("SELECT operation_id FROM season_xp_ledger LIMIT 1")
    [(request_id,)] = await world.rows("SELECT request_id FROM game_plays")
    await sit_down(world)
    here = f"/console/players/{kim.id}"
    for asked in (
        *(str(kim.id), "kim-10", play["play_id"], f"PLAY:{play['play_id']}", operation, xp, str(reward), request_id),
        sent["Idempotency-Key"],
    ):
        assert here in await hits(world, asked), asked
    for asked in ("nobody", "", "0" * 40, "%", "한글", "\u202e", "' OR 1=1 --", "x" * 200):
        assert await hits(world, asked) == [], asked
    assert (await world.client.get("/console/search", params={"q": "x" * 201})).status_code == 422


async def test_the_page_tells_one_story_with_requests_and_operators_in_it(world: World) -> None:
    kim = await world.player("kim", ROULETTE_COIN=1)
    await world.ok("POST", "/api/roulette/play", headers=kim.headers | key())
    await sit_down(world)
    shown = await page(world, f"/console/players/{kim.id}")
    for said in ("PLAY", "RESULT", "WALLET_GRANTED", "a test needs it", "staff:fixture-admin", "PLAY:"):
        assert said in shown, said
    ledger = await page(world, f"/console/players/{kim.id}?tab=ledger")
    assert "adjust?token_type=ROULETTE_COIN&amp;amount=1&amp;direction=revoke" in ledger, "the way to undo the gift"
    assert "지급 완료" in await page(world, f"/console/players/{kim.id}?tab=rewards")
    assert "다른 운영자" not in shown
    assert (await world.client.get("/console/players/999")).headers["location"] == "/console/players"


async def test_the_story_goes_on_page_by_page_without_gaps(world: World) -> None:
    kim = await world.player("kim", ROULETTE_COIN=12)
    for _ in range(12):
        world.clock.advance(seconds=1)
        await world.ok("POST", "/api/roulette/play", headers=kim.headers | key())
    await sit_down(world)
    path, plays = f"/console/players/{kim.id}", set()
    while path:
        shown = await page(world, path)
        plays |= set(re.findall(r"PLAY:([0-9a-f-]{36})", shown))
        following = re.search(r'rel="next" href="([^"]+)"', shown)
        path = following[1].replace("&amp;", "&") if following else ""
    stored = await world.rows("SELECT id FROM game_plays")
    assert plays == {play for (play,) in stored}


async def test_a_gift_is_previewed_and_then_given_once(world: World) -> None:
    kim = await world.player("kim", DICE_TOKEN=3)
    await sit_down(world)
    path = f"/console/players/{kim.id}/adjust"
    shown = text_of(await page(world, f"{path}?token_type=DICE_TOKEN&amount=2&direction=grant"))
    assert "3 → 에서 5 (+2)" in shown
    form = {"token_type": "DICE_TOKEN", "amount": 2, "direction": "grant", "reason": "a lost ticket", "key": form_key()}
    for _ in range(3):  # pressed again and again
        await does(world, path, **form)
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = 'DICE_TOKEN'") == [(5,)]
    assert (await send(world, path, **form | {"amount": 9})).status_code == 303
    assert "다른 요청에 사용된" in await page(world, f"/console/players/{kim.id}")
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = 'DICE_TOKEN'") == [(5,)]
    taken = form | {"direction": "revoke", "amount": 5, "key": form_key()}
    await does(world, path, **taken)
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = 'DICE_TOKEN'") == [(0,)]
    assert "회수할 수 없습니다" in await page(world, f"{path}?token_type=DICE_TOKEN&amount=1&direction=revoke")
    assert await world.differences() == {}


async def test_a_large_gift_waits_and_another_operator_lets_it_pass(world: World) -> None:
    kim = await world.player("kim")
    await sit_down(world)
    path = f"/console/players/{kim.id}/adjust"
    form = {"token_type": "POINT", "amount": 20_000, "direction": "grant", "reason": "make-good", "key": form_key()}
    assert "다른 운영자가 승인" in await page(world, f"{path}?token_type=POINT&amount=20000&direction=grant")
    assert "승인을 기다립니다" in await does(world, path, **form)
    queue = await page(world, "/console/rewards?state=APPROVAL")
    [reward] = re.findall(r"/console/rewards/(\d+)/reject", queue)
    assert f"/console/rewards/{reward}/approve" not in queue, "who asked is not offered it"
    assert "다른 운영자가 승인해야 합니다" in queue
    own = await send(world, f"/console/rewards/{reward}/approve", reason="mine")
    assert "said-no" in await page(world, own.headers["location"]), "nobody approves their own"
    world.client.cookies.clear()
    await sit_down(world, "ops")
    assert (await send(world, f"/console/rewards/{reward}/approve", reason="ops may not")).status_code == 403
    await second_admin(world)
    await does(world, f"/console/rewards/{reward}/approve", reason="seen and right")
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = 'POINT'") == [(20_000,)]
    again = await send(world, f"/console/rewards/{reward}/approve", reason="twice")
    assert "said-no" in await page(world, again.headers["location"])
    await does(world, f"/console/rewards/{reward}/reverse", reason="it was wrong after all")
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = 'POINT'") == [(0,)]
    assert await world.differences() == {}


async def test_support_asks_for_a_make_good_and_gives_nothing_itself(world: World) -> None:
    kim = await world.player("kim")
    await sit_down(world, "support")
    here = f"/console/players/{kim.id}"
    shown = await page(world, here)
    assert "요청 미리 보기" in shown
    assert "지급 미리 보기" not in shown
    assert "관리자가 승인한 뒤에" in await page(world, f"{here}/adjust?token_type=DICE_TOKEN&amount=1&direction=ask")
    form = {"token_type": "DICE_TOKEN", "amount": 1, "direction": "ask", "reason": "a lost ticket", "key": form_key()}
    for direction in ("grant", "revoke"):
        assert (await send(world, f"{here}/adjust", **form | {"direction": direction})).status_code == 403
    for _ in range(2):
        assert "승인을 기다립니다" in await does(world, f"{here}/adjust", **form)
    assert await world.rows("SELECT state, amount FROM reward_log") == [("APPROVAL", 1)]


async def second_admin(world: World) -> None:
    world.client.cookies.clear()
    await world.client.get(await link(world, "another-admin"))


async def test_rewards_leave_as_a_table_without_formulas(world: World) -> None:
    await world.player("kim", POINT=7)
    await world.sql("UPDATE reward_log SET source = '=cmd|A1'")
    await sit_down(world, "support")
    answer = await world.client.get("/console/rewards.csv?state=GRANTED")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert lines[0].startswith("\ufeffid,created_at,user_id,host,external_id")
    assert "'=cmd|A1" in lines[1] and "POINT" in lines[1]


async def test_a_player_is_blocked_signed_out_and_let_in_again(world: World) -> None:
    kim = await world.player("kim")
    await sit_down(world)
    here = f"/console/players/{kim.id}"
    assert (await send(world, f"{here}/block", reason=" ", version=1)).status_code == 422
    assert "차단됨" in await does(world, f"{here}/block", reason="cheating", version=1)
    assert await world.code("POST", "/api/season-pass/stamp", headers=kim.headers) == (403, "USER_BLOCKED")
    stale = await send(world, f"{here}/unblock", reason="a mistake", version=1)
    assert "다른 사람이 먼저" in await page(world, stale.headers["location"])
    await does(world, f"{here}/unblock", reason="a mistake", version=2)
    await does(world, f"{here}/sign-out", reason="a stolen phone")
    assert await world.code("POST", "/api/season-pass/stamp", headers=kim.headers) == (401, "TOKEN_REVOKED")


@pytest.mark.parametrize("scope", ["support", "ops"])
async def test_only_admins_move_value_and_support_may_restore_a_streak(world: World, scope: str) -> None:
    kim = await world.player("kim")
    await sit_down(world, scope)
    here, form = f"/console/players/{kim.id}", {"reason": "r", "key": form_key(), "version": 1}
    shown = await page(world, here)
    assert "지급 미리 보기" not in shown
    assert ("연속 출석 되살리기" in shown) is (scope == "support")
    value = {"token_type": "POINT", "amount": 1, "direction": "grant", "season": world.season_id, "track": "GOLD"}
    for act in ("adjust", "block", "unblock", "sign-out", "premium"):
        assert (await send(world, f"{here}/{act}", **form | value)).status_code == 403, act
    streak = await send(world, f"{here}/streak", season=world.season_id, days=3, **form)
    assert streak.status_code == (303 if scope == "support" else 403)
    if scope == "support":
        assert "연속 출석을 세지 않는" in await page(world, here)
    assert await world.rows("SELECT COUNT(*) FROM reward_log") == [(0,)]


async def test_players_are_listed_and_found_by_the_start_of_a_name(world: World) -> None:
    for name in ("kim-1", "kim-2", "lee-1"):
        await world.player(name)
    await sit_down(world, "support")
    everybody = await page(world, "/console/players")
    assert all(name in everybody for name in ("kim-1", "kim-2", "lee-1"))
    found = await page(world, "/console/players?query=kim")
    assert "kim-2" in found and "lee-1" not in found
    assert "그런 플레이어가 없습니다" in await page(world, "/console/players?query=nobody")
