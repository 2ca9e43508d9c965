"""Every call that somebody makes in their own name is counted: no door of players goes on without end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.time_utils import FixedClock
from tests.fixtures import NOON, fresh_sqlite, settings_for
from tests.routes.rules import PLAYER, RULES
from tests.routes.what_to_send import BODIES, PATH_VALUES
from tests.world import World, key, open_world

OURS = {"Sec-Fetch-Site": "same-origin"}
# one call of each kind, and none more within this test
ONE_CALL = {"GET": 0.001, "POST": 0.001}
# pages that ask for nobody, or that only keep what a browser chose: nginx bounds them by address
FOR_EVERYBODY = {
    ("GET", "/enter"), ("GET", "/odds"), ("POST", "/settings"), ("POST", "/demo/clock"), ("GET", "/assets/{name}"),
}  # fmt: skip
FIELDS = {"choice": "stay", "to": "1", "level": "1", "season": "1", "key": "0" * 36}
PAGE_VALUES = PATH_VALUES | {"game": "roulette", "play_id": "1", "name": "x"}


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    url = fresh_sqlite(tmp_path_factory.mktemp("doors") / "dojang.db")
    async with open_world(settings_for(url, rate_limits=ONE_CALL, stream_seconds=1), FixedClock(NOON)) as opened:
        yield opened


async def sign_in(world: World, name: str) -> dict[str, str]:
    """A sign-in of a player by their host's server."""
    admin = await world.token("boss", "admin")
    made = await world.ok(
        "POST", "/api/admin/hosts/main/keys", json={"name": name, "reason": "x"}, headers=admin | key()
    )
    api_key = next(value for value in made.values() if str(value).startswith("dk_"))
    answer = await world.ok("POST", "/api/auth/token", json={"external_id": name}, headers={"X-API-Key": api_key})
    return {"access": answer["access_token"], "refresh": answer["refresh_token"]}


def pages(world: World) -> list[tuple[str, str]]:
    """The pages of players, as (method, path)."""
    found = set()
    for route in world.app.router.routes:  # type: ignore[union-attr]
        path = getattr(route, "path_format", "")
        if type(route).__name__ in ("PageRoute", "HandOffRoute") and not path.startswith("/console"):
            found |= {(method, path) for method in route.methods if method != "HEAD"}  # type: ignore[attr-defined]
    return sorted(found)


@pytest.mark.parametrize(("method", "path"), [route for route, who in RULES.items() if who == PLAYER])
async def test_a_second_call_at_once_is_one_too_many(world: World, method: str, path: str) -> None:
    headers = await world.token("kim")
    said = []
    for _ in range(2):
        body = None if method == "GET" else BODIES.get(path, {})
        answer = await world.client.request(method, path.format(**PATH_VALUES), json=body, headers=headers | key())
        said.append(answer.status_code)
    assert (said[0] != 429, said[1]) == (True, 429), f"{method} {path}: {said}"


async def test_pages_are_counted_too(world: World) -> None:
    token = (await world.token("lee"))["Authorization"].removeprefix("Bearer ")
    endless = []
    known = pages(world)
    assert {("POST", "/enter"), ("POST", "/sign-out"), ("GET", "/enter/change"), ("GET", "/")} <= set(known)
    assert FOR_EVERYBODY - {("GET", "/assets/{name}")} <= set(known)
    for method, path in known:
        if (method, path) in FOR_EVERYBODY:
            continue
        told = []
        for _ in range(2):
            world.client.cookies.clear()
            world.client.cookies.set("dojang_access", token)
            world.client.cookies.set("dojang_offered_access", token)
            world.client.cookies.set("dojang_offered_refresh", "x")
            form = {"token": token} if path == "/enter" else FIELDS
            headers = OURS | {"Accept": "application/json"}
            request = {"headers": headers} | ({"data": form} if method == "POST" else {})
            answer = await world.client.request(method, path.format(**PAGE_VALUES), **request)
            told.append(answer.status_code)
        if told[1] != 429:
            endless.append((method, path, told))
    world.client.cookies.clear()
    assert endless == []


async def test_signing_out_and_refreshing_are_counted(world: World) -> None:
    first, second = await sign_in(world, "park"), await sign_in(world, "park")

    async def refresh(token: str) -> httpx.Response:
        return await world.client.post("/api/auth/token", json={"refresh_token": token})

    fresh = await refresh(first["refresh"])
    assert fresh.status_code == 200
    refused = await refresh(fresh.json()["refresh_token"])
    assert (refused.status_code, refused.json()["error"]["details"]["operation"]) == (429, "get_token")
    assert refused.headers["Retry-After"]
    leave = [
        await world.client.post("/api/auth/logout", headers={"Authorization": f"Bearer {one['access']}"})
        for one in (first, second)
    ]
    assert [answer.status_code for answer in leave] == [204, 429]


async def test_a_refused_refresh_spends_nothing(world: World) -> None:
    one = await sign_in(world, "choi")
    answer = await world.client.post("/api/auth/token", json={"refresh_token": one["refresh"]})
    token = answer.json()["refresh_token"]
    for _ in range(3):
        assert (await world.client.post("/api/auth/token", json={"refresh_token": token})).status_code == 429
    [(used,)] = await world.rows("SELECT COUNT(*) FROM refresh_tokens WHERE used_at IS NOT NULL")
    assert used >= 1
    world.container.rate_limits._buckets._recent.clear()
    world.container.rate_limits._buckets._older.clear()
    assert (await world.client.post("/api/auth/token", json={"refresh_token": token})).status_code == 200
