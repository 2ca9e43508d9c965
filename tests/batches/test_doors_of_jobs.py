"""Asking for a run: every job at every door, for days that have not come or are long gone, and for subjects."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.batches.job import WhenDue
from app.batches.scheduler import JOBS, JOBS_BY_NAME, register
from app.domain.jobs import daily_slot
from tests.admin.desk import desk_of
from tests.batches.planted import plant, runs, tick_once
from tests.bridge.campaigns import CODE, kst, open_reference, play
from tests.goals.boards import begin, board
from tests.ops.test_terminal_acts import Terminal
from tests.pages.desk import does, page, send, sit_down
from tests.world import World

NAMES = [job.name for job in JOBS]
BY_SUBJECTS = [job.name for job in JOBS if isinstance(job.schedule, WhenDue)]
# the clock of a world stands at 2025-12-10
AHEAD, LONG_AGO = ["2025-12-11", "2026-02-01", "2099-12-31"], ["2025-12-01", "2001-01-01"]


async def standing(world: World) -> list[Any]:
    """Everything that a run of another day could have changed."""
    tables = ("SELECT job, slot_no, status FROM job_runs ORDER BY id", "SELECT id, is_active FROM seasons ORDER BY id")
    return [await world.rows(query) for query in (*tables, "SELECT COUNT(*) FROM admin_audit_log")]


@pytest.mark.parametrize("job", NAMES)
@pytest.mark.parametrize("day", AHEAD + LONG_AGO)
async def test_the_api_takes_no_day_that_a_job_can_not_be_run_for(sqlite_world: World, job: str, day: str) -> None:
    world = sqlite_world
    await register(world.container)
    desk = await desk_of(world, "kim@example.com", "admin")
    before = await standing(world)
    status, code = await desk.refused("POST", f"/jobs/{job}/run", {"logical_date": day})
    assert status == 422
    assert code == ("JOB_NOT_DUE" if day in AHEAD and job not in BY_SUBJECTS else "JOB_DAY_INVALID")
    assert await standing(world) == before


async def test_a_day_of_before_that_the_job_knows_can_be_asked_for_and_none_is_left_out(world: World) -> None:
    await register(world.container)
    desk = await desk_of(world, "kim@example.com", "admin")
    for job in ("season_turn", "mission_day", "retention"):
        await tick_once(world, JOBS_BY_NAME[job])
        path = f"/jobs/{job}/run"
        assert await desk.refused("POST", path, {"logical_date": "2025-12-10"}) == (409, "JOB_ALREADY_DONE")
    world.clock.set(kst(12, 13))
    early = await desk.send("POST", "/jobs/season_turn/run")
    assert (early.status_code, early.json()["error"]["code"]) == (422, "JOB_DAY_INVALID")
    reason = early.json()["error"]["details"][0]
    assert reason == {"field": "logical_date", "reason": "a day from 2025-12-10 to 2025-12-11 can be run now"}
    await desk.ok("POST", "/jobs/season_turn/run", {"logical_date": "2025-12-11"})
    await tick_once(world, JOBS_BY_NAME["season_turn"])
    found = await world.rows("SELECT logical_date, status FROM job_runs WHERE job = 'season_turn' ORDER BY id")
    assert [(str(day), state) for day, state in found] == [(f"2025-12-{day}", "DONE") for day in (10, 11, 12, 13)]
    assert not await world.differences()


async def test_a_run_of_a_day_ahead_that_stands_already_waits_for_its_day_and_holds_up_none(world: World) -> None:
    job = JOBS_BY_NAME["season_turn"]
    await register(world.container)
    await plant(world, daily_slot(job.name, date(2025, 12, 12)))
    await tick_once(world, job)
    assert await world.rows("SELECT is_active FROM seasons") == [(1,)]
    assert [row[1] for row in await runs(world, job.name)] == ["WAITING", "DONE"]
    world.clock.set(kst(12, 12))
    await tick_once(world, job)
    assert [row[1] for row in await runs(world, job.name)] == ["DONE", "DONE", "DONE"]
    assert not await world.differences()


@pytest.mark.parametrize("job", NAMES)
def test_a_terminal_takes_no_day_that_a_job_can_not_be_run_for(tmp_path: Path, job: str) -> None:
    terminal = Terminal(tmp_path)
    terminal.before(lambda world: register(world.container))
    terminal.set_clock(kst(12, 10))
    for day in ("2025-12-11", "2001-01-01"):
        result = terminal.ops("jobs", "run", job, "--date", day)
        assert result.exit_code == 1
        assert "JOB_NOT_DUE" in result.output or "JOB_DAY_INVALID" in result.output
    assert terminal.rows("SELECT COUNT(*) FROM job_runs") == [(0,)]
    without = terminal.ops("jobs", "run", job)
    assert (without.exit_code, "JOB_SUBJECT_INVALID" in without.output) == (
        (1, True) if job in BY_SUBJECTS else (0, False)
    )


def test_a_terminal_settles_no_campaign_whose_day_has_not_come(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.before(open_reference)
    terminal.set_clock(kst(12, 30))
    for words in (("--date", "2026-01-01"), ("--campaign", CODE), ("--date", "2099-01-01")):
        result = terminal.ops("settle-bridge", *words)
        assert result.exit_code != 0, words
    for job in ("bridge_settlement", "bridge_closing"):
        result = terminal.ops("jobs", "run", job, "--subject", CODE)
        assert (result.exit_code, "JOB_NOT_DUE" in result.output) == (1, True)
    assert terminal.rows("SELECT COUNT(*) FROM job_runs") == [(0,)]
    assert terminal.rows("SELECT state FROM bridge_campaigns") == [("OPEN",)]


@pytest.mark.parametrize("job", BY_SUBJECTS)
@pytest.mark.parametrize("subject", [None, "NOPE", "NOPE:2025-12-09"])
async def test_a_job_that_is_about_something_needs_a_subject_that_there_is(
    sqlite_world: World, job: str, subject: str | None
) -> None:
    world = sqlite_world
    await register(world.container)
    desk = await desk_of(world, "kim@example.com", "admin")
    path = f"/jobs/{job}/run"
    assert await desk.refused("POST", path, {"subject": subject}) == (422, "JOB_SUBJECT_INVALID")
    await sit_down(world)
    refused = await send(world, f"/console/jobs/{job}/run", reason="now", **({"subject": subject} if subject else {}))
    assert refused.status_code != 200 or "said-no" in refused.text
    assert await runs(world, job) == []


@pytest.mark.parametrize("job", [name for name in NAMES if name not in BY_SUBJECTS])
async def test_a_job_that_runs_by_days_takes_no_subject(sqlite_world: World, job: str) -> None:
    await register(sqlite_world.container)
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    assert await desk.refused("POST", f"/jobs/{job}/run", {"subject": "X"}) == (422, "JOB_SUBJECT_INVALID")


async def test_a_window_is_asked_for_by_name_once_its_time_has_come(world: World) -> None:
    desk = await begin(world, board())
    await play(world, await world.player("ann", ROULETTE_COIN=9), 1)
    await register(world.container)
    path, body = "/jobs/leaderboard_close/run", {"subject": "DAILY_SPINS:2025-12-10"}
    assert await desk.refused("POST", path, body) == (422, "JOB_NOT_DUE"), "players still score in it"
    await sit_down(world)
    assert "DAILY_SPINS:2025-12-10" not in await page(world, "/console/system")
    world.clock.set(kst(12, 11, 0, 10))
    html = await page(world, "/console/system")
    assert '<option value="DAILY_SPINS:2025-12-10">오늘의 참여왕' in html
    assert "요청했습니다" in await does(world, "/console/jobs/leaderboard_close/run", reason="now", **body)
    await tick_once(world, JOBS_BY_NAME["leaderboard_close"])
    assert [row[:2] for row in await runs(world, "leaderboard_close")] == [("DAILY_SPINS:2025-12-10", "DONE")]
    assert await desk.refused("POST", path, body) == (409, "JOB_ALREADY_DONE")


async def test_an_interval_job_is_asked_for_now_and_again_in_the_next_interval(sqlite_world: World) -> None:
    world = sqlite_world
    await register(world.container)
    desk = await desk_of(world, "kim@example.com", "admin")
    for _ in range(2):
        await desk.ok("POST", "/jobs/reconcile/run")
        await tick_once(world, JOBS_BY_NAME["reconcile"])
        assert await desk.refused("POST", "/jobs/reconcile/run") == (409, "JOB_ALREADY_DONE")
        world.clock.advance(minutes=10)
