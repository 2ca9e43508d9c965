"""A player's evening, driven through a real browser."""

import json
import re

import pytest
from playwright.async_api import expect

from app.games import GAMES
from tests.bridge.campaigns import kst, open_reference
from tests.pages.conftest import Opener, Site
from tests.pages.tickets import open_boxes, tickets

pytestmark = pytest.mark.browser


async def test_a_stamp_is_pressed_once_a_day_and_the_second_press_says_why(visit: Opener, site: Site) -> None:
    seen = await visit()
    await seen.enter()
    page = seen.page
    assert await page.locator(".cell-today").count() == 1
    await page.click(".press button")
    await page.wait_for_selector(".cell-now.cell-stamped .seal")
    assert "20 XP" in await page.inner_text("#said")
    await page.wait_for_selector(".press button[disabled]")
    assert "이미" in await page.inner_text("#press-why") or "받았어요" in await page.inner_text("#press-why")
    assert await page.inner_text("#tally strong") == "1"

    answer = await page.request.post(
        site.url + "/stamp", headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    )
    assert answer.status == 400
    assert (await answer.json())["code"] == "ALREADY_STAMPED_TODAY"


async def test_motion_ends_where_the_server_decided(visit: Opener) -> None:
    seen = await visit(reduced_motion="no-preference")
    await seen.enter()
    await seen.page.click(".press button")
    await seen.page.wait_for_selector(".cell-pressed")
    await seen.page.wait_for_selector(".cell-now.cell-stamped:not(.cell-pressed)")
    await seen.open("/games/roulette")
    await seen.page.click("#play-form button")
    what = await seen.page.inner_text(".result-what")
    label = await seen.page.evaluate(
        """() => {
          const pin = document.querySelector(".wheel-pin").getBoundingClientRect();
          const under = document.elementsFromPoint(pin.x + pin.width / 2, pin.bottom + 12);
          return under.map((e) => e.closest(".slice")).find(Boolean).querySelector("text").textContent;
        }"""
    )
    numbers = re.sub(r"\D", "", what)
    assert numbers in re.sub(r"\D", "", label) or "한번더" in label.replace(" ", "") or "다음" in label


@pytest.mark.parametrize("game", ["roulette", "dice", "lottery"])
async def test_playing_to_zero_shows_the_ticket_zero_panel(visit: Opener, site: Site, game: str) -> None:
    seen = await visit()
    await seen.enter()
    await seen.open(f"/games/{game}")
    page = seen.page
    for _ in range(80):  # "one more" pays tickets back
        if await page.locator("#ticket-zero").is_visible():
            break
        await page.click("#play-form button")
        await page.wait_for_selector(".result-card")
    assert await page.inner_text("#tickets") == "0"
    assert await page.inner_text("#zero-title") == "티켓이 없어요"
    assert not await page.locator("#play-form").is_visible()
    await page.click("#ticket-zero a")
    await page.wait_for_url(site.url + "/")


async def test_plays_of_the_last_days_collect_a_key_on_the_card(visit: Opener, site: Site) -> None:
    await open_reference(site.world)
    site.world.clock.set(kst(12, 25, 12))
    seen = await visit()
    await seen.enter()
    slot = seen.page.locator(".slot").first
    await expect(slot).to_contain_text("0/2")
    await seen.open("/games/roulette")
    for _ in range(2):
        async with seen.page.expect_response(lambda response: response.url.endswith("/play")):
            await seen.page.click("#play-form button")
    await seen.open("/")
    await expect(slot).to_have_class(re.compile("slot-collected"))
    await expect(slot).to_contain_text("모음")
    await expect(seen.page.locator(".bridge-points")).to_contain_text("5,000")


