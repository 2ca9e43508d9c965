"""Where the machine's own clock is read: the life of tokens, the worker's ticks, the demo's time machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun import freeze_time

from app.batches.scheduler import JOBS_BY_NAME, register, tick
from app.core.time_utils import ShiftedClock, SystemClock
from app.flows.move_demo_clock import move_demo_clock
from app.worker import Worker
from tests.fixtures import settings_for
from tests.world import World, open_world

# five seconds before midnight in Seoul, in the season that `open_world` plants
BEFORE_MIDNIGHT = datetime(2025, 12, 10, 14, 59, 55, tzinfo=UTC)


@pytest.fixture
def frozen() -> Iterator[Any]:
    """The machine's clock, held. The loop's own goes on, or nothing that waits would ever wake."""
    with freeze_time(BEFORE_MIDNIGHT, real_asyncio=True) as held:
        yield held


async def test_a_token_lives_by_the_machines_clock_to_the_second(frozen: Any, sqlite_url: str) -> None:
    async with open_world(settings_for(sqlite_url), SystemClock()) as world:
        headers = await world.token("kim")
        assert (await world.client.get("/api/me", headers=headers)).status_code == 200
        frozen.tick(timedelta(seconds=3_600 + 9))
        assert (await world.client.get("/api/me", headers=headers)).status_code == 200, "ten seconds of leeway"
        frozen.tick(timedelta(seconds=1))
        assert await world.code("GET", "/api/me", headers=headers) == (401, "TOKEN_EXPIRED")
        frozen.move_to(BEFORE_MIDNIGHT - timedelta(seconds=11))
        assert await world.code("GET", "/api/me", headers=headers) == (401, "TOKEN_INVALID"), "it begins later"


async def test_the_daily_runs_of_a_worker_turn_at_midnight_in_seoul(frozen: Any, sqlite_url: str) -> None:
    async with open_world(settings_for(sqlite_url), SystemClock()) as world:
        job = JOBS_BY_NAME["season_turn"]
        await register(world.container, [job])
        for passed in (0, 4, 1, 86_399, 1):
            frozen.tick(timedelta(seconds=passed))
            await tick(world.container, job, "test", lambda: True)
        days = await world.rows("SELECT logical_date, status FROM job_runs ORDER BY id")
    assert days == [(f"2025-12-{day}", "DONE") for day in (10, 11, 12)]


async def test_a_worker_names_itself_and_begins_by_the_machines_clock(frozen: Any, sqlite_world: World) -> None:
    first = Worker(sqlite_world.container, jobs=[]).owner
    frozen.tick(timedelta(days=1))
    assert Worker(sqlite_world.container, jobs=[]).owner != first


async def test_the_demos_clock_ticks_on_from_where_it_was_put(frozen: Any, sqlite_url: str) -> None:
    async with open_world(settings_for(sqlite_url, env="demo"), ShiftedClock()) as world:
        clock = move_demo_clock(world.house, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
        frozen.tick(timedelta(seconds=90))
        assert clock.now() == datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)
        move_demo_clock(world.house, advance_seconds=86_400)
        assert clock.now() == datetime(2026, 1, 2, 0, 1, 30, tzinfo=UTC)
