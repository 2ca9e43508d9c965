"""Value moves exactly once, whoever asks at the same time: over TCP, against two processes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fixtures import settings_for
from tests.live import live_world
from tests.world import World, key

PLAY = "/api/roulette/play"


@pytest.fixture
async def live(database_url: str) -> AsyncIterator[World]:
    """Two processes over one database, on each kind of it."""
    async with live_world(settings_for(database_url, db_write_pool=4), workers=2) as world:
        yield world


def codes(responses: list[httpx.Response]) -> Counter[str]:
    return Counter("OK" if r.is_success else r.json()["error"]["code"] for r in responses)


async def test_100_parallel_requests_with_one_key_have_one_effect_and_100_equal_answers(live: World) -> None:
    player = await live.player("kim", ROULETTE_COIN=50)
    headers = player.headers | key()
    answers = await asyncio.gather(*(live.client.post(PLAY, headers=headers) for _ in range(100)))
    assert codes(answers) == {"OK": 100}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 99
    assert await live.rows("SELECT COUNT(*) FROM game_plays") == [(1,)]


async def test_1000_parallel_plays_on_300_tickets_are_300_plays(live: World) -> None:
    player = await live.player("kim", ROULETTE_COIN=300)
    # tickets won back would buy further plays: the wheel of this test gives none
    await live.sql("UPDATE game_configs SET config = REPLACE(config, 'ROULETTE_COIN', 'DICE_TOKEN')")
    answers = await asyncio.gather(*(live.client.post(PLAY, headers=player.headers | key()) for _ in range(1000)))
    assert codes(answers) == {"OK": 300, "NOT_ENOUGH_TOKENS": 700}
    balance = await live.rows("SELECT balance FROM wallets WHERE token_type = 'ROULETTE_COIN'")
    assert balance == [(0,)]
    assert await live.rows("SELECT COUNT(*), MAX(play_no) FROM game_plays") == [(300, 300)]


async def test_100_parallel_stamps_are_one_stamp(live: World) -> None:
    player = await live.player("kim")
    answers = await asyncio.gather(
        *(live.client.post("/api/season-pass/stamp", headers=player.headers) for _ in range(100))
    )
    assert codes(answers) == {"OK": 1, "ALREADY_STAMPED_TODAY": 99}
    assert await live.rows("SELECT COUNT(*), SUM(xp_earned) FROM season_stamp_log") == [(1, 20)]


async def test_100_parallel_claims_are_one_claim(live: World) -> None:
    player = await live.player("kim")
    await live.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    await live.sql("UPDATE season_progress SET current_xp = 900, current_level = 8")
    await live.sql("UPDATE season_xp_ledger SET delta = 900, xp_after = 900")
    answers = await asyncio.gather(
        *(live.client.post("/api/season-pass/claim", json={"level": 8}, headers=player.headers) for _ in range(100))
    )
    assert codes(answers) == {"OK": 1, "REWARD_ALREADY_CLAIMED": 99}
    assert await live.rows("SELECT COUNT(*) FROM season_claims WHERE level = 8") == [(1,)]
    assert await live.rows("SELECT COUNT(*) FROM reward_log WHERE state = 'APPROVAL'") == [(1,)]


@pytest.mark.parametrize("way", ["api", "sql"])
async def test_a_stop_holds_for_the_next_play_on_every_process(live: World, way: str) -> None:
    player = await live.player("kim", ROULETTE_COIN=1000)
    ops = await live.token("minji", "ops")
    await asyncio.gather(*(live.ok("POST", PLAY, headers=player.headers | key()) for _ in range(50)))
    if way == "api":
        body = {"is_enabled": False, "reason": "the wheel is wrong"}
        await live.ok("PATCH", "/api/admin/features/ROULETTE", json=body, headers=ops | {"If-Match": "*"})
    else:
        await live.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'ROULETTE'")
    # a fresh connection each: between them both processes answer
    async with httpx.AsyncClient(base_url=live.client.base_url, limits=httpx.Limits(max_keepalive_connections=0)) as c:
        answers = await asyncio.gather(*(c.post(PLAY, headers=player.headers | key()) for _ in range(40)))
    assert codes(answers) == {"FEATURE_DISABLED": 40}
    stamp = await live.client.post("/api/season-pass/stamp", headers=player.headers)
    assert stamp.is_success, "other features go on"
