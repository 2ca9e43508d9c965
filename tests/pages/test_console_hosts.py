"""Hosts and webhooks at the desk: secrets shown once, deliveries sent again, refused events explained."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.time_utils import FixedClock
from tests.events.host import event
from tests.events.host import send as tell
from tests.fixtures import settings_for
from tests.pages.desk import does, page, send, sit_down, text_of
from tests.webhooks.conftest import OPEN
from tests.webhooks.receiver import answer, listening
from tests.webhooks.telling import Telling
from tests.world import World, key, open_world


@pytest.fixture
async def world(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(settings_for(sqlite_url, **OPEN), clock) as opened:
        await sit_down(opened)
        yield opened


def secret_of(answer: httpx.Response) -> str:
    shown = re.search(r'<pre class="document secret"[^>]*>([^<]+)</pre>', answer.text)
    assert shown is not None, answer.text
    return html.unescape(shown[1])


async def test_a_key_is_shown_once_opens_the_hosts_door_and_ends(world: World) -> None:
    made = await send(world, "/console/hosts/main/keys", name="LMS server", reason="a new server")
    secret = secret_of(made)
    host = {"X-API-Key": secret}
    assert (await world.client.post("/api/auth/token", json={"external_id": "kim"}, headers=host)).status_code == 200
    shown = await page(world, "/console/hosts")
    assert "LMS server" in shown and secret not in shown
    [(key_id, stored)] = await world.rows("SELECT id, key_hash FROM api_keys")
    assert secret not in stored
    await does(world, f"/console/keys/{key_id}/revoke", reason="the server is gone")
    assert await world.code("POST", "/api/auth/token", json={"external_id": "kim"}, headers=host) == (
        401,
        "TOKEN_REVOKED",
    )
    await does(world, f"/console/keys/{key_id}/revoke", reason="twice")
    audited = await world.rows(
        "SELECT action, after FROM admin_audit_log WHERE target = 'host:main' AND actor <> 'system:seed' ORDER BY id"
    )
    assert [action for action, _ in audited] == ["API_KEY_ADDED", "API_KEY_REVOKED"]
    assert secret not in str(audited)


async def test_a_key_needs_a_known_host_and_an_admin(world: World) -> None:
    admin = await world.token("boss", "admin")
    body = {"name": "x", "reason": "r"}
    assert await world.code("POST", "/api/admin/hosts/nowhere/keys", json=body, headers=admin | key()) == (
        422,
        "VALIDATION_ERROR",
    )
    for _ in range(20):
        await world.ok("POST", "/api/admin/hosts/main/keys", json=body, headers=admin | key())
    assert await world.code("POST", "/api/admin/hosts/main/keys", json=body, headers=admin | key()) == (
        422,
        "VALIDATION_ERROR",
    )
    assert len((await world.ok("GET", "/api/admin/hosts", headers=admin))["items"][0]["keys"]) == 20
    await sit_down(world, "support")
    assert (await send(world, "/console/hosts/main/keys", name="x", reason="r")).status_code == 403
    assert "키 만들기" not in await page(world, "/console/hosts")


async def test_a_host_is_added_told_how_it_signs_and_stopped(world: World) -> None:
    await does(world, "/console/hosts/new", code="lms", name="LMS", reason="a new product")
    again = await send(world, "/console/hosts/new", code="lms", name="LMS", reason="twice")
    assert "said-no" in await page(world, again.headers["location"])
    form = {"algorithm": "ES256", "issuer": "https://lms.example", "audience": "", "public_key": "",
            "jwks_url": "https://lms.example/keys", "max_life_seconds": 3600, "reason": "it signs"}  # fmt: skip
    here = "/console/hosts/lms/signing"
    assert (await send(world, here, **form | {"version": 1, "jwks_url": "https://"})).status_code == 422
    shown = await does(world, here, **form | {"version": 1})
    assert "https://lms.example/keys" in shown and "JWT ES256" in shown
    stale = await send(world, here, **form | {"version": 1})
    assert "said-no" in await page(world, stale.headers["location"])
    secret = "a-shared-secret-of-more-than-32-bytes"
    shown = await does(world, here, **form | {"version": 2, "jwks_url": "", "public_key": secret, "algorithm": "HS256"})
    assert secret not in shown and "공유 시크릿" in shown
    assert "JWT" not in text_of(await does(world, f"{here}/end", version=3, reason="no more")).replace("JWKS", "")
    await does(world, "/console/hosts/lms/disable", version=4, reason="a pause")
    assert await world.rows("SELECT is_active FROM hosts WHERE code = 'lms'") == [(0,)]
    stale = await send(world, "/console/hosts/lms/enable", version=4, reason="on again")
    assert "said-no" in await page(world, stale.headers["location"])
    assert "호스트 켜기" in await page(world, "/console/hosts")
    await does(world, "/console/hosts/lms/enable", version=5, reason="on again")
    await sit_down(world, "ops")
    assert (await send(world, "/console/hosts/lms/disable", version=6, reason="x")).status_code == 403
    assert (await send(world, here, **form | {"version": 4})).status_code == 403
    assert (await world.client.get("/console/hosts/new")).status_code == 403


async def test_a_delivery_that_was_given_up_is_sent_again(world: World) -> None:
    telling = await Telling.of(world)
    async with listening() as receiver:
        form = {"host": "main", "name": "LMS", "url": receiver.url, "topics": ["reward.granted"], "reason": "tell it"}
        secret = secret_of(await send(world, "/console/webhooks/new", **form))
        receiver.says = answer(500)
        await telling.stamp()
        for _ in range(12):
            await telling.tell(hours=30)
        [(delivery, hook)] = await world.rows("SELECT id, endpoint_id FROM webhook_deliveries")
        assert "DEAD" in await page(world, f"/console/webhooks/{hook}?state=DEAD")
        shown = text_of(await page(world, f"/console/deliveries/{delivery}"))
        assert "500" in shown and "DEAD" in shown
        receiver.says = answer(204)
        assert "요청했습니다" in await does(world, f"/console/deliveries/{delivery}/replay", reason="it was down")
        await telling.tell()
        assert "DELIVERED" in await page(world, f"/console/deliveries/{delivery}")
        assert receiver.verified(secret)
        assert len(set(receiver.ids)) == 1, "receivers know it by its webhook-id"


async def test_an_endpoint_is_tested_switched_and_given_another_secret(world: World) -> None:
    async with listening() as receiver:
        form = {"host": "main", "name": "LMS", "url": receiver.url, "reason": "tell it"}
        first = secret_of(await send(world, "/console/webhooks/new", **form))
        here = "/console/webhooks/1"
        await does(world, f"{here}/test", reason="does it listen")
        second = secret_of(await send(world, f"{here}/rotate", keep_hours=0, reason="it leaked", version=1))
        assert first != second and second not in await page(world, here)
        await does(world, f"{here}/disable", reason="a pause", version=2)
        refused = await send(world, f"{here}/test", reason="off")
        assert "said-no" in await page(world, refused.headers["location"])
        await does(world, f"{here}/enable", reason="on again", version=3)
        span = {"since": "2025-12-09T00:00", "until": "2025-12-11T00:00", "reason": "all of it"}
        await does(world, f"{here}/replay", **span)
        assert (await send(world, f"{here}/replay", **span | {"since": "soon"})).status_code == 422
    wrong = await send(world, "/console/webhooks/new", **form | {"url": "ftp://lms.example/x"})
    assert wrong.status_code == 422
    assert (await world.client.get("/console/webhooks/99")).headers["location"] == "/console/hosts"


async def test_what_hosts_sent_is_shown_as_text(world: World) -> None:
    await world.player("kim")
    good = event(1, "lesson.done", title="<img src=x onerror=alert(1)>")
    await tell(world, good, event(2, "<b>bad</b>"))
    taken = await page(world, "/console/hosts/events")
    refused = await page(world, "/console/hosts/rejected")
    assert "lesson.done" in taken and "&lt;img src=x" in taken
    assert "&lt;b&gt;bad" in refused
    assert "<img" not in taken + refused and "<b>" not in taken + refused
