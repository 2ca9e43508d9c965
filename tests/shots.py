"""Screenshots of every page: at 360 and 1280 pixels, by day and by night, in Korean and English.

`./run shots [FOLDER]` (default `.shots`, which git ignores) tells a player's story at a fixed moment, so that two runs
show the same pages.
"""

import asyncio
import itertools
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from app.core.time_utils import KST, FixedClock
from app.db.schema import upgrade_to_head
from app.flows.seed_demo import seed_demo_players
from tests.browser import FLAGS, served
from tests.fixtures import settings_for
from tests.pages.desk import link
from tests.provision import find_browser
from tests.shots_console import DESK, tell
from tests.world import World, open_world

FIRST_DAY = datetime(2025, 12, 9, 20, 30, tzinfo=KST)
STAMPED = (0, 1, 2, 4, 5, 6, 7)  # days of the season; the fourth was missed
TODAY = 8
WIDTHS, THEMES, LANGUAGES = (360, 1280), ("light", "dark"), ("ko-KR", "en-US")


async def main(folder: Path) -> None:
    """Writes one PNG for each page, width, theme and language."""
    clock = FixedClock(FIRST_DAY)
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite+aiosqlite:///{place}/shots.db"
        await asyncio.to_thread(upgrade_to_head, url)
        async with (
            open_world(settings_for(url, env="demo"), clock) as world,
            served(world) as address,
            async_playwright() as playwright,
        ):
            await seed_demo_players(world.house)
            browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
            await tell_story(browser, world, address)
            await tell(world)
            for width, theme, language in itertools.product(WIDTHS, THEMES, LANGUAGES):
                await photograph(browser, address, folder, width=width, theme=theme, language=language)
                await photograph_desk(browser, world, address, folder, width=width, theme=theme, language=language)
            await browser.close()


async def tell_story(browser: Browser, world: World, address: str) -> None:
    """Haneul stamps most days, plays a little and climbs; Bada plays until no ticket is left."""
    context = await browser.new_context(reduced_motion="reduce")
    page = await enter(context, address, "haneul")
    for day in STAMPED:
        world.clock.set(FIRST_DAY + timedelta(days=day))
        await page.goto(address)
        await page.click(".press button")
        await page.wait_for_selector(".press button[disabled]")
    await play(page, address, times=2)
    await context.close()
    context = await browser.new_context(reduced_motion="reduce")
    await play(await enter(context, address, "bada"), address, times=80)
    await context.close()
    world.clock.set(FIRST_DAY + timedelta(days=TODAY))


async def enter(context: BrowserContext, address: str, player: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{address}/enter")
    await page.click(f"button[value={player}]")
    await page.wait_for_url(f"{address}/")
    return page


async def play(page: Page, address: str, *, times: int) -> None:
    await page.goto(f"{address}/games/roulette")
    for _ in range(times):
        if await page.locator("#ticket-zero").is_visible():
            return
        await page.click("#play-form button")
        await page.wait_for_selector(".result-card")


async def photograph(browser: Browser, address: str, folder: Path, *, width: int, theme: str, language: str) -> None:
    """Every page once."""
    context = await seat(browser, width=width, theme=theme, language=language)
    name = f"{width}-{theme}-{language[:2]}"

    async def shoot(page: Page, title: str) -> None:
        await page.wait_for_load_state("networkidle")
        await page.screenshot(path=folder / f"{title}-{name}.png", full_page=True)

    page = await context.new_page()
    await page.goto(f"{address}/enter")
    await shoot(page, "p5-enter")
    page = await enter(context, address, "haneul")
    await shoot(page, "p1-home")
    await page.click(".menu summary")
    await shoot(page, "p1-menu")
    for title, path in (("p2-roulette", "/games/roulette"), ("p3-history", "/history"), ("p3-rewards", "/rewards")):
        await page.goto(address + path)
        await shoot(page, title)
    await page.goto(f"{address}/history")
    await page.locator(".line-foot a").first.click()
    await shoot(page, "p4-odds")
    for title, path in (("p6-lost", "/nowhere"), ("embed", "/embed/main")):
        await page.goto(address + path)
        await shoot(page, title)
    await enter(context, address, "bada")
    await page.goto(f"{address}/games/roulette")
    await shoot(page, "p2-ticket-zero")
    await context.close()


async def seat(browser: Browser, *, width: int, theme: str, language: str) -> BrowserContext:
    return await browser.new_context(
        viewport={"width": width, "height": 780 if width < 600 else 860},
        color_scheme=theme,  # type: ignore[arg-type]  # one of THEMES
        locale=language,
        reduced_motion="reduce",
        device_scale_factor=2 if width < 600 else 1,
    )


async def photograph_desk(
    browser: Browser, world: World, address: str, folder: Path, *, width: int, theme: str, language: str
) -> None:
    """Every page of the console once; the first as it stands on a 1280×720 screen."""
    context = await seat(browser, width=width, theme=theme, language=language)
    page = await context.new_page()
    if width > min(WIDTHS):
        await page.set_viewport_size({"width": width, "height": 720})
    await page.goto(f"{address}/console/sign-in")
    await page.screenshot(path=folder / f"a0-sign-in-{width}-{theme}-{language[:2]}.png", full_page=True)
    await page.goto(address + await link(world))
    for title, path in DESK.items():
        await page.goto(address + path)
        await page.screenshot(path=folder / f"{title}-{width}-{theme}-{language[:2]}.png", full_page=True)
    await context.close()


if __name__ == "__main__":
    if len(sys.argv) > 2 or sys.argv[-1].startswith("-"):
        sys.exit("usage: ./run shots [FOLDER]")
    into = Path(sys.argv[1] if len(sys.argv) > 1 else ".shots")
    into.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(into))
    print(f"{len(list(into.glob('*.png')))} screenshots in {into}")
