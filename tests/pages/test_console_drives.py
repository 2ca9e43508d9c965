"""An operator's evening, driven through a real browser."""

import time

import pytest

from app.batches.scheduler import JOBS_BY_NAME, register, tick
from app.domain.jobs import BRIDGE_SETTLEMENT
from tests.bridge.campaigns import CODE, collect_all, kst, open_reference
from tests.pages.conftest import Opener, Site, Visit
from tests.pages.desk import link
from tests.shots_console import tell

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 720}


async def sit(visit: Opener, site: Site, scope: str = "admin", **options: object) -> Visit:
    """An operator at the desk."""
    seen = await visit(**{"viewport": DESK} | options)
    await seen.open(await link(site.world, f"the-{scope}", scope))
    await seen.page.wait_for_url(site.url + "/console")
    return seen


async def test_a_stop_holds_within_a_second_and_the_row_proves_it(visit: Opener, site: Site) -> None:
    player = await visit()
    await player.enter()
    await player.open("/games/roulette")
    await player.page.click("#play-form button")
    await player.page.wait_for_selector(".result-card")
    seen = await sit(visit, site)
    page, row = seen.page, "#switch-ROULETTE"
    assert not await page.evaluate("document.documentElement.scrollHeight > innerHeight"), "one screen, no scrolling"
    site.world.clock.advance(seconds=2, milliseconds=5)
    await page.click(f"{row} summary")
    started = time.monotonic()
    await page.keyboard.press("Enter")  # the reason is there already and has the focus
    await page.wait_for_selector(f"{row} .lamp-off")
    assert time.monotonic() - started < 1
    assert "12:00:02" in await page.inner_text(row)
    assert "12:00:00.000" in await page.inner_text(row)
    player.expected.append("400")
    await player.page.click("#play-form button")
    await player.page.wait_for_selector("#result > p")
    assert await site.world.rows("SELECT COUNT(*) FROM game_plays") == [(1,)]
    await page.click(f"{row} a.button")
    await page.fill("#reason", "mended")
    await page.click("#resume button")
    await page.wait_for_selector(".head .lamp-on")
    await player.open("/games/roulette")
    await player.page.click("#play-form button")
    await player.page.wait_for_selector(".result-card")


async def test_the_reason_has_the_focus_before_the_next_key_can_come(visit: Opener, site: Site) -> None:
    """An Enter that found the focus still on the button would close the form instead of stopping the feature."""
    page = (await sit(visit, site)).page
    await page.wait_for_load_state()
    assert await page.evaluate(
        "document.querySelector('#switch-DICE summary').click(), document.activeElement.id === 'reason-DICE'"
    )


async def test_the_first_page_keeps_itself_fresh_but_leaves_an_open_form_alone(visit: Opener, site: Site) -> None:
    seen = await sit(visit, site)
    page = seen.page
    await page.click("#switch-DICE summary")
    await page.fill("#reason-DICE", "half a sentence")
    await site.world.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type IN ('LOTTERY', 'DICE')")
    await page.wait_for_selector("#switch-LOTTERY .lamp-off")
    assert await page.input_value("#reason-DICE") == "half a sentence"
    await page.keyboard.press("Control+k")
    assert await page.evaluate("document.activeElement.id") == "search"


async def test_the_desk_works_without_script(visit: Opener, site: Site) -> None:
    seen = await sit(visit, site, java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = seen.page
    await page.click("#switch-ROULETTE summary")
    await page.click("#switch-ROULETTE form button")
    await page.wait_for_selector("#switch-ROULETTE .lamp-off")
    assert "중지했습니다" in await page.inner_text(".said")
    await page.click("#switch-ROULETTE a.button")
    await page.fill("#reason", "mended")
    await page.click("#resume button")
    await page.wait_for_selector(".head .lamp-on")


async def test_an_evening_at_the_desk(visit: Opener, site: Site) -> None:
    """Find a player by a play, let their reward pass, publish a season, send a message again."""
    await tell(site.world)
    seen = await sit(visit, site)
    page = seen.page
    [(play,)] = await site.world.rows("SELECT id FROM game_plays LIMIT 1")
    await page.keyboard.press("Control+k")
    await page.keyboard.type(play)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".story .event")
    assert "minji" in await page.inner_text("h1")

    await seen.open("/console/rewards?state=APPROVAL")
    await page.click(".reward summary")
    await page.fill(".reward details[open] input[name=reason]", "seen and right")
    await page.click(".reward details[open] form button")
    await page.wait_for_selector(".empty")
    assert await site.world.rows("SELECT state, approved_by FROM reward_log WHERE amount = 20000") == [
        ("GRANTED", "staff:the-admin")
    ]

    await seen.open("/console/seasons/1")
    await page.click("text=복제해 새 초안 만들기")
    for field, value in (("#c-name", "XMAS_2026"), ("#c-start", "2026-12-09"), ("#c-end", "2026-12-25")):
        await page.fill(field, value)
    await page.fill("#reason-clone", "next year")
    await page.click("form[action$=clone] button")
    await page.wait_for_selector("h1:has-text('XMAS_2026')")
    await page.click("summary:has-text('공개')")
    await page.fill("#reason-publish", "ready")
    await page.press("#reason-publish", "Enter")
    await page.wait_for_selector(".lamp-on:has-text('공개됨')")

    await seen.open("/console/deliveries/1")
    await page.click("summary:has-text('다시 보내기')")
    await page.fill("#reason-replay", "it was down")
    await page.press("#reason-replay", "Enter")
    await page.wait_for_selector(".said:has-text('요청했습니다')")
    assert await site.world.rows("SELECT COUNT(*) FROM admin_audit_log WHERE action = 'DELIVERY_REPLAYED'") == [(1,)]


async def test_the_editor_looks_ahead_while_one_types(visit: Opener, site: Site) -> None:
    seen = await sit(visit, site)
    page = seen.page
    await seen.open("/console/seasons/1/edit")
    await page.fill("[id='f-levels.1.required_xp']", "5")
    await page.wait_for_selector("#problem-levels:has-text('must be above')")
    await page.fill("[id='f-levels.1.required_xp']", "60")
    await page.wait_for_selector("#problem-levels:empty", state="attached")
    await page.fill("#f-day", "2025-12-20")
    await page.wait_for_selector(".mini-now:has-text('220 XP')")
    await page.wait_for_selector("#changes:has-text('levels.1.required_xp')")
    await page.fill("#reason", "a slower start")
    await page.click("button[value=save]:visible")
    await page.wait_for_selector(".said")
    assert await site.world.rows("SELECT required_xp FROM season_levels WHERE level = 2") == [(60,)]


async def test_a_settlement_is_watched_as_it_runs(visit: Opener, site: Site) -> None:
    world = site.world
    await open_reference(world)
    await collect_all(world, await world.player("kim", ROULETTE_COIN=20))
    world.clock.set(kst(1, 1, 0, 5))
    await register(world.container)
    seen = await sit(visit, site)
    page = seen.page
    await seen.open(f"/console/batches/{CODE}")
    await page.click("text=연습해 보기")
    await page.wait_for_selector("#dry:has-text('35,000')")
    await page.click("summary:has-text('정산하기')")
    await page.fill("#reason-run", "New Year")
    await page.press("#reason-run", "Enter")
    await page.wait_for_selector("#settlement:has-text('곧 시작')")
    await tick(world.container, JOBS_BY_NAME[BRIDGE_SETTLEMENT], "test", lambda: True)
    await page.wait_for_selector("#settlement:has-text('35,000 = 35,000')")  # the page came by it by itself
    assert await page.inner_text("#campaign-state .chip") == "정산됨"
