"""A run that can't proceed ends FAILED with a reason, and holds up none of those that are due: every job, every way."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from app.batches.job import Every, Job, Run, WhenDue
from app.batches.scheduler import JOBS, JOBS_BY_NAME, register
from app.core.time_utils import kst_date
from app.domain.jobs import MOST_TRIES, daily_slot, subject_slot
from app.flows.steps.job_subjects import SUBJECTS
from app.services.job_service import Advance
from tests.admin.desk import Desk
from tests.batches.planted import EXPIRED, Never, alarms, plant, runs, slot_of, tick_once
from tests.bridge.campaigns import kst, one_play, open_campaign, play
from tests.goals.boards import begin, board, paid
from tests.goals.test_teams import contest
from tests.world import World

ABOUT_SOMETHING = [job.name for job in JOBS if isinstance(job.schedule, WhenDue)]
# a subject that the job could have had, and that is gone: its board, window, season, contest or campaign
VANISHED = {
    "bridge_closing": "GONE_2024",
    "bridge_settlement": "GONE_2024",
    "bridge_levels": "GONE_2024",
    "leaderboard_close": "DAILY_SPINS:S999",
    "team_settlement": "GONE_CUP",
}
UNKNOWN = "nothing at all"


async def desk_with_a_due_window(world: World) -> Desk:
    """A board with a score in yesterday's window, and a contest of a season that is over."""
    desk = await begin(world, board())
    player = await world.player("ann", ROULETTE_COIN=9)
    await play(world, player, 1)
    world.clock.set(kst(12, 11, 0, 10))
    return desk


def test_every_job_that_is_about_something_knows_its_subjects() -> None:
    assert set(ABOUT_SOMETHING) == set(SUBJECTS) == set(VANISHED)


@pytest.mark.parametrize("job", ABOUT_SOMETHING)
@pytest.mark.parametrize("kind", ["none", "unknown", "vanished"])
async def test_a_run_about_nothing_fails_at_once_and_says_why(sqlite_world: World, job: str, kind: str) -> None:
    world = sqlite_world
    await begin(world, board())
    subject = {"none": "", "unknown": UNKNOWN, "vanished": VANISHED[job]}[kind]
    await plant(world, subject_slot(job, subject, kst_date(world.clock.now())))
    await world.sql("UPDATE job_runs SET status = 'RUNNING'")
    errors = alarms("job_error")
    for _ in range(2):
        await tick_once(world, JOBS_BY_NAME[job])
    [(_, status, reason)] = await runs(world, job)
    assert (status, bool(reason)) == ("FAILED", True)
    assert alarms("job_error") == errors, "it fails once; nothing is tried again"


@pytest.mark.parametrize("job", [job.name for job in JOBS])
async def test_a_run_that_breaks_each_time_rests_longer_each_time_and_then_fails(sqlite_world: World, job: str) -> None:
    world = sqlite_world

    async def break_down(_run: Run) -> bool:
        raise RuntimeError("poison")

    broken = replace(JOBS_BY_NAME[job], run=break_down, schedule=Never())
    await register(world.container, [broken])
    await plant(world, slot_of(world, job, 0))
    errors, failures, waits = alarms("job_error"), alarms("job_failed"), []
    for _ in range(MOST_TRIES + 3):
        await tick_once(world, broken)
        await tick_once(world, broken)
        waits.append(await world.rows("SELECT lease_until FROM job_runs"))
        await world.sql(EXPIRED)
    assert [row[1:] for row in await runs(world, job)] == [("FAILED", "RuntimeError: poison")]
    assert (alarms("job_error") - errors, alarms("job_failed") - failures) == (MOST_TRIES, 1)
    first = [str(rows[0][0]) for rows in waits[: MOST_TRIES - 1]]
    assert first == sorted(first)


@pytest.mark.parametrize("job", [job.name for job in JOBS])
async def test_a_run_that_breaks_does_not_stand_before_one_that_can_be_done(sqlite_world: World, job: str) -> None:
    world, done = sqlite_world, []
    poison, good = slot_of(world, job, 1), slot_of(world, job, 0)

    async def work(run: Run) -> bool:
        if run.lease.slot == poison:
            raise RuntimeError("poison")
        done.append(run.lease.slot)
        return True

    half = replace(JOBS_BY_NAME[job], run=work, schedule=Never())
    await register(world.container, [half])
    for slot in (poison, good):
        await plant(world, slot)
    await tick_once(world, half)
    assert done == [good]


@pytest.mark.parametrize("job", [job.name for job in JOBS])
async def test_a_run_that_ends_its_worker_each_time_fails_when_nobody_could_say_why(
    sqlite_world: World, job: str
) -> None:
    world, slot = sqlite_world, slot_of(sqlite_world, job, 0)
    now = world.clock.now()
    for _ in range(MOST_TRIES):
        assert await world.house.write(lambda k: k.job.claim(slot, "killed", lease_seconds=30, now=now)) is not None
        await world.sql(EXPIRED)
    await tick_once(world, replace(JOBS_BY_NAME[job], schedule=Never()))
    [(_, status, reason)] = await runs(world, job)
    assert (status, reason) == ("FAILED", f"begun {MOST_TRIES} times and never came further")


