"""Who may open a page and who may post to one: cookies, origins, hand-offs, frames. No browser needed."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.core.time_utils import FixedClock
from app.flows.seed_demo import seed_demo_players
from app.pages.flash import COOKIE
from app.pages.origin import local_path
from app.pages.session import ACCESS, REFRESH
from tests.fixtures import settings_for
from tests.world import World, open_world

OURS = {"Sec-Fetch-Site": "same-origin"}
HTML = {"Accept": "text/html"}


@pytest.fixture
async def world(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    settings = settings_for(sqlite_url, embed_ancestors={"main": ("https://lms.example", "https://vod.example")})
    async with open_world(settings, clock) as opened:
        yield opened


async def enter(world: World, name: str = "kim") -> httpx.Response:
    """A host's page hands its player over: a post from another site, with the token in its body."""
    token = (await world.token(name))["Authorization"].removeprefix("Bearer ")
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://lms.example"}
    return await world.client.post("/enter", data={"token": token}, headers=foreign)


async def test_a_hand_off_becomes_a_session_of_our_own(world: World) -> None:
    answer = await enter(world)
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text  # a redirect would still be the other site's step
    for header in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in header and "SameSite=strict" in header
    home = await world.client.get("/")
    assert home.status_code == 200
    assert "오늘의 도장 받기" in home.text
    assert "kim" in home.text


async def test_over_https_the_cookies_are_secure(world: World) -> None:
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://dojang.test") as client:
        token = (await world.token("kim"))["Authorization"].removeprefix("Bearer ")
        answer = await client.post("/enter", data={"token": token})
    assert all("Secure" in header for header in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "x" * 5000])
async def test_a_token_that_is_none_opens_nothing(world: World, token: str) -> None:
    answer = await world.client.post("/enter", data={"token": token})
    assert answer.status_code in (303, 422)
    assert (await world.client.get("/")).headers["location"] == "/enter"


async def test_operators_have_no_board(world: World) -> None:
    token = (await world.token("boss", "admin"))["Authorization"].removeprefix("Bearer ")
    assert (await world.client.post("/enter", data={"token": token})).status_code == 403


async def test_without_a_session_every_page_leads_to_the_way_in(world: World) -> None:
    for path in ("/", "/games/roulette", "/history", "/rewards"):
        answer = await world.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/enter")
    assert (await world.client.get("/live", headers={"Accept": "application/json"})).status_code == 401


async def test_an_expired_access_token_is_renewed_once_and_quietly(world: World) -> None:
    await enter(world)
    assert (await world.client.get("/")).status_code == 200
    old = world.client.cookies[REFRESH]
    del world.client.cookies[ACCESS]
    assert (await world.client.get("/")).status_code == 200
    assert world.client.cookies[REFRESH] != old
    assert world.client.cookies[ACCESS]


FOREIGN: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://dojang.test.evil.example"},
    {"Origin": "https://dojang.test"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/stamp", "/claim", "/games/roulette/play", "/settings", "/sign-out", "/demo/clock"])
async def test_forms_of_other_sites_are_refused(world: World, path: str, headers: dict[str, str]) -> None:
    await enter(world)
    assert (await world.client.post(path, headers=headers)).status_code == 403
    assert await world.rows("SELECT count(*) FROM season_stamp_log") == [(0,)]


@pytest.mark.parametrize("headers", [OURS, {"Origin": "http://dojang.test"}])
async def test_forms_of_our_own_are_taken(world: World, headers: dict[str, str]) -> None:
    await enter(world)
    assert (await world.client.post("/stamp", headers=headers)).status_code == 303


async def test_a_play_is_one_play_however_often_its_form_is_sent(world: World) -> None:
    await enter(world)
    user = (await world.rows("SELECT id FROM user_profiles"))[0][0]
    admin = await world.token("boss", "admin")
    grant = {"user_id": user, "token_type": "ROULETTE_COIN", "amount": 5, "reason": "a test needs it"}
    await world.ok("POST", "/api/admin/wallets/grant", json=grant, headers=admin | {"Idempotency-Key": "a"})
    key = {"key": "019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"}
    first, second = [await world.client.post("/games/roulette/play", data=key, headers=OURS) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert await world.rows("SELECT count(*) FROM game_plays") == [(1,)]


async def test_the_demo_has_no_door_outside_the_demo(world: World) -> None:
    await enter(world)
    assert "DEMO DATA" not in (await world.client.get("/")).text
    assert (await world.client.post("/demo/clock", data={"to": "next_day"}, headers=OURS)).status_code == 404
    assert (await world.client.post("/enter", data={"player": "haneul"}, headers=OURS)).status_code == 404


async def test_pages_are_framed_by_nobody_but_the_hosts_own_origins(world: World) -> None:
    await enter(world)
    for path, ancestors in (
        ("/", "'none'"),
        ("/embed/main", "https://lms.example https://vod.example"),
        ("/embed/other", "'none'"),
    ):
        policy = (await world.client.get(path)).headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors {ancestors}")
        assert "unsafe" not in policy


async def test_people_get_a_page_and_programs_a_problem(world: World) -> None:
    page = await world.client.get("/nowhere", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem = await world.client.get("/nowhere", headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert (await world.client.get("/api/nowhere", headers=HTML)).headers["content-type"] == "application/problem+json"


async def test_a_database_that_is_away_is_told_kindly(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await enter(world)

    async def away(*_: Any) -> None:
        raise OSError("no route")

    monkeypatch.setattr(world.house.database, "_read_once", away)
    answer = await world.client.get("/", headers=HTML)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "받은 도장" in answer.text


@pytest.mark.parametrize("said", ["<b>", "x", {"kind": "<b>"}, {"kind": "STAMPED", "xp": "<b>"}, [], {"kind": 1}])
async def test_a_forged_message_says_nothing_of_its_own(world: World, said: object) -> None:
    await enter(world)
    world.client.cookies.set(COOKIE, base64.urlsafe_b64encode(json.dumps(said).encode()).decode())
    answer = await world.client.get("/")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "", "x", "/a\r\nb"])
def test_the_way_back_is_always_ours(path: str) -> None:
    assert local_path(path) == "/"


async def test_visits_are_noted_but_not_a_scripts_look(world: World) -> None:
    await enter(world)
    await world.client.get("/", headers={"Sec-Fetch-Dest": "document"})
    await world.client.get("/", headers={"Sec-Fetch-Dest": "empty"})
    await world.client.get("/odds")
    noted = await world.rows("SELECT facts FROM user_event_log WHERE event_type = 'ENTER_PAGE' ORDER BY id")
    assert [json.loads(facts)["page"] for (facts,) in noted] == ["HOME", "ODDS"]


async def test_the_demos_first_player_has_stamped_every_day_until_yesterday(world: World) -> None:
    world.clock.advance(days=3)
    for _ in range(2):  # a second start adds nothing
        await seed_demo_players(world.house, with_past=True)
    stamps = await world.rows("SELECT stamp_date FROM season_stamp_log ORDER BY id")
    assert [str(day) for (day,) in stamps] == ["2025-12-09", "2025-12-10", "2025-12-11", "2025-12-12"]
    assert await world.differences() == {}