async def test_a_level_is_claimed_by_hand(visit: Opener, site: Site) -> None:
    user = (await site.world.rows("SELECT id FROM user_profiles WHERE external_id = 'haneul'"))[0][0]
    await site.world.sql(
        "INSERT INTO season_progress (user_id, season_id, current_level, current_xp, total_stamps, internal_wins) "
        f"VALUES ({user}, {site.world.season_id}, 8, 900, 1, 0)"
    )
    seen = await visit()
    await seen.enter()
    await seen.page.click(".step-claimable button")
    await seen.page.wait_for_selector(".step-claimable", state="detached")
    assert "레벨 8" in await seen.page.inner_text("#said")
    assert "확인 중" in await seen.page.inner_text("#last")


async def test_history_leads_to_a_verified_draw(visit: Opener) -> None:
    seen = await visit()
    await seen.enter()
    await seen.open("/games/roulette")
    await seen.page.click("#play-form button")
    await seen.page.wait_for_selector(".result-card")
    await seen.open("/history?token=ROULETTE_COIN")
    assert "게임 참여" in await seen.page.inner_text(".ledger")
    await seen.page.locator(".line-foot a").first.click()
    await seen.page.wait_for_selector(".verdict-seal")
    assert "일치해요" in await seen.page.inner_text(".verdict")


async def test_nobody_verifies_another_players_draw(visit: Opener) -> None:
    mine = await visit()
    await mine.enter("haneul")
    await mine.open("/games/roulette")
    await mine.page.click("#play-form button")
    link = await mine.page.get_attribute(".result-card a", "href")
    other = await visit()
    await other.enter("bada")
    await other.open(str(link))
    assert "그런 번호는 없어요" in await other.page.inner_text(".verdict")
    mine_number = str(link).split("play=")[1].split("#")[0]
    other.expected.append("404")
    assert await other.open(f"/games/roulette?play={mine_number}") == 404


async def test_language_and_theme_are_kept(visit: Opener) -> None:
    seen = await visit()
    await seen.enter()
    page = seen.page
    await page.click(".menu summary")
    await page.click("button[value=en]")
    await page.wait_for_selector("html[lang=en]")
    assert "Get today's stamp" in await page.inner_text(".press button")
    await page.click(".menu summary")
    await page.click("button[value=dark]")
    await page.wait_for_selector("html[data-theme=dark]")
    await seen.open("/odds")
    assert await page.get_attribute("html", "lang") == "en"
    assert await page.get_attribute("html", "data-theme") == "dark"


async def test_signing_out_ends_the_session_everywhere(visit: Opener, site: Site) -> None:
    seen = await visit()
    await seen.enter()
    cookies = await seen.context.cookies()
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in cookies)
    await seen.page.click(".menu summary")
    await seen.page.click(".menu-leave")
    await seen.page.wait_for_url(site.url + "/enter")
    assert not [c for c in await seen.context.cookies() if c["name"].startswith("dojang_a") or "refresh" in c["name"]]
    thief = await visit()
    await thief.context.add_cookies(cookies)  # type: ignore[arg-type]  # what was read can be set
    await thief.open("/")
    assert thief.page.url == site.url + "/enter"


async def test_everything_works_without_script(visit: Opener, site: Site) -> None:
    seen = await visit(java_script_enabled=False)
    await seen.enter()
    page = seen.page
    await page.click(".press button")
    await page.wait_for_selector(".cell-now.cell-stamped")
    assert "20 XP" in await page.inner_text("#said")
    await page.click(".game a")
    await page.click("#play-form button")
    await page.wait_for_selector(".result-card")
    await page.reload()
    assert await page.locator(".result-card").count() == 1
    coins = await site.world.rows("SELECT count(*) FROM game_plays")
    assert coins == [(1,)]
    await page.click("summary")
    await page.click("button[value=en]")
    await page.wait_for_selector("html[lang=en]")


async def test_what_changes_elsewhere_appears_without_a_reload(visit: Opener, site: Site) -> None:
    seen = await visit()
    await seen.enter()
    assert await seen.page.inner_text("#tally strong") == "0"
    elsewhere = await visit()
    await elsewhere.enter()
    await elsewhere.page.click(".press button")
    await elsewhere.page.wait_for_selector(".press button[disabled]")
    await seen.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # asks at once, not in 15 s
    await seen.page.wait_for_selector(".cell-now.cell-stamped")
    assert await seen.page.inner_text("#tally strong") == "1"


