"""A hand-off from another site never changes who is signed in behind their back: whoever is there is asked."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from app.pages.session import ACCESS, OFFERED, REFRESH
from tests.pages.conftest import Opener, Site
from tests.pages.test_player_quality import by_day_and_by_night
from tests.world import World
from tests.world import key as fresh

OURS = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://lms.example"})
PLACE = "/enter/change"


async def raw_token(world: World, name: str) -> str:
    return (await world.token(name))["Authorization"].removeprefix("Bearer ")


async def hand_off(world: World, name: str, headers: dict[str, str]) -> httpx.Response:
    """As a browser does it: another site's step leaves the Strict cookies out."""
    jar = dict(world.client.cookies)
    world.client.cookies.clear()
    answer = await world.client.post("/enter", data={"token": await raw_token(world, name)}, headers=headers)
    for cookie, value in jar.items():
        if cookie not in world.client.cookies:
            world.client.cookies.set(cookie, value, domain="dojang.test", path="/")
    return answer


async def who_is_in(world: World) -> str:
    answer = await world.client.get("/api/me", headers={"Authorization": f"Bearer {world.client.cookies[ACCESS]}"})
    return answer.json()["user"]["external_id"] if answer.is_success else answer.json()["error"]["code"]


async def sit_down(world: World, name: str) -> None:
    await world.client.post("/enter", data={"token": await raw_token(world, name)}, headers=OURS)
    assert await who_is_in(world) == name


async def answer(world: World, choice: str, to: object, headers: dict[str, str] = OURS) -> httpx.Response:
    return await world.client.post(PLACE, data={"choice": choice, "to": to}, headers=headers)


def named(page: httpx.Response) -> str:
    (to,) = re.findall(r'name="to" value="(\d+)"', page.text)
    return str(to)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_who_is_signed_in_stays_and_is_asked(sqlite_world: World, headers: dict[str, str]) -> None:
    world = sqlite_world
    await sit_down(world, "kim")
    before = (world.client.cookies[ACCESS], world.client.cookies[REFRESH])
    handed = await hand_off(world, "mallory", headers)
    assert handed.status_code == 200
    assert f"url={PLACE}" in handed.text
    assert not [one for one in handed.headers.get_list("set-cookie") if one.startswith((ACCESS, REFRESH))]
    page = await world.client.get(PLACE)
    assert (page.status_code, "kim 님으로 들어와 있어요" in page.text) == (200, True)
    assert "mallory 님으로 바꿀까요?" in page.text
    home = await world.client.get("/")
    assert "kim" in home.text and "mallory" not in home.text
    assert (world.client.cookies[ACCESS], world.client.cookies[REFRESH]) == before
    # staying ends the sign-in that waited
    waiting = world.client.cookies[OFFERED.refresh]
    assert (await answer(world, "stay", named(page))).headers["location"] == "/"
    assert await who_is_in(world) == "kim"
    assert OFFERED.access not in world.client.cookies and OFFERED.refresh not in world.client.cookies
    assert await world.code("POST", "/api/auth/token", json={"refresh_token": waiting}) == (401, "TOKEN_REVOKED")
    assert (await world.client.get(PLACE)).headers["location"] == "/", "there is nothing to ask any more"


async def test_who_says_yes_is_changed_and_the_old_sign_in_ends(world: World) -> None:
    await sit_down(world, "kim")
    old = world.client.cookies[REFRESH]
    await hand_off(world, "lee", FOREIGN[0])
    to = named(await world.client.get(PLACE))
    for foreign in FOREIGN:
        assert (await answer(world, "change", to, foreign)).status_code == 403, "only our own page answers"
    assert await who_is_in(world) == "kim"
    assert (await answer(world, "change", to)).headers["location"] == "/"
    assert await who_is_in(world) == "lee"
    assert "lee" in (await world.client.get("/")).text
    assert await world.code("POST", "/api/auth/token", json={"refresh_token": old}) == (401, "TOKEN_REVOKED")


async def test_the_page_takes_only_whom_it_named(sqlite_world: World) -> None:
    world = sqlite_world
    await sit_down(world, "kim")
    await hand_off(world, "lee", FOREIGN[0])
    to = named(await world.client.get(PLACE))
    await hand_off(world, "mallory", FOREIGN[0])
    assert (await answer(world, "change", to)).headers["location"] == PLACE, "somebody else waits now: asked anew"
    assert await who_is_in(world) == "kim"


@pytest.mark.parametrize("how", ["nobody", "same", "revoked", "blocked"])
async def test_where_nobody_else_could_go_on_nobody_is_asked(sqlite_world: World, how: str) -> None:
    world = sqlite_world
    if how != "nobody":
        await sit_down(world, "lee" if how == "same" else "kim")
    if how == "revoked":
        await world.client.post("/api/auth/logout", headers={"Authorization": f"Bearer {world.client.cookies[ACCESS]}"})
    if how == "blocked":
        await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE external_id = 'kim'")
    await hand_off(world, "lee", FOREIGN[0])
    assert (await world.client.get(PLACE)).headers["location"] == "/"
    assert await who_is_in(world) == "lee"
    assert OFFERED.access not in world.client.cookies


