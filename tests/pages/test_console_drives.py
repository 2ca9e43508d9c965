"""An operator's evening, driven through a real browser."""

import time

import pytest

from tests.pages.conftest import Opener, Site, Visit
from tests.pages.desk import link

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
