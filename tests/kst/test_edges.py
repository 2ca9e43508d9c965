"""The edges of the Korean calendar, in every time zone a host may be set to."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.time_utils import KST, kst_date, kst_midnight, kst_text
from app.domain.reference import ROULETTE
from tests.world import World, key

STAMP = "/api/season-pass/stamp"
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(params=["UTC", "Asia/Seoul", "America/New_York"], autouse=True)
def host_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's own time zone, which must never matter."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 12, 9, 14, 59, 59, 999_999, UTC), date(2025, 12, 9)),
        (datetime(2025, 12, 9, 15, 0, 0, 0, UTC), date(2025, 12, 10)),
        (datetime(2025, 12, 31, 14, 59, 59, 999_999, UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 15, 0, 0, 0, UTC), date(2026, 1, 1)),
        (datetime(2028, 2, 28, 15, 0, 0, 0, UTC), date(2028, 2, 29)),
        (datetime(2028, 2, 29, 15, 0, 0, 0, UTC), date(2028, 3, 1)),
    ],
)
def test_the_business_day_turns_at_15_00_utc(instant: datetime, day: date) -> None:
    assert kst_date(instant) == day
    assert kst_date(kst_midnight(day)) == day
    assert kst_date(kst_midnight(day) - MICROSECOND) == day - timedelta(days=1)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        kst_date(datetime(2025, 12, 9, 12))  # noqa: DTZ001 – the point of the test


def test_instants_leave_with_the_offset_of_seoul() -> None:
    assert kst_text(datetime(2025, 12, 31, 15, 0, tzinfo=UTC)) == "2026-01-01T00:00:00+09:00"


async def test_a_stamp_a_microsecond_before_midnight_and_one_at_midnight_are_two_days(sqlite_world: World) -> None:
    world = sqlite_world
    player = await world.player("kim")
    midnight = kst_midnight(date(2025, 12, 11))
    world.clock.set(midnight - MICROSECOND)
    await world.ok("POST", STAMP, headers=player.headers)
    assert await world.code("POST", STAMP, headers=player.headers) == (400, "ALREADY_STAMPED_TODAY")
    world.clock.set(midnight)
    await world.ok("POST", STAMP, headers=player.headers)
    days = await world.rows("SELECT period_key FROM season_stamp_log ORDER BY id")
    assert days == [("2025-12-10",), ("2025-12-11",)]


@pytest.mark.parametrize(
    ("instant", "answer"),
    [
        (kst_midnight(date(2025, 12, 9)) - MICROSECOND, "NO_ACTIVE_SEASON"),
        (kst_midnight(date(2025, 12, 9)), "OK"),
        (kst_midnight(date(2025, 12, 26)) - MICROSECOND, "OK"),
        (kst_midnight(date(2025, 12, 26)), "NO_ACTIVE_SEASON"),
    ],
)
async def test_the_season_opens_with_its_first_instant_and_closes_after_its_last(
    sqlite_world: World, instant: datetime, answer: str
) -> None:
    world = sqlite_world
    player = await world.player("kim")
    world.clock.set(instant)
    response = await world.client.post(STAMP, headers=player.headers)
    assert (response.json()["error"]["code"] if response.is_error else "OK") == answer


async def test_a_request_that_crosses_midnight_belongs_to_the_day_it_began(sqlite_world: World) -> None:
    """The flow reads the clock once: whatever happens later in it, there is one day."""
    world = sqlite_world
    player = await world.player("kim", ROULETTE_COIN=5)
    world.clock.set(kst_midnight(date(2025, 12, 11)) - MICROSECOND)
    answer = await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    rows = await world.rows("SELECT play_date, created_at FROM game_plays WHERE id = :id", id=answer["play_id"])
    assert rows == [("2025-12-10", "2025-12-10 14:59:59.999999")]


async def test_the_daily_limit_starts_anew_at_kst_midnight(sqlite_world: World) -> None:
    world = sqlite_world
    player = await world.player("kim", ROULETTE_COIN=10)
    await world.configure("roulette", ROULETTE | {"max_daily": 2})
    world.clock.set(datetime(2025, 12, 31, 23, 59, 59, tzinfo=KST))
    for _ in range(2):
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    refusal = await world.code("POST", "/api/roulette/play", headers=player.headers | key())
    assert refusal == (400, "DAILY_LIMIT_REACHED")
    status = await world.ok("GET", "/api/roulette/status", headers=player.headers)
    assert (status["today_spins"], status["remaining_spins"]) == (2, 0)
    world.clock.set(datetime(2026, 1, 1, tzinfo=KST))
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    assert (await world.ok("GET", "/api/roulette/status", headers=player.headers))["remaining_spins"] == 1
