"""A page that is left open: told at once what happens, and back by itself after a refusal, driven through a browser."""

import re

import pytest
from playwright.async_api import expect

from app.core.errors import AppError
from app.pages.player import home
from tests.bridge.campaigns import kst
from tests.pages.conftest import Opener, Site

pytestmark = pytest.mark.browser


async def test_what_happens_elsewhere_shows_at_once_on_an_open_page(visit: Opener, site: Site) -> None:
    """By the stream: the page itself would ask only every 15 seconds."""
    seen = await visit()
    await seen.enter()
    async with seen.page.expect_response(lambda response: response.url.endswith("/stream")):
        await seen.page.reload()
    tally = seen.page.locator("#tally strong")
    assert await tally.inner_text() == "0"
    haneul = await site.world.token("haneul")
    await site.world.ok("POST", "/api/season-pass/stamp", headers=haneul)
    await expect(tally).to_have_text("1", timeout=5_000)


async def test_a_stream_that_was_refused_is_asked_for_again_some_seconds_later(visit: Opener) -> None:
    """A process that was just restarted may refuse some: their pages must not ask every 15 seconds for ever."""
    seen = await visit()
    seen.expected.append("503")
    await seen.enter()
    await seen.page.clock.install()
    await seen.page.route("**/stream", lambda route: route.fulfill(status=503))
    async with seen.page.expect_response(lambda response: response.url.endswith("/stream")):
        await seen.page.reload()
    await seen.page.unroute("**/stream")
    async with seen.page.expect_response(lambda response: response.url.endswith("/stream"), timeout=60_000) as again:
        await seen.page.clock.fast_forward(20_000)
    assert (await again.value).status == 200


async def test_nobody_listens_behind_a_page_that_was_left(visit: Opener) -> None:
    seen = await visit()
    seen.expected.append("503")
    await seen.enter()
    await seen.page.clock.install()
    await seen.page.route("**/stream", lambda route: route.fulfill(status=503))
    async with seen.page.expect_response(lambda response: response.url.endswith("/stream")):
        await seen.page.reload()
    asked: list[str] = []
    await seen.page.evaluate("new Promise((done) => setTimeout(done, 100))")  # the page has seen the refusal
    seen.page.on("request", lambda request: asked.append(request.url))
    await seen.page.evaluate("dispatchEvent(new Event('pagehide'))")
    await seen.page.clock.fast_forward(60_000)
    await seen.page.evaluate("0")
    assert asked == []


async def test_the_page_that_counted_down_to_the_end_of_the_season_opens_itself_behind_it(
    visit: Opener, site: Site
) -> None:
    site.world.clock.set(kst(12, 25, 23, 59, 50))
    seen = await visit()
    await seen.page.clock.install()
    await seen.enter()
    clock = seen.page.locator(".countdown [data-clock]")
    assert re.fullmatch(r"00:00:(0\d|10)", await clock.inner_text())
    site.world.clock.set(kst(12, 26, 0, 0, 1))
    async with seen.page.expect_response(seen.url + "/", timeout=60_000):
        await seen.page.clock.fast_forward(11_000)
        await expect(clock).to_have_text("00:00:00")
        await seen.page.clock.fast_forward(5_000)
    await expect(seen.page.locator("#press-why")).to_contain_text("시즌이 끝났어요")


async def test_a_page_that_was_refused_for_a_moment_opens_itself(
    visit: Opener, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise AppError("BUSY", retry_after_seconds=1)

    seen = await visit()
    seen.expected.append("503")
    await seen.page.clock.install()
    await seen.enter()
    with monkeypatch.context() as crowded:
        crowded.setattr(home, "event_home", busy)
        assert await seen.open("/") == 503
        assert "숨을 고르고" in await seen.page.inner_text("h1")
        assert "again" in await seen.page.content()
        assert "저절로 다시 열려요" in await seen.page.inner_text(".kept")
        crowded.setattr(site.world.container.stamps, "submit", busy)
        own_page = {"Sec-Fetch-Site": "same-origin"}
        stamp = await seen.page.request.post(site.url + "/stamp", headers=own_page, max_redirects=0)
        assert stamp.status == 503
        assert "again" not in await stamp.text(), "what was sent is not sent again by itself"
    await seen.page.evaluate("Object.defineProperty(document, 'hidden', { value: true, writable: true })")
    await seen.page.clock.fast_forward(10_000)
    await expect(seen.page.locator("h1")).to_contain_text("숨을 고르고")  # behind other tabs it waits
    await seen.page.evaluate("document.hidden = false")
    await seen.page.clock.fast_forward(5_000)
    await expect(seen.page.locator("#home")).to_be_visible(timeout=60_000)
