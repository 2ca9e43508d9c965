"""The short way to hot routes gives what the long way gives, and knows every game."""

from __future__ import annotations

import httpx

from app.games import GAMES
from app.routes.hot import HotRoutes
from tests.world import World


def _paths(app: object) -> set[tuple[str, str]]:
    table = app.router.routes[0]  # type: ignore[attr-defined]
    assert isinstance(table, HotRoutes)
    return set(table.known)


async def test_every_game_the_pass_and_the_rush_go_the_short_way(sqlite_world: World) -> None:
    plays = {("POST", f"/api/{game.code}/play") for game in GAMES.values()}
    assert _paths(sqlite_world.app) == plays | {
        ("GET", "/api/season-pass/status"),
        ("POST", "/api/season-pass/stamp"),
        ("POST", "/api/season-pass/claim"),
        ("POST", "/api/codes/redeem"),
    }


async def test_both_ways_give_the_same_answer(sqlite_world: World) -> None:
    player = await sqlite_world.player("bada")
    short, long = [
        await sqlite_world.client.get(f"/api/season-pass/status{query}", headers=player.headers)
        for query in ("", "?program=main")
    ]
    assert short.status_code == long.status_code == 200
    assert _without_time(short) == _without_time(long)


async def test_a_refusal_on_the_short_way_is_a_problem(sqlite_world: World) -> None:
    refused = await sqlite_world.client.get("/api/season-pass/status")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert refused.json()["error"]["code"] == "AUTH_REQUIRED"
    assert refused.headers["x-content-type-options"] == "nosniff"


async def test_another_method_and_another_path_go_the_long_way(sqlite_world: World) -> None:
    wrong_method = await sqlite_world.client.get("/api/roulette/play")
    assert (wrong_method.status_code, wrong_method.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    unknown = await sqlite_world.client.post("/api/roulette/play/")
    assert unknown.status_code == 404


async def test_a_hot_route_is_measured_under_its_template(sqlite_world: World) -> None:
    await sqlite_world.client.post("/api/roulette/play")
    text = await sqlite_world.metrics()
    assert 'dojang_requests_total{method="POST",route="/api/roulette/play",status="401"}' in text


def _without_time(answer: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in answer.json().items() if name != "server_time"}