async def test_a_run_that_comes_further_begins_to_count_anew(world: World) -> None:
    slot, now = daily_slot("retention", date(2025, 12, 9)), world.clock.now()
    for _ in range(MOST_TRIES + 2):
        lease = await world.house.write(lambda k: k.job.claim(slot, "killed", lease_seconds=30, now=now))
        assert lease is not None
        assert lease.tries <= 2
        await world.house.write(lambda k: k.job.advance(lease, Advance(1, seen=1, done=1, amount=0)))  # noqa: B023
        await world.sql(EXPIRED)


async def test_a_wedged_run_of_before_holds_up_no_window(world: World) -> None:
    """The row that `run now` without a subject left behind: RUNNING, about nothing, before every due window."""
    await desk_with_a_due_window(world)
    job = JOBS_BY_NAME["leaderboard_close"]
    await register(world.container, [job])
    await plant(world, daily_slot("leaderboard_close", date(2025, 12, 10)))
    await world.sql("UPDATE job_runs SET status = 'RUNNING', tries = NULL, moved_at = NULL")
    await tick_once(world, job)
    assert [row[:2] for row in await runs(world, job.name)] == [("", "FAILED"), ("DAILY_SPINS:2025-12-10", "DONE")]
    assert len(await paid(world)) == 1


async def test_a_window_that_fails_holds_up_no_other_window(world: World) -> None:
    desk = await begin(world, board("A_BOARD"), board("B_BOARD"))
    await play(world, await world.player("ann", ROULETTE_COIN=9), 1)
    world.clock.set(kst(12, 11, 0, 10))
    job, real = JOBS_BY_NAME["leaderboard_close"], JOBS_BY_NAME["leaderboard_close"].run
    is_broken = True

    async def half(run: Run) -> bool:
        if is_broken and run.lease.slot.subject.startswith("A_BOARD"):
            raise RuntimeError("poison")
        return await real(run)

    half_broken = replace(job, run=half)
    await register(world.container, [job])
    for _ in range(MOST_TRIES):
        await tick_once(world, half_broken)
        await world.sql(EXPIRED)
    states = {row[0]: row[1] for row in await runs(world, job.name)}
    assert states == {"A_BOARD:2025-12-10": "FAILED", "B_BOARD:2025-12-10": "DONE"}
    listed = {row["job"]: row for row in (await desk.get("/jobs"))["items"]}
    assert [one["subject"] for one in listed[job.name]["subjects"]] == ["A_BOARD:2025-12-10"]
    is_broken = False
    await desk.ok("POST", f"/jobs/{job.name}/run", {"subject": "A_BOARD:2025-12-10"})
    await tick_once(world, half_broken)
    assert {row[1] for row in await runs(world, job.name)} == {"DONE"}, "an operator runs a failed one again"
    assert len(await paid(world)) == 2


async def test_a_contest_whose_season_is_gone_fails_alone(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world)
    for code in ("CUP", "MUG"):
        await desk.ok("POST", "/team-contests", contest(world.season_id, code=code))
        await desk.ok("POST", f"/team-contests/{code}/activate", version=1)
    file = world.house.settings.database_url.partition("///")[2]
    with closing(sqlite3.connect(file)) as past_the_keys:  # as a hand that knows no foreign keys
        past_the_keys.execute(
            "UPDATE team_contests SET season_id = 999, config = REPLACE(config, '\"season_id\":1', '\"season_id\":999')"
            " WHERE code = 'CUP'"
        )
        past_the_keys.execute("UPDATE goal_book SET version = version + 1")
        past_the_keys.commit()
    world.clock.set(kst(12, 26, 0, 30))
    job = JOBS_BY_NAME["team_settlement"]
    await register(world.container, [job])
    await tick_once(world, job)
    found = {row[0]: row[1:] for row in await runs(world, job.name)}
    assert found["MUG"] == ("DONE", None)
    assert found["CUP"][0] == "FAILED"


async def test_a_campaign_whose_settlement_fails_holds_up_no_other_campaign(sqlite_world: World) -> None:
    world = sqlite_world
    await open_campaign(world.house, one_play())
    other = one_play(code="OTHER_2025", settles_at="2025-12-27T00:20:00+09:00", start_date="2025-12-26")
    await open_campaign(world.house, other)
    job, real = JOBS_BY_NAME["bridge_settlement"], JOBS_BY_NAME["bridge_settlement"].run

    async def half(run: Run) -> bool:
        if run.lease.slot.subject != "OTHER_2025":
            raise RuntimeError("poison")
        return await real(run)

    world.clock.set(kst(12, 27, 0, 30))
    await tick_once(world, replace(job, run=half))
    assert [row[1] for row in await runs(world, job.name)] == ["WAITING", "DONE"]


async def test_an_interval_that_broke_is_made_good_by_a_later_one(sqlite_world: World) -> None:
    world, is_broken = sqlite_world, True

    async def work(_run: Run) -> bool:
        if is_broken:
            raise RuntimeError("poison")
        return True

    job = Job("deliver_rewards", "delivers", Every(minutes=1), work)
    await register(world.container, [job])
    for _ in range(MOST_TRIES):
        world.clock.advance(minutes=1)
        await tick_once(world, job)
        await world.sql(EXPIRED)
    assert [row[1] for row in await runs(world, job.name)] == ["FAILED", "WAITING"], "one at a time"
    assert (await world.ok("GET", "/health/ready"))["jobs_failed"] == 1
    is_broken = False
    world.clock.advance(minutes=1)
    await tick_once(world, job)
    assert [row[1] for row in await runs(world, job.name)] == ["FAILED", "DONE", "DONE"]
    assert (await world.ok("GET", "/health/ready"))["jobs_failed"] == 0
