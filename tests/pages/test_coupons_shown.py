"""A coupon that was won: its name and its code on the player's pages, and on nobody else's."""

from typing import Any

import pytest

from app.domain.grants import Grant, RewardType
from tests.admin.desk import Desk, desk_of
from tests.pages.conftest import Opener, Site
from tests.rewards.gifts import give
from tests.world import Person, World, key

NAMES = {"name": "아메리카노 쿠폰", "name_en": "Americano"}
CODES = "code,expires_at\nAMER-7GQ4-PX2M,2026-01-31\nAMER-EVER,\n"


async def a_wheel_of_coupons(world: World) -> Desk:
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE_2025", **NAMES})
    await admin.ok("POST", "/coupons/pools/COFFEE_2025/upload", {"csv": CODES})
    segment = {"label": "커피", "weight": 1, "reward_type": "COUPON", "reward_amount": 1, "code": "COFFEE_2025"}
    await world.configure("roulette", {"name": "w", "segments": [segment | {"slot_index": n} for n in range(6)]})
    return admin


async def won(world: World, player: Person) -> dict[str, Any]:
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    answer: dict[str, Any] = await world.ok("GET", "/api/rewards", headers=player.headers)
    return answer["items"][0]


async def test_the_rewards_of_the_api_name_the_coupon_and_its_code(world: World) -> None:
    await a_wheel_of_coupons(world)
    player, other = await world.player("park", ROULETTE_COIN=1), await world.player("choi", ROULETTE_COIN=1)
    row = await won(world, player)
    assert {name: row[name] for name in NAMES} == NAMES
    [coupon] = row["coupons"]
    assert (coupon["code"], coupon["state"], coupon["expires_at"]) == (
        "AMER-7GQ4-PX2M", "VALID", "2026-02-01T00:00:00+09:00",
    )  # fmt: skip
    assert [one["code"] for one in (await won(world, other))["coupons"]] == ["AMER-EVER"]
    mine = await world.ok("GET", "/api/coupons", headers=player.headers)
    assert (mine["items"][0]["name"], mine["items"][0]["name_en"]) == (NAMES["name"], NAMES["name_en"])
    third = await world.player("kang")
    await give(world, third, Grant(RewardType.COUPON, 1, code="COFFEE_2025"), operation_id="TEST:1")
    waiting = (await world.ok("GET", "/api/rewards", headers=third.headers))["items"][0]
    assert (waiting["state"], waiting["name"], waiting["coupons"]) == ("PENDING", NAMES["name"], [])
    await give(world, third, Grant(RewardType.POINT, 5), operation_id="TEST:2")
    points = (await world.ok("GET", "/api/rewards", headers=third.headers))["items"][0]
    assert (points["name"], points["coupons"]) == (None, [])


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
async def test_a_play_and_the_rewards_show_the_code_with_its_name_and_time(
    visit: Opener, site: Site, script: bool
) -> None:
    await a_wheel_of_coupons(site.world)
    window = await visit(java_script_enabled=script)
    await window.enter()
    await window.open("/games/roulette")
    await window.page.click("#play-form button")
    card = window.page.locator(".result-card")
    await card.locator(".coupon").wait_for()
    shown = " ".join((await card.inner_text()).split())
    assert "아메리카노 쿠폰" in shown and "AMER-7GQ4-PX2M" in shown
    assert "유효기간 2026년 1월 31일 (토)까지" in shown
    assert "Coffee" not in shown and "COFFEE" not in shown
    for path in ("/", "/rewards"):
        await window.open(path)
        text = " ".join((await window.page.locator("main").inner_text()).split())
        assert "아메리카노 쿠폰" in text and "Coffee" not in text, path
        width = await window.page.evaluate("document.documentElement.scrollWidth") if script else 360
        assert width <= 360, "nothing stands out at 360 px"
    assert "AMER-7GQ4-PX2M" in text
    assert await window.page.locator("[data-copy]:visible").count() == int(script)
    if script:
        await window.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await window.page.click("[data-copy]")
        assert await window.page.evaluate("navigator.clipboard.readText()") == "AMER-7GQ4-PX2M"
    stranger = await visit()
    await stranger.enter("bada")
    await stranger.open("/rewards")
    assert "AMER-7GQ4" not in await stranger.page.content()


async def test_an_english_reader_gets_the_english_name_and_a_taken_back_code_is_struck(
    visit: Opener, site: Site
) -> None:
    admin = await a_wheel_of_coupons(site.world)
    window = await visit(locale="en-US")
    await window.enter()
    await window.open("/games/roulette")
    await window.page.click("#play-form button")
    await window.page.locator(".coupon").wait_for()
    reward = (await admin.get("/rewards", reward_type="COUPON"))["items"][0]
    await admin.ok("POST", f"/rewards/{reward['id']}/reverse")
    await window.open("/rewards")
    text = await window.page.locator("main").inner_text()
    assert "Americano" in text and "until Sat, Jan 31, 2026" in text
    assert await window.page.locator(".coupon-over").count() == 1
    assert await window.page.locator("[data-copy]").count() == 0
