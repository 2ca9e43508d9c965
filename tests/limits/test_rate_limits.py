"""Nobody plays faster than a person can press, nobody loses a ticket by trying, and Redis never decides."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
import pytest

from app.config.settings import PRODUCTION_RATE_LIMITS, Settings
from app.core.errors import AppError
from app.core.time_utils import FixedClock
from app.db.cache import Cache
from app.db.rate_limits import RateLimits
from tests.fixtures import settings_for
from tests.ports import free_port
from tests.servers import Redis
from tests.wheel import ALWAYS_TEN
from tests.world import World, key, open_world

PLAY = "/api/roulette/play"


class Hand:
    """Seconds that pass when a test says so: how busy the machine is decides nothing."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def by_hand(world: World) -> Hand:
    """The limits of this world's settings, by such a clock."""
    settings, hand = world.house.settings, Hand()
    world.container.rate_limits = RateLimits(
        settings.limits_per_player, world.container.cache, burst_seconds=settings.rate_limit_burst_seconds, now=hand
    )
    return hand


async def plays(world: World, headers: dict[str, str], count: int) -> list[httpx.Response]:
    return [await world.client.post(PLAY, headers=headers | key()) for _ in range(count)]


async def test_fifty_plays_in_a_second_are_too_many_and_cost_no_ticket(database_url: str, clock: FixedClock) -> None:
    async with open_world(settings_for(database_url, rate_limits=PRODUCTION_RATE_LIMITS), clock) as world:
        await world.configure("roulette", ALWAYS_TEN)
        kim, lee = await world.player("kim", ROULETTE_COIN=50), await world.player("lee", ROULETTE_COIN=1)
        hand = by_hand(world)
        told = Counter(answer.status_code for answer in await plays(world, kim.headers, 25))
        hand.seconds += 0.999
        told += Counter(answer.status_code for answer in await plays(world, kim.headers, 25))
        assert told == {200: 29, 429: 21}, "20 at once, and ten a second"
        wallets = (await world.ok("GET", "/api/wallet", headers=kim.headers))["wallets"]
        left = {wallet["token_type"]: wallet["balance"] for wallet in wallets}
        assert left["ROULETTE_COIN"] == 50 - told[200]
        await world.ok("POST", PLAY, headers=lee.headers | key())
        await world.ok("POST", "/api/season-pass/stamp", headers=kim.headers)
        assert not await world.differences()


def test_limits_are_in_force_in_production_and_where_they_are_set() -> None:
    assert Settings(_env_file=None, env="production").limits_per_player == PRODUCTION_RATE_LIMITS
    assert Settings(_env_file=None, env="demo").limits_per_player == {}
    assert Settings(_env_file=None, env="demo", rate_limits={"POST": 1}).limits_per_player == {"POST": 1}
    assert Settings(_env_file=None, env="production", rate_limits={}).limits_per_player == {}


async def test_a_refusal_says_when_to_come_back_and_the_key_may_be_used_again(
    sqlite_url: str, clock: FixedClock
) -> None:
    settings = settings_for(sqlite_url, rate_limits={"play_roulette": 1}, rate_limit_burst_seconds=1)
    async with open_world(settings, clock) as world:
        await world.configure("roulette", ALWAYS_TEN)
        kim, hand = await world.player("kim", ROULETTE_COIN=3), by_hand(world)
        await world.ok("POST", PLAY, headers=kim.headers | key())
        used = key()
        refused = await world.client.post(PLAY, headers=kim.headers | used)
        assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["RateLimit-Policy"] == '"play_roulette";q=1;w=1'
        assert refused.headers["RateLimit"] == '"play_roulette";r=0;t=1'
        error = refused.json()["error"]
        assert error["code"] == "RATE_LIMITED"
        assert error["details"] == {"operation": "play_roulette", "limit": 1, "window_seconds": 1}
        hand.seconds += 1
        answer = await world.ok("POST", PLAY, headers=kim.headers | used)
        assert answer["token_balance"] == 1


