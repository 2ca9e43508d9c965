"""Who may sit at the desk, and who may write there: links, passwords, cookies, origins, roles. No browser needed."""

import asyncio
import re

import pyotp
import pytest

from app.pages.console.operator import STAFF
from tests.pages.desk import OURS, does, link, page, send, sit_down
from tests.world import World


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


async def test_a_link_signs_in_exactly_once_however_many_open_it(world: World) -> None:
    path = await link(world)
    answers = await asyncio.gather(*(world.client.get(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401, 401]
    cookies = next(answer for answer in answers if answer.status_code == 303).headers.get_list("set-cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {STAFF.access, STAFF.refresh}
    assert all("HttpOnly" in one and "SameSite=strict" in one and "Path=/console" in one for one in cookies)
    assert "현황" in await page(world, "/console")
    assert (await world.client.get(path)).headers["location"] == "/console", "who is in goes straight to the desk"
    world.client.cookies.clear()
    assert "./run ops sign-in-link" in await page(world, path, 401)


async def test_a_link_that_a_browser_only_guesses_at_stays_unused(world: World) -> None:
    path = await link(world)
    assert (await world.client.get(path, headers={"Sec-Purpose": "prefetch;prerender"})).status_code == 204
    assert (await world.client.get(path)).status_code == 303


async def test_a_link_is_no_refresh_token_and_ends_with_its_day(world: World) -> None:
    key = (await link(world)).partition("key=")[2]
    assert await world.code("POST", "/api/auth/token", json={"refresh_token": key}) == (401, "TOKEN_INVALID")
    await world.sql("UPDATE refresh_tokens SET expires_at = '2020-01-01 00:00:00.000000'")
    assert "만료" in await page(world, f"/console/enter?key={key}", 401)


async def test_a_password_opens_and_a_wrong_one_says_nothing_more(world: World) -> None:
    password_hash = await world.container.passwords.hash("correct horse battery")
    now = world.clock.now()
    await world.house.write(
        lambda keepers: keepers.identity.add_staff(
            "kim@example.com", scopes=frozenset({"ops"}), password_hash=password_hash, now=now
        )
    )
    wrong = await send(world, "/console/sign-in", login="kim@example.com", password="no")
    unknown = await send(world, "/console/sign-in", login="lee@example.com", password="no")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace("kim@", "") == unknown.text.replace("lee@", "")
    right = await send(world, "/console/sign-in", login=" Kim@example.com ", password="correct horse battery")
    assert right.headers["location"] == "/console"


async def test_an_operator_turns_a_second_factor_on_sees_their_sign_ins_and_turns_it_off(world: World) -> None:
    await sit_down(world)
    begun = await send(world, "/console/account/second-factor")
    shown = re.search(r'<code class="secret">(\w+)</code>', begun.text)
    assert shown is not None
    assert "<svg" in begun.text, "the QR code stands in the page: no address leads to it"
    totp, now = pyotp.TOTP(shown[1]), world.container.keys.now
    wrong = await send(world, "/console/account/second-factor/confirm", code="000000")
    assert wrong.status_code == 422
    done = await send(world, "/console/account/second-factor/confirm", code=totp.at(now()))
    codes = re.findall(r"<li><code>([A-Z2-9-]{19})</code></li>", done.text)
    assert len(codes) == 10
    account = await page(world, "/console/account")
    assert "남은 복구 코드 10개" in account
    assert "127.0.0.1 · python-httpx" in account
    assert shown[1] not in account
    assert "2단계 인증" in await page(world, "/console/system/staff")
    await does(world, "/console/account/second-factor/remove", code=codes[0])
    assert "2단계 인증 시작" in await page(world, "/console/account")


async def test_the_sign_in_page_asks_for_the_code_and_says_how_long_to_wait(world: World) -> None:
    password_hash = await world.container.passwords.hash("correct horse battery")
    now = world.clock.now()
    member = await world.house.write(
        lambda k: k.identity.add_staff("kim", scopes=frozenset({"ops"}), password_hash=password_hash, now=now)
    )
    await world.house.write(lambda k: k.second_factor.begin(member.id, pyotp.random_base32(), now=now))
    await world.house.write(lambda k: k.second_factor.confirm(member.id, ["0" * 64], now=now))
    asked = await send(world, "/console/sign-in", login="kim", password="correct horse battery")
    assert (asked.status_code, "인증 앱의 코드를 입력하세요" in asked.text) == (401, True)
    for _ in range(3):
        await send(world, "/console/sign-in", login="kim", password="no")
    held = await send(world, "/console/sign-in", login="kim", password="correct horse battery")
    assert (held.status_code, "초 뒤에 다시 시도하세요" in held.text) == (429, True)


async def test_nobody_reads_without_a_sign_in_and_players_never_do(world: World) -> None:
    for path in ("/console", "/console/features/ROULETTE", "/console/nowhere"):
        assert (await world.client.get(path)).headers["location"] == "/console/sign-in", path
    token = (await world.token("kim"))["Authorization"].removeprefix("Bearer ")
    world.client.cookies.set(STAFF.access, token)
    assert (await world.client.get("/console")).status_code == 403
    await sit_down(world)
    assert "찾을 수 없습니다" in await page(world, "/console/nowhere", 404)


async def test_rights_that_are_taken_away_are_gone_at_the_next_look(world: World) -> None:
    await sit_down(world)
    await page(world, "/console")
    await world.sql("UPDATE staff SET is_active = 0")
    assert (await world.client.get("/console")).headers["location"] == "/console/sign-in"


async def test_only_our_own_pages_may_send_a_form(world: World) -> None:
    await sit_down(world)
    path, form = "/console/features/ROULETTE/stop", {"reason": "a forged one"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}, {"Origin": "https://evil"}):
        assert (await world.client.post(path, data=form, headers=headers)).status_code == 403
    assert await world.rows("SELECT is_enabled FROM feature_config WHERE feature_type = 'ROULETTE'") == [(1,)]
    assert (await world.client.post(path, data=form, headers={"Origin": "http://dojang.test"})).status_code == 303


async def test_signing_out_ends_the_sign_in_for_whoever_copied_it(world: World) -> None:
    await sit_down(world)
    copied = dict(world.client.cookies)
    assert (await send(world, "/console/sign-out")).headers["location"] == "/console/sign-in"
    for name, value in copied.items():
        world.client.cookies.set(name, value)
    assert (await world.client.get("/console")).headers["location"] == "/console/sign-in"


async def test_the_policy_lets_nothing_inline_run_and_nobody_frame_it(world: World) -> None:
    await sit_down(world)
    headers = (await world.client.get("/console")).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "trusted-types 'none'" in headers["content-security-policy"]
    assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("scope", ["support", "ops", "admin"])
async def test_who_may_stop_a_feature(world: World, scope: str) -> None:
    await sit_down(world, scope)
    shown = await page(world, "/console")
    answer = await send(world, "/console/features/DICE/stop", reason="it looks wrong")
    may = scope != "support"
    assert ("button-stop" in shown) is may
    assert answer.status_code == (303 if may else 403)


async def test_a_stop_is_proved_and_a_resume_is_careful(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=2)
    await world.client.post("/api/roulette/play", headers=player.headers | {"Idempotency-Key": "k"})
    world.clock.advance(seconds=1, milliseconds=412)
    await sit_down(world)
    assert (await send(world, "/console/features/ROULETTE/stop", reason="")).status_code == 422
    answer = await send(world, "/console/features/ROULETTE/stop", reason="the wheel is wrong")
    assert answer.headers["location"] == "/console"
    shown = await page(world, "/console")
    assert "12:00:01" in shown and "12:00:00.000" in shown, "when it stopped, and the last play before that"
    assert (await world.code("POST", "/api/roulette/play", headers=player.headers | {"Idempotency-Key": "l"})) == (
        400, "FEATURE_DISABLED",
    )  # fmt: skip
    world.clock.advance(seconds=5)
    await world.configure("dice", {"name": "new dice", "max_daily": 3, "win": {}, "draw": {}, "lose": {}})
    careful = await page(world, "/console/features/ROULETTE")
    assert "GAME_CONFIG_ACTIVATED" in careful and "the wheel is wrong" in careful
    stale = await send(world, "/console/features/ROULETTE/resume", reason="mended", version=1)
    assert "다른 사람이 먼저" in await page(world, stale.headers["location"])
    await send(world, "/console/features/ROULETTE/resume", reason="mended", version=2)
    assert await world.rows("SELECT is_enabled FROM feature_config WHERE feature_type = 'ROULETTE'") == [(1,)]
    assert (await send(world, "/console/features/NOPE/stop", reason="x")).headers["location"] == "/console"


async def test_the_way_back_from_a_form_is_always_ours(world: World) -> None:
    await sit_down(world)
    answer = await world.client.post(
        "/console/features/DICE/stop", data={"reason": "r", "back": "https://evil.example"}, headers=OURS
    )
    assert answer.headers["location"] == "/"
