"""A real service on a free port, and a real Chromium that tolerates no violation, page error or console error."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from app.core.time_utils import FixedClock
from app.flows.seed_demo import seed_demo_players
from tests.browser import FLAGS, served
from tests.fixtures import settings_for
from tests.world import World, open_world

WATCH = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@dataclass(slots=True)
class Site:
    """A served world and its address."""

    world: World
    url: str


@dataclass(slots=True)
class Visit:
    """One browser window, and everything that went wrong in it."""

    page: Page
    context: BrowserContext
    url: str
    troubles: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    async def open(self, path: str) -> int:
        """Goes to a page of the site; returns its status."""
        response = await self.page.goto(self.url + path)
        assert response is not None
        return response.status

    async def enter(self, player: str = "haneul") -> None:
        """Signs in as a player of the demo."""
        await self.open("/enter")
        await self.page.click(f"button[value={player}]")
        await self.page.wait_for_url(self.url + "/")

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.troubles.append(f"pageerror: {error}"))
        page.on(
            "console", lambda said: self.troubles.append(f"{said.type}: {said.text}") if said.type == "error" else None
        )

    def unexpected(self) -> list[str]:
        return [trouble for trouble in self.troubles if not any(word in trouble for word in self.expected)]


Opener = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for the run."""
    path = os.environ.get("TEST_CHROMIUM")
    if path is None:
        pytest.skip("no Chromium: see the header of this run")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def site(sqlite_url: str, clock: FixedClock) -> AsyncIterator[Site]:
    """The demo over a real socket, at noon of the season's second day."""
    async with open_world(settings_for(sqlite_url, env="demo"), clock) as world:
        await seed_demo_players(world.house)
        async with served(world) as url:
            yield Site(world, url)


@pytest.fixture
async def visit(chromium: Browser, site: Site) -> AsyncIterator[Opener]:
    """Opens windows. At the end each must be free of violations, page errors and console errors."""
    visits: list[Visit] = []

    async def opened(**options: Any) -> Visit:
        defaults: dict[str, Any] = {
            "viewport": {"width": 360, "height": 780},
            "locale": "ko-KR",
            "reduced_motion": "reduce",
        }
        context = await chromium.new_context(**defaults | options)
        context.set_default_timeout(20_000)
        if options.get("java_script_enabled", True):
            await context.add_init_script(WATCH)
        page = await context.new_page()
        one = Visit(page, context, site.url)
        one.watch(page)
        visits.append(one)
        return one

    yield opened
    for one in visits:
        await one.context.close()
    troubles = [trouble for one in visits for trouble in one.unexpected()]
    assert not troubles, "\n".join(troubles)
