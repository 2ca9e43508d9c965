"""Value moves exactly once, whoever asks at the same time: over TCP, against two processes."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.world import World, key

PLAY = "/api/roulette/play"


def codes(responses: list[httpx.Response]) -> Counter[str]:
    return Counter("OK" if r.is_success else r.json()["error"]["code"] for r in responses)


async def test_100_parallel_requests_with_one_key_have_one_effect_and_100_equal_answers(live: World) -> None:
    player = await live.player("one-key", ROULETTE_COIN=50)
    headers = player.headers | key()
    answers = await asyncio.gather(*(live.client.post(PLAY, headers=headers) for _ in range(100)))
    assert codes(answers) == {"OK": 100}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 99
    assert await live.rows("SELECT COUNT(*) FROM game_plays WHERE user_id = :id", id=player.id) == [(1,)]


async def test_1000_parallel_plays_on_300_tickets_are_300_plays(live: World) -> None:
    player = await live.player("tickets", ROULETTE_COIN=300)
    answers = await asyncio.gather(*(live.client.post(PLAY, headers=player.headers | key()) for _ in range(1000)))
    assert codes(answers) == {"OK": 300, "NOT_ENOUGH_TOKENS": 700}
    assert await live.rows("SELECT balance FROM wallets WHERE user_id = :id", id=player.id) == [(0,)]
    plays = await live.rows("SELECT COUNT(*), MAX(play_no) FROM game_plays WHERE user_id = :id", id=player.id)
    assert plays == [(300, 300)]


async def test_100_parallel_stamps_are_one_stamp(live: World) -> None:
    player = await live.player("stamps")
    stamp = "/api/season-pass/stamp"
    answers = await asyncio.gather(*(live.client.post(stamp, headers=player.headers) for _ in range(100)))
    assert codes(answers) == {"OK": 1, "ALREADY_STAMPED_TODAY": 99}
    rows = await live.rows("SELECT COUNT(*), SUM(xp_earned) FROM season_stamp_log WHERE user_id = :id", id=player.id)
    assert rows == [(1, 20)]


async def test_100_parallel_claims_are_one_claim(live: World) -> None:
    player = await live.player("claims")
    both = await live.token(player.name, "player", "admin")
    await live.ok("POST", "/api/season-pass/stamp", json={"xp_bonus": 880}, headers=both)  # level 8
    claim = "/api/season-pass/claim"
    answers = await asyncio.gather(
        *(live.client.post(claim, json={"level": 8}, headers=player.headers) for _ in range(100))
    )
    assert codes(answers) == {"OK": 1, "REWARD_ALREADY_CLAIMED": 99}
    assert await live.rows("SELECT COUNT(*) FROM season_claims WHERE level = 8 AND user_id = :id", id=player.id) == [
        (1,)
    ]
    states = await live.rows("SELECT state FROM reward_log WHERE source = 'SEASON' AND user_id = :id", id=player.id)
    assert sorted(states) == [("APPROVAL",), *[("GRANTED",)] * 7], "the seven levels before it were paid by the stamp"


@pytest.mark.parametrize("way", ["api", "sql"])
async def test_a_stop_holds_for_the_next_play_on_every_process(live: World, way: str) -> None:
    player = await live.player(f"stopped-by-{way}", ROULETTE_COIN=1000)
    await asyncio.gather(*(live.ok("POST", PLAY, headers=player.headers | key()) for _ in range(50)))
    await switch(live, way, is_enabled=False)
    try:
        # a fresh connection each: between them both processes answer
        fresh = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=live.client.base_url, limits=fresh, timeout=60) as client:
            answers = await asyncio.gather(*(client.post(PLAY, headers=player.headers | key()) for _ in range(40)))
        assert codes(answers) == {"FEATURE_DISABLED": 40}
        stamp = await live.client.post("/api/season-pass/stamp", headers=player.headers)
        assert stamp.is_success, "other features go on"
    finally:
        await switch(live, way, is_enabled=True)


async def test_no_play_is_dated_after_the_stop_that_ran_beside_it(live: World) -> None:
    """The stop waits for the plays under way, and plays that come later wait for the stop."""
    player = await live.player("racer", ROULETTE_COIN=100_000)
    accepted = 0

    async def keep_playing(until: asyncio.Event) -> None:
        nonlocal accepted
        while not until.is_set():
            accepted += (await live.client.post(PLAY, headers=player.headers | key())).is_success

    for _ in range(5):
        over = asyncio.Event()
        players = [asyncio.create_task(keep_playing(over)) for _ in range(16)]
        await asyncio.sleep(0.2)
        await switch(live, "api", is_enabled=False)
        over.set()
        await asyncio.gather(*players)
        plays = (
            "SELECT COUNT(*) FROM game_plays p WHERE p.created_at > (SELECT MAX(h.created_at) FROM feature_history h)"
        )
        assert await live.rows(plays) == [(0,)]
        await switch(live, "api", is_enabled=True)
    assert accepted > 0


async def switch(live: World, way: str, *, is_enabled: bool) -> None:
    """Stops or starts the roulette by the API or by plain SQL."""
    if way == "sql":
        await live.sql("UPDATE feature_config SET is_enabled = :on WHERE feature_type = 'ROULETTE'", on=is_enabled)
        return
    ops = await live.token("minji", "ops")
    body = {"is_enabled": is_enabled, "reason": "a test of the switch"}
    await live.ok("PATCH", "/api/admin/features/ROULETTE", json=body, headers=ops | {"If-Match": "*"})


async def test_of_500_new_players_in_one_second_nobody_is_sent_away(live: World) -> None:
    """Each asks twice in the same instant, so that both processes meet most of them: each is made once."""
    people = [await live.token(f"opening-{n}") for n in range(500)]
    answers = await asyncio.gather(
        *(live.client.get("/api/season-pass/status", headers=headers) for headers in people * 2)
    )
    assert codes(answers) == {"OK": 1000}
    made = "FROM user_profiles u JOIN user_event_log e ON e.user_id = u.id WHERE u.external_id LIKE 'opening-%'"
    assert await live.rows(f"SELECT COUNT(DISTINCT u.id), COUNT(*) {made} AND e.event_type = 'AUTH_LOGIN'") == [
        (500, 500)
    ]
