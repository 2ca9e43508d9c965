"""Over https every cookie of ours is one that only this very host could have set, and no other is believed."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.pages import cookies
from app.pages.console.operator import STAFF
from app.pages.session import ACCESS, OFFERED, PLAYERS, REFRESH
from tests.architecture.house import APP
from tests.pages.desk import link
from tests.world import World

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def browser(sqlite_world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on https, as nginx tells the service."""
    transport = httpx.ASGITransport(app=sqlite_world.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="https://dojang.test") as client:
        yield client


async def token(world: World, name: str) -> str:
    return (await world.token(name))["Authorization"].removeprefix("Bearer ")


async def test_every_cookie_over_https_is_this_hosts_own(sqlite_world: World, browser: httpx.AsyncClient) -> None:
    said: list[str] = []

    async def note(answer: httpx.Response) -> None:
        said.extend(answer.headers.get_list("set-cookie"))

    browser.event_hooks["response"] = [note]
    handed = {"token": await token(sqlite_world, "kim")}
    await browser.post("/enter", data=handed, headers={"Sec-Fetch-Site": "cross-site"})
    assert (await browser.get("/enter/change")).headers["location"] == "/"
    assert (await browser.get("/")).status_code == 200
    await browser.post("/settings", data={"language": "en", "theme": "dark"}, headers=OURS)
    for _ in range(2):  # the second is refused, which the next page says
        await browser.post("/stamp", headers=OURS)
    home = await browser.get("/")
    assert 'lang="en"' in home.text and 'data-theme="dark"' in home.text
    await browser.post("/sign-out", headers=OURS)
    assert (await browser.get(await link(sqlite_world))).status_code == 303
    assert (await browser.get("/console")).status_code == 200
    await browser.post("/console/sign-out", headers=OURS)
    names = {line.partition("=")[0].removeprefix("__Host-") for line in said}
    kinds = {ACCESS, REFRESH, OFFERED.access, OFFERED.refresh, STAFF.access, STAFF.refresh}
    assert names == kinds | {"dojang_flash", "dojang_lang", "dojang_theme"}
    for line in said:
        assert line.startswith("__Host-dojang_"), line
        words = {word.strip().lower() for word in line.split(";")}
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= words, line
        assert "domain" not in line.lower(), line
    assert not dict(browser.cookies).keys() & {f"__Host-{name}" for name in kinds}, "and what is deleted is gone"


async def test_a_cookie_that_a_neighbour_planted_is_not_believed(
    sqlite_world: World, browser: httpx.AsyncClient
) -> None:
    planted = await token(sqlite_world, "mallory")
    browser.cookies.set(PLAYERS.access, planted, domain="dojang.test")
    assert (await browser.get("/")).headers["location"] == "/enter"
    browser.cookies.set(STAFF.access, (await sqlite_world.token("boss", "admin"))["Authorization"][7:])
    assert (await browser.get("/console")).headers["location"] == "/console/sign-in"
    browser.cookies.set(f"__Host-{PLAYERS.access}", await token(sqlite_world, "kim"), domain="dojang.test")
    home = (await browser.get("/")).text
    assert "kim" in home and "mallory" not in home


async def test_plain_http_has_no_such_cookies_and_works(sqlite_world: World) -> None:
    answer = await sqlite_world.client.post("/enter", data={"token": await token(sqlite_world, "kim")})
    told = answer.headers.get_list("set-cookie")
    assert [line.partition("=")[0] for line in told] == [ACCESS, REFRESH]
    assert not any("secure" in line.lower() for line in told)
    assert "kim" in (await sqlite_world.client.get("/")).text


def test_one_place_alone_reads_and_writes_cookies() -> None:
    way = re.compile(r"\.set_cookie\(|\.delete_cookie\(|request\.cookies|[\"']set-cookie[\"']", re.IGNORECASE)
    found = {str(path.relative_to(APP)) for path in APP.rglob("*.py") if way.search(path.read_text(encoding="utf-8"))}
    assert found == {"pages/cookies.py"} == {str((APP / "pages" / "cookies.py").relative_to(APP))}
    assert cookies.PREFIX == "__Host-"