async def test_pages_are_limited_too(sqlite_url: str, clock: FixedClock) -> None:
    settings = settings_for(sqlite_url, rate_limits={"GET": 1}, rate_limit_burst_seconds=3)
    async with open_world(settings, clock) as world:
        token = (await world.token("kim"))["Authorization"].removeprefix("Bearer ")
        cookies = {"dojang_access": token}
        by_hand(world)
        told = [(await world.client.get("/games/roulette", cookies=cookies)).status_code for _ in range(5)]
        assert told == [200, 200, 200, 429, 429]


def test_counting_a_call_costs_next_to_nothing() -> None:
    """A play costs some 600 µs of CPU and the budget is 10; the bar is that of a busy machine."""
    limits = RateLimits({"POST": 1e6}, Cache(None), burst_seconds=2)
    calls = 20_000
    started = time.process_time()
    for number in range(calls):
        limits.spend(number % 500, "play_roulette", "POST")
    assert (time.process_time() - started) / calls < 10e-6


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis for this test alone, to pause and to wipe."""
    if os.environ.get("TEST_REDIS_URL") is None:
        pytest.skip("no Redis: see the header of this run")
    with Redis() as redis:
        yield redis


def try_all(limits: RateLimits, tries: int = 100) -> int:
    """How many of so many calls are let through."""
    let_through = 0
    for _ in range(tries):
        try:
            limits.spend(1, "play", "POST")
        except AppError:
            continue
        let_through += 1
    return let_through


async def told_and_heard(limits: RateLimits) -> None:
    """Returns when this process has nothing to tell the others any more."""
    assert limits._sharing is not None
    await limits._sharing


class Processes:
    """The limits of some processes that share a Redis."""

    def __init__(self, stack: AsyncExitStack, url: str, count: int) -> None:
        self.caches = [Cache(url) for _ in range(count)]
        # one in five seconds comes back: nothing does so unnoticed while a test runs
        self.limits = [RateLimits({"POST": 2}, cache, burst_seconds=5) for cache in self.caches]
        for limits, cache in zip(self.limits, self.caches, strict=True):
            stack.push_async_callback(cache.close)
            stack.push_async_callback(limits.close)


async def test_processes_share_one_bucket(own_redis: Redis) -> None:
    async with AsyncExitStack() as stack:
        one, two = Processes(stack, own_redis.url, 2).limits
        assert try_all(one, 9) == 9
        await told_and_heard(one)
        assert try_all(two, 1) == 1, "the first call is decided by what this process knows"
        await told_and_heard(two)
        assert try_all(two) <= 2, "and then it has heard of the other's nine"


async def test_a_redis_that_is_wiped_gives_nobody_a_new_burst(own_redis: Redis) -> None:
    async with AsyncExitStack() as stack:
        processes = Processes(stack, own_redis.url, 1)
        [limits] = processes.limits
        assert try_all(limits) == 10
        await told_and_heard(limits)
        redis = processes.caches[0].redis
        assert redis is not None
        await redis.flushall()
        assert try_all(limits) <= 1


@pytest.mark.parametrize("state", ["away", "hangs"])
async def test_a_redis_that_does_not_answer_stops_no_play_and_limits_stay_on(
    sqlite_url: str, clock: FixedClock, own_redis: Redis, state: str
) -> None:
    url = own_redis.url if state == "hangs" else f"redis://127.0.0.1:{free_port()}/0"
    if state == "hangs":
        own_redis.pause()
    try:
        settings = settings_for(sqlite_url, redis_url=url, rate_limits={"POST": 2}, rate_limit_burst_seconds=5)
        async with open_world(settings, clock) as world:
            kim = await world.player("kim", ROULETTE_COIN=30)
            took: list[float] = []
            told: Counter[int] = Counter()
            for _ in range(30):
                started = time.monotonic()
                [answer] = await plays(world, kim.headers, 1)
                took.append(time.monotonic() - started)
                told[answer.status_code] += 1
            assert told[200] >= 10
            assert told[429] >= 10
            assert sorted(took)[-4] < 0.4, (
                "no play waits for Redis, given up after 0.5 s; a busy machine may hold up three"
            )
    finally:
        if state == "hangs":
            own_redis.resume()