@pytest.mark.skipif("dice" not in GAMES, reason="the house has no dice yet")
async def test_dice_show_what_was_rolled(visit: Opener, site: Site) -> None:
    await tickets(site, "DICE_TOKEN", 1)
    seen = await visit()
    await seen.enter()
    await seen.open("/games/dice")
    await seen.page.click("#play-form button")
    await seen.page.wait_for_selector(".result-card")
    (prize,) = (await site.world.rows("SELECT prize FROM game_plays"))[0]
    rolled = json.loads(prize)["game"]
    assert await seen.page.inner_text("#sum-mine") == str(rolled["user_sum"])
    faces = await seen.page.locator(".die use").evaluate_all("uses => uses.map((use) => use.getAttribute('href'))")
    assert faces == [f"#die-{face}" for face in (*rolled["user_dice"], *rolled["dealer_dice"])]
    left = await site.world.rows("SELECT balance FROM wallets w JOIN game_plays p USING (user_id, token_type)")
    assert await seen.page.locator("#ticket-zero").is_visible() is (left == [(0,)]), "a draw gives the ticket back"


@pytest.mark.skipif("lottery" not in GAMES, reason="the house has no lottery yet")
async def test_a_card_is_scratched_or_opened_at_once(visit: Opener, site: Site) -> None:
    await tickets(site, "LOTTERY_TICKET", 1)
    seen = await visit(reduced_motion="no-preference")
    await seen.enter()
    await seen.open("/games/lottery")
    await seen.page.click("#play-form button")
    await seen.page.wait_for_selector(".scratch-ready")
    assert await seen.page.locator(".result-card").count() == 0
    await seen.page.keyboard.press("Enter")  # the button that opens it all has the focus
    await seen.page.wait_for_selector(".scratch-open")
    await seen.page.wait_for_selector(".result-card")
    (prize,) = (await site.world.rows("SELECT prize FROM game_plays"))[0]
    assert await seen.page.inner_text("#scratch-label") == json.loads(prize)["prize"]["label"]


@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without"])
async def test_boxes_are_picked_until_the_round_is_over(visit: Opener, site: Site, *, has_script: bool) -> None:
    await open_boxes(site, 4)
    seen = await visit(java_script_enabled=has_script)
    await seen.enter()
    await seen.open("/games/scratch-box")
    for number, opened in ((2, 1), (1, 2), (3, 3), (2, 1)):  # the fourth pick begins a new round
        await seen.page.check(f".box input[value='{number}']", force=True)
        await seen.page.click("#play-form button")
        await seen.page.wait_for_selector(".result-card")
        if (has_script, opened) != (False, 3):  # a page that is drawn anew shows the next round at once
            await expect(seen.page.locator(".box-open")).to_have_count(opened)
        (label,) = await site.world.rows("SELECT prize FROM game_plays ORDER BY play_no DESC LIMIT 1")
        drawn = json.loads(label[0])["box"]
        assert drawn["number"] == number
    assert await seen.page.locator("#ticket-zero").is_visible()


async def test_a_box_that_is_not_there_is_refused_and_costs_nothing(site: Site) -> None:
    await open_boxes(site, 1)
    await site.world.client.post("/enter", data={"player": "haneul"}, headers={"Sec-Fetch-Site": "same-origin"})
    for box in ("4", "x", ""):
        form = {"key": "0" * 36, "box": box}
        answer = await site.world.client.post(
            "/games/scratch-box/play",
            data=form,
            headers={"Accept": "application/json", "Sec-Fetch-Site": "same-origin"},
        )
        assert answer.json()["code"] == "VALIDATION_ERROR", answer.text
    assert await site.world.rows("SELECT COUNT(*) FROM game_plays") == [(0,)]
