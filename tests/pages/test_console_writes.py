"""What operators write at the desk, driven through a real browser: faults as one types, then the change."""

import pytest

from tests.pages.conftest import Opener, Site
from tests.pages.test_console_drives import sit
from tests.shots_desk import prepare

pytestmark = pytest.mark.browser


async def test_a_rule_is_mended_as_one_types_tried_and_put_in_force(visit: Opener, site: Site) -> None:
    await prepare(site.world, await site.world.token("boss", "admin"))
    seen = await sit(visit, site)
    page = seen.page
    await seen.open("/console/rules/WATCHED_90/new")
    text = await page.input_value("#config")
    await page.fill("#config", text.replace('"amount": 20', '"amount": -20'))
    await page.wait_for_selector("#faults:has-text('effects.0.XP.amount')")
    assert "번째 줄" in await page.inner_text("#faults")
    assert await page.get_attribute("#config", "aria-invalid") == "true"
    await page.fill("#config", text.replace('"amount": 20', '"amount": 30'))
    await page.wait_for_selector("#words:has-text('30 XP')")
    await page.wait_for_selector("#changes:has-text('effects[0].amount')")
    assert await page.inner_text("#faults") == ""
    await page.fill("#f-since", "2025-12-01T00:00")
    await page.fill("#f-until", "2025-12-31T00:00")
    await page.click("button[value=try]")
    await page.wait_for_selector(".figures:has-text('14')")
    await page.fill("#reason", "a larger gift")
    await page.click("button[value=save]")
    await page.wait_for_selector("h1:has-text('버전 3')")
    await page.fill("#reason", "from tonight")
    await page.press("#reason", "Enter")
    await page.wait_for_selector(".lamp-on:has-text('쓰는 중')")
    query = "SELECT version FROM host_rule_versions WHERE active_slot = 1"
    assert await site.world.rows(query) == [(3,)]


async def test_a_campaign_is_stopped_on_a_phone_without_script(visit: Opener, site: Site) -> None:
    await prepare(site.world, await site.world.token("boss", "admin"))
    seen = await sit(visit, site, java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = seen.page
    await seen.open("/console/promotions/XMAS_RUSH")
    await page.click("summary:has-text('중지')")
    await page.fill("#reason-stop", "it leaked")
    seen.expected.append("409")
    await page.click("form[action$=stop] button")
    await page.click("text=손해를 알고 진행")
    await page.wait_for_selector(".head .lamp-off")
    await seen.open("/console/promotions/XMAS_RUSH/edit")
    await page.fill("#config", (await page.input_value("#config")).replace('"units": 500', '"units": 0'))
    await page.click("button[value=look]:visible")
    await page.wait_for_selector("#faults:has-text('units')")
    assert await site.world.rows("SELECT is_open, units FROM promo_campaigns WHERE code = 'XMAS_RUSH'") == [(0, 500)]


async def test_a_notice_is_seen_as_one_types_and_then_by_players(visit: Opener, site: Site) -> None:
    seen = await sit(visit, site)
    page = seen.page
    await seen.open("/console/texts/notice_home")
    await page.fill("[id='ko.title']", "오늘 밤 1시 점검")
    await page.wait_for_selector("#seen:has-text('오늘 밤 1시 점검')")
    await page.fill("#reason", "the database is moved")
    await page.click("button[value=save]")
    await page.wait_for_selector(".story:has-text('the database is moved')")
    player = await visit()
    await player.enter()
    assert "오늘 밤 1시 점검" in await player.page.inner_text("#notice")