async def test_who_signs_out_while_somebody_waits_is_out(sqlite_world: World) -> None:
    world = sqlite_world
    await sit_down(world, "kim")
    await hand_off(world, "mallory", FOREIGN[0])
    assert (await world.client.post("/sign-out", headers=OURS)).headers["location"] == "/enter"
    assert (await world.client.get("/")).headers["location"] == "/enter"


async def test_players_of_two_hosts_with_one_name_are_told_apart(sqlite_world: World) -> None:
    world = sqlite_world
    await sit_down(world, "kim")
    admin = await world.token("boss", "admin")
    for path, body in (("", {"code": "vod", "name": "VOD"}), ("/vod/keys", {"name": "k"})):
        made = await world.ok("POST", f"/api/admin/hosts{path}", json=body | {"reason": "x"}, headers=admin | fresh())
    key = next(value for value in made.values() if str(value).startswith("dk_"))
    token = await world.ok("POST", "/api/auth/token", json={"external_id": "kim"}, headers={"X-API-Key": key})
    jar = dict(world.client.cookies)
    world.client.cookies.clear()
    await world.client.post("/enter", data={"token": token["access_token"]}, headers=FOREIGN[0])
    for cookie, value in jar.items():
        world.client.cookies.set(cookie, value, domain="dojang.test", path="/")
    page = (await world.client.get(PLACE)).text
    assert "kim (main) 님으로 들어와 있어요" in page and "kim (vod) 님으로 바꿀까요?" in page


async def test_a_link_to_the_console_on_another_site_changes_no_operator(sqlite_world: World) -> None:
    """The console's kin: a link of somebody else's, clicked on a page of theirs."""
    from app.flows.sign_in_link import issue_sign_in_link  # noqa: PLC0415
    from tests.pages import desk  # noqa: PLC0415

    world = sqlite_world
    await desk.sit_down(world)
    key = await issue_sign_in_link(world.house, world.container.keys, login="mallory", scopes=frozenset({"support"}))
    jar = dict(world.client.cookies)
    world.client.cookies.clear()
    clicked = await world.client.get(f"/console/enter?key={key}", headers={"Sec-Fetch-Site": "cross-site"})
    assert (clicked.status_code, clicked.headers.get_list("set-cookie")) == (200, [])
    (onward,) = re.findall(r'content="0;url=([^"]+)"', clicked.text)
    for cookie, value in jar.items():
        world.client.cookies.set(cookie, value, domain="dojang.test", path="/console")
    assert (await world.client.get(onward, headers=OURS)).headers["location"] == "/console"
    assert await world.rows("SELECT used_at FROM refresh_tokens r JOIN staff s ON s.id = r.staff_id"
                            " WHERE s.login = 'mallory'") == [(None,)]  # fmt: skip


# --- in a real browser -------------------------------------------------------------------------------


async def host_page(page: Page, site: Site, player: str) -> None:
    """A page of the host's, on another site, whose button hands its player over."""
    token = await raw_token(site.world, player)
    form = (
        f'<form method="post" action="{site.url}/enter"><input name="token" value="{token}"><button>go</button></form>'
    )

    async def answer_as_host(route: Any) -> None:
        await route.fulfill(content_type="text/html", body=f"<!doctype html><title>lms</title>{form}")

    await page.route("http://lms.example/**", answer_as_host)
    await page.goto("http://lms.example/")
    await page.click("button")


@pytest.mark.browser
async def test_a_browser_asks_on_a_page_that_everybody_can_read(visit: Opener, site: Site) -> None:
    seen = await visit(bypass_csp=True)
    await host_page(seen.page, site, "kim")
    await seen.page.wait_for_url(site.url + "/")
    assert "kim" in await seen.page.content()
    await host_page(seen.page, site, "m" * 100)  # as long as an id of a host may be, without a place to break it
    await seen.page.wait_for_url(site.url + PLACE)
    assert await seen.page.inner_text("h1") == "kim 님으로 들어와 있어요"
    assert await by_day_and_by_night(seen) == []
    await seen.page.click("button[value=stay]")
    await seen.page.wait_for_url(site.url + "/")
    assert "kim" in await seen.page.content()
    await host_page(seen.page, site, "lee")
    await seen.page.wait_for_url(site.url + PLACE)
    await seen.page.click("button[value=change]")
    await seen.page.wait_for_url(site.url + "/")
    assert "lee" in await seen.page.content()
    assert [cookie["name"] for cookie in await seen.context.cookies() if "offered" in cookie["name"]] == []
