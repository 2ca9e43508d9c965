"""Every form that gives or makes value has a key of its own: pressed twice, or sent again, it is one act."""

import re
from collections.abc import AsyncIterator

import pytest
from fastapi.routing import APIRoute

from app.batches.scheduler import JOBS, register
from app.core.time_utils import FixedClock
from app.pages.console import PAGES
from app.pages.console.forms import FormKey
from tests.admin.desk import desk_of
from tests.bridge.campaigns import one_play, open_campaign
from tests.fixtures import settings_for
from tests.pages.desk import OURS, page, sit_down
from tests.play.prizes import lottery, prize
from tests.rewards.promotions import campaign
from tests.world import World, open_world

P, C, S = "/console/players/{user_id}", "/console/promotions/{code}", "/console/coupons/{code}"
KEYED = {
    f"{P}/settle", "/console/seasons/{season_id}/correct",
    f"{P}/adjust", f"{P}/premium", f"{P}/streak", "/console/rewards/{reward_id}/{deed}", f"{S}/generate",
    f"{C}/generate", "/console/games/{code}/stock/{prize_id}", "/console/batches/{code}/run",
    "/console/hosts/{code}/keys",
    # the editor of documents: of campaigns of codes; the others are drafts, whose names are taken once
    "/console/promotions/new", "/console/missions/new", "/console/leaderboards/new", "/console/contests/new",
}  # fmt: skip
# files: they read their forms, and the key in them, themselves
FILES = {f"{S}/upload", f"{C}/upload"}
# they give nothing; why, says tests/routes/no_value.py of the same deeds of the API
GIVES_NOTHING = {
    "/console/contests/{code}/teams/{team_id}/rename", "/console/contests/{code}/teams/{team_id}/close",
    f"{P}/rename", f"{P}/merge",
    "/console/account/second-factor", "/console/account/second-factor/confirm",
    "/console/account/second-factor/remove", "/console/account/sessions/{session_id}/end",
    "/console/system/staff/{staff_id}/second-factor/remove", "/console/reversals/{review_id}/{deed}",
    "/console/sign-in", "/console/sign-out", "/console/features/{feature_type}/stop",
    "/console/features/{feature_type}/resume", f"{P}/block", f"{P}/unblock", f"{P}/sign-out",
    "/console/seasons/new/edit", "/console/seasons/{season_id}/edit", "/console/seasons/{season_id}/clone",
    "/console/seasons/{season_id}/publish", "/console/seasons/{season_id}/retire", "/console/games/{code}/new",
    "/console/games/{code}/versions/{config_id}/activate", "/console/missions/{code}/edit",
    "/console/missions/{code}/activate", "/console/missions/{code}/retire", "/console/leaderboards/{code}/edit",
    "/console/leaderboards/{code}/activate", "/console/leaderboards/{code}/retire",
    "/console/leaderboards/{code}/marks", "/console/contests/{code}/edit", "/console/contests/{code}/activate",
    "/console/contests/{code}/retire", "/console/texts/{key}", "/console/batches/{code}/open",
    "/console/batches/{code}/target", f"{C}/edit", f"{C}/{{switch}}", "/console/coupons/new", f"{S}/rename",
    f"{S}/batches/{{batch_id}}/void", "/console/rankings/upload",
    "/console/hosts/new", "/console/hosts/{code}/disable", "/console/hosts/{code}/enable",
    "/console/hosts/{code}/signing", "/console/hosts/{code}/signing/end", "/console/keys/{key_id}/revoke",
    "/console/rules/new", "/console/rules/{code}/new", "/console/rules/{code}/rest",
    "/console/rules/{code}/versions/{version}/activate", "/console/webhooks/new",
    "/console/webhooks/{webhook_id}/replay", "/console/webhooks/{webhook_id}/rotate",
    "/console/webhooks/{webhook_id}/test", "/console/webhooks/{webhook_id}/{switch}",
    "/console/deliveries/{delivery_id}/replay", "/console/jobs/{job}/run", "/console/jobs/{job}/pause",
    "/console/jobs/{job}/resume", "/console/system/reconcile", "/console/system/staff/{staff_id}/disable",
    "/console/system/staff/{staff_id}/enable",
}  # fmt: skip
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
async def world(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(settings_for(sqlite_url), clock) as opened:
        yield opened


def test_every_form_of_the_console_is_classified() -> None:
    posts = {
        route.path: FormKey in route.endpoint.__annotations__.values()
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and "POST" in route.methods
    }
    assert set(posts) - KEYED - FILES - GIVES_NOTHING == set(), "does it give or make value? Then it needs a FormKey"
    assert {path for path, is_keyed in posts.items() if is_keyed} == KEYED
    assert (KEYED | FILES | GIVES_NOTHING) - set(posts) == set(), "no such form any more"


@pytest.mark.parametrize(
    ("where", "what", "typed"),
    [
        ("/console/coupons/TEA", "/generate", {"count": "3"}),
        ("/console/coupons/TEA", "/upload", {"csv": "code\nA-1"}),
        ("/console/promotions/RUSH", "/generate", {"count": "3"}),
        ("/console/promotions/RUSH", "/upload", {"csv": "code\nAAAA-1"}),
        ("/console/games/lottery", "/stock/9001", {"units": "5"}),
        ("/console/hosts", "/hosts/main/keys", {"name": "its server"}),
        ("/console/batches/OVER", "/run", {}),
        ("/console/rewards?state=APPROVAL", "/approve", {}),
    ],
)
async def test_a_form_that_is_pressed_twice_is_one_act(
    world: World, where: str, what: str, typed: dict[str, str]
) -> None:
    await _set(world)
    await sit_down(world)
    action, fields = next(
        (action, dict(FIELD.findall(inside)))
        for action, inside in FORM.findall(await page(world, where))
        if action.endswith(what)
    )
    sent = fields | typed | {"reason": "a test asks for it"}
    answers = [await world.client.post(action, data=sent, headers=OURS) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code != 422, answers[0].text
    assert answers[0].headers.get("location") == answers[1].headers.get("location")
    if answers[0].status_code == 200:
        assert re.findall("dk_[^<]+", answers[0].text) == re.findall("dk_[^<]+", answers[1].text) != []
    acts = "SELECT COUNT(*) FROM admin_audit_log WHERE reason = 'a test asks for it' AND actor LIKE '%the-admin%'"
    assert await world.rows(acts) == [(1,)]
    fresh = dict(
        next(FIELD.findall(inside) for action, inside in FORM.findall(await page(world, where)) if "key" in inside)
    )
    assert fresh["key"] != fields["key"], "the page makes another key for the next act"
    assert (await world.client.post(action, data=sent | {"key": ""}, headers=OURS)).status_code == 422


async def _set(world: World) -> None:
    desk, support = await desk_of(world, "kim@example.com", "admin"), await desk_of(world, "help", "support")
    await desk.ok("POST", "/coupons/pools", {"code": "TEA", "name": "tea"})
    await desk.ok("POST", "/promotions", campaign(kind="UNIQUE", shared_code=None))
    await world.configure("lottery", lottery(prize(9001, stock=10, points=3)))
    over = one_play(code="OVER", start_date="2025-12-01", settles_at="2025-12-30T00:10:00+09:00")
    await open_campaign(world.house, over)
    await register(world.container, JOBS)
    player = await world.player("park")
    for amount in (5, 6):
        await support.ok("POST", "/wallets/make-good", {"user_id": player.id, "token_type": "POINT", "amount": amount})
