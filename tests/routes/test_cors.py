"""Another site's page reads nothing: only origins that are listed, letter by letter, are told yes."""

import pytest

from app.core.time_utils import FixedClock
from tests.fixtures import settings_for
from tests.world import open_world

OURS = "https://play.example"
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
        "Access-Control-Request-Headers": "authorization,last-event-id",
    }
    async with open_world(settings_for(sqlite_url, cors_origins=(OURS,)), clock) as world:
        assert (await world.client.options("/api/stream", headers=asks)).status_code == 200


@pytest.mark.parametrize("origin", [OURS, "null"])
async def test_without_a_list_nobody_may_read(sqlite_url: str, clock: FixedClock, origin: str) -> None:
    async with open_world(settings_for(sqlite_url), clock) as world:
        answer = await world.client.get("/api/ui-config/ticket_zero", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers
