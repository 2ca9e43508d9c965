"""Another site's page reads nothing: only origins that are listed, letter by letter, are told yes."""

from itertools import product

import pytest

from app.core.time_utils import FixedClock
from tests.fixtures import settings_for
from tests.world import open_world

OURS = "https://play.example"
ASKED = "Access-Control-Request-Headers"
OTHERS = (
    "https://play.example.evil.example",
    "https://evilplay.example",
    "http://play.example",
    "https://play.example:8443",
    "https://PLAY.example",
    "null",
    "*",
)


async def test_only_the_listed_origin_may_read(sqlite_url: str, clock: FixedClock) -> None:
    async with open_world(settings_for(sqlite_url, cors_origins=(OURS,)), clock) as world:
        for origin in (OURS, *OTHERS):
            asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            before = await world.client.options("/api/roulette/play", headers=asks)
            answer = await world.client.get("/api/ui-config/ticket_zero", headers={"Origin": origin})
            for response in (before, answer):
                allowed = response.headers.get("Access-Control-Allow-Origin")
                assert allowed == (OURS if origin == OURS else None), origin
                assert "Access-Control-Allow-Credentials" not in response.headers


async def test_a_page_elsewhere_may_go_on_with_its_stream(sqlite_url: str, clock: FixedClock) -> None:
    asks = {
        "Origin": OURS,
        "Access-Control-Request-Method": "GET",
        ASKED: "authorization,last-event-id",
    }
    async with open_world(settings_for(sqlite_url, cors_origins=(OURS,)), clock) as world:
        assert (await world.client.options("/api/stream", headers=asks)).status_code == 200


@pytest.mark.parametrize("origin", [OURS, "null"])
async def test_without_a_list_nobody_may_read(sqlite_url: str, clock: FixedClock, origin: str) -> None:
    async with open_world(settings_for(sqlite_url), clock) as world:
        answer = await world.client.get("/api/ui-config/ticket_zero", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("asks", "refused"),
    [
        ({"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}, ["origin"]),
        ({"Origin": OURS, "Access-Control-Request-Method": "TRACE"}, ["method"]),
        ({"Origin": OURS, "Access-Control-Request-Method": "GET", ASKED: "x-odd"}, ["headers"]),
        ({"Origin": "null", "Access-Control-Request-Method": "TRACE"}, ["origin", "method"]),
    ],
)  # fmt: skip
async def test_a_preflight_that_is_refused_is_a_problem_that_says_what_was(
    sqlite_url: str, clock: FixedClock, asks: dict[str, str], refused: list[str]
) -> None:
    said = {"ko": "이 출처의", "en": "This origin"}
    async with open_world(settings_for(sqlite_url, cors_origins=(OURS,)), clock) as world:
        for path, (language, words) in product(("/api/roulette/play", "/nowhere"), said.items()):
            answer = await world.client.options(path, headers=asks | {"Accept-Language": language})
            assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
            body = answer.json()
            assert (body["error"]["code"], body["detail"].startswith(words)) == ("CORS_REFUSED", True)
            assert [line["field"] for line in body["error"]["details"]] == refused
            assert "Origin" in answer.headers["vary"]
            assert "Access-Control-Allow-Origin" not in answer.headers or asks["Origin"] == OURS
