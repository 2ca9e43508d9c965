"""The worker's memory: what was missed is caught up in order, each run once, by one worker, as operators say."""

import asyncio
import gc
import os
import signal
from datetime import date, timedelta
from typing import Any

import pytest

from app import GC_THRESHOLDS
from app.batches.job import Daily, Every, Job, Run
from app.batches.scheduler import JOBS, register, tick
from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.jobs import JobFailed, RunStatus, daily_slot
from app.flows.run_job import run_job
from app.flows.turn_seasons import turn_seasons
from app.services import House, Services
from app.services.job_service import Advance
from app.worker import Worker, work_until_stopped
from tests.admin.desk import desk_of
from tests.bridge.campaigns import kst
from tests.fixtures import settings_for
from tests.world import World

DAILY = "daily_test"


class Diary:
    """A daily job that writes down what it did."""

    def __init__(self, schedule: Daily | Every = Daily(0, 10)) -> None:  # noqa: B008 – frozen
        self.days: list[date] = []
        self.fails = 0
        self.job = Job(DAILY, "writes a diary", schedule, self.run)

    async def run(self, run: Run) -> bool:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("not today")
        self.days.append(run.lease.slot.logical_date)
        return True


async def ticks(world: World, job: Job, owner: str = "one") -> None:
    await tick(world.container, job, owner, lambda: True)


async def rested(world: World) -> None:
    """What rests before its next try has rested long enough."""
    await world.sql("UPDATE job_runs SET lease_until = '2025-01-01 00:00:00.000000'")


@pytest.mark.parametrize("hours", [3.5, 26, 24 * 9], ids=["23:30 to 03:00", "26 hours", "nine days"])
async def test_every_day_that_was_missed_is_run_once_and_in_order(world: World, hours: float) -> None:
    diary = Diary()
    world.clock.set(kst(12, 28, 23, 30))
    await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, 28)]
    world.clock.advance(hours=hours)
    await asyncio.gather(*(ticks(world, diary.job, owner) for owner in ("one", "two", "three")))
    await ticks(world, diary.job)
    last = kst_date(world.clock.now() - timedelta(minutes=10))
    expected = [date(2025, 12, 28) + timedelta(days=n) for n in range((last - date(2025, 12, 28)).days + 1)]
    assert diary.days == expected
    assert not await world.differences()


@pytest.mark.parametrize("hours", [3.5, 26], ids=["23:30 to 03:00", "26 hours"])
async def test_no_job_of_ours_leaves_out_a_day_or_runs_one_twice(sqlite_world: World, hours: float) -> None:
    world = sqlite_world
    await register(world.container)
    world.clock.set(kst(12, 28, 23, 30))
    for moment in range(2):
        world.clock.advance(hours=hours * moment)
        for job in JOBS:
            await ticks(world, job)
    for job in (job for job in JOBS if isinstance(job.schedule, Daily)):
        runs = await world.rows(
            "SELECT logical_date, status FROM job_runs WHERE job = :j AND is_daily = 1 ORDER BY id", j=job.name
        )
        last = kst_date(world.clock.now() - timedelta(hours=job.schedule.hour, minutes=job.schedule.minute))
        days = (last - date(2025, 12, 28)).days + 1
        assert runs == [(str(date(2025, 12, 28) + timedelta(days=n)), "DONE") for n in range(days)], job.name
    assert not await world.differences()


async def test_a_clock_that_is_set_back_runs_nothing_again(sqlite_world: World) -> None:
    world, diary = sqlite_world, Diary()
    for instant in (kst(12, 28), kst(12, 29, 0, 15), kst(12, 29, 0, 5), kst(12, 28), kst(12, 29, 0, 15)):
        world.clock.set(instant)
        await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, 28), date(2025, 12, 29)]


async def test_an_interval_runs_once_and_missed_ones_are_left_out(sqlite_world: World) -> None:
    world, diary = sqlite_world, Diary(Every(minutes=10))
    for minute in (0, 1, 9, 10, 19, 55, 59):
        world.clock.set(kst(12, 28, 12, minute))
        await ticks(world, diary.job)
    assert len(diary.days) == 3


async def test_a_job_that_breaks_is_tried_again_before_the_next_day(sqlite_world: World) -> None:
    world, diary = sqlite_world, Diary()
    world.clock.set(kst(12, 28))
    diary.fails = 2
    for tries in (1, 2):
        for _ in range(2):
            await ticks(world, diary.job)
            assert diary.days == []
        found = await world.rows("SELECT status, last_error, tries FROM job_runs")
        assert found == [("WAITING", "RuntimeError: not today", tries)], "it rests between two tries"
        await rested(world)
    world.clock.set(kst(12, 29))
    await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, 28), date(2025, 12, 29)]


async def test_what_fails_for_good_waits_for_a_person(world: World) -> None:
    async def fail(_run: Run) -> bool:
        raise JobFailed("the totals differ")

    failing = Job(DAILY, "fails", Daily(0, 0), fail)
    diary = Diary(Daily(0, 0))
    await register(world.container, [failing])
    world.clock.set(kst(12, 28))
    await ticks(world, failing)
    assert await world.rows("SELECT status, last_error FROM job_runs") == [("FAILED", "the totals differ")]
    world.clock.set(kst(12, 29))
    await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, 29)], "the days behind it go on"
    desk = await desk_of(world, "kim@example.com", "admin")
    await desk.ok("POST", f"/jobs/{DAILY}/run", {"logical_date": "2025-12-28"})
    await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, 29), date(2025, 12, 28)]
    assert await desk.refused("POST", f"/jobs/{DAILY}/run", {"logical_date": "2025-12-28"}) == (409, "JOB_ALREADY_DONE")
    assert await desk.refused("POST", "/jobs/nothing/run") == (404, "JOB_NOT_FOUND")


async def test_a_paused_job_rests_and_catches_up_when_it_is_resumed(world: World) -> None:
    diary = Diary()
    await register(world.container, [diary.job], standing=[])
    desk = await desk_of(world, "park@example.com", "ops")
    world.clock.set(kst(12, 28))
    await ticks(world, diary.job)
    assert (await desk.ok("POST", f"/jobs/{DAILY}/pause"))["is_paused"] is True
    world.clock.set(kst(12, 30))
    await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, 28)]
    assert (await desk.ok("POST", f"/jobs/{DAILY}/resume"))["is_paused"] is False
    await ticks(world, diary.job)
    assert diary.days == [date(2025, 12, day) for day in (28, 29, 30)]
    listed = (await desk.get("/jobs"))["items"]
    assert [(line["job"], line["newest_run"]["status"]) for line in listed] == [(DAILY, "DONE")]
    assert len((await desk.get(f"/jobs/{DAILY}/runs"))["items"]) == 3


async def test_a_worker_that_was_paused_past_its_lease_writes_nothing(world: World) -> None:
    """The zombie: another worker has taken over, and the fence says so in the zombie's own transaction."""
    slot = daily_slot(DAILY, date(2025, 12, 28))
    now = world.clock.now()
    zombie = await world.house.write(lambda k: k.job.claim(slot, "zombie", lease_seconds=30, now=now))
    assert zombie is not None
    assert await world.house.write(lambda k: k.job.claim(slot, "early", lease_seconds=30, now=now)) is None
    await world.sql("UPDATE job_runs SET lease_until = '2025-01-01 00:00:00'")
    heir = await world.house.write(lambda k: k.job.claim(slot, "heir", lease_seconds=30, now=now))
    assert heir is not None
    assert heir.fence == zombie.fence + 1
    assert await world.house.write(lambda k: k.job.hold(zombie)) is None
    assert not await world.house.write(lambda k: k.job.renew(zombie))
    assert not await world.house.write(lambda k: k.job.finish(zombie, now=now))
    assert await world.house.write(lambda k: k.job.hold(heir)) is not None
    await world.house.write(lambda k: k.job.advance(heir, Advance(7, seen=3, done=2, amount=10)))
    run = await world.house.read(lambda k: k.job.find(slot))
    assert run is not None
    assert (run.cursor, run.seen, run.done, run.amount, run.owner) == (7, 3, 2, 10, "heir")


async def test_nobody_takes_a_run_over_in_the_middle_of_a_chunk(mariadb_world: World) -> None:
    """The lease has run out, but the owner is at it: who claims waits for the chunk, which has prolonged the lease."""
    world, slot = mariadb_world, daily_slot(DAILY, date(2025, 12, 28))
    now, held = world.clock.now(), asyncio.Event()
    owner = await world.house.write(lambda k: k.job.claim(slot, "owner", lease_seconds=30, now=now))
    assert owner is not None
    await world.sql("UPDATE job_runs SET lease_until = '2025-01-01 00:00:00'")

    async def chunk(keepers: Services) -> None:
        assert await keepers.job.hold(owner) is not None
        held.set()
        await asyncio.sleep(0.3)
        await keepers.job.advance(owner, Advance(7, seen=1, done=1, amount=1))

    under_way = asyncio.create_task(world.house.write(chunk))
    await held.wait()
    assert await world.house.write(lambda k: k.job.claim(slot, "heir", lease_seconds=30, now=now)) is None
    await under_way


async def test_a_renewal_that_loses_its_cancellation_does_not_hold_the_run(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database dies, work and renewal are refused in one moment, and the refusal swallows the cancellation."""
    world = sqlite_world
    world.house.settings = world.house.settings.model_copy(update={"job_lease_seconds": 1})
    write, renewing, lost = House.write, asyncio.Event(), 0

    async def write_or_lose(house: House, work: Any, **options: Any) -> Any:
        nonlocal lost
        if work.__qualname__.startswith("_renew"):
            renewing.set()
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                lost += 1
                if lost == 1:
                    raise AppError("DATABASE_UNAVAILABLE") from None
                raise
        return await write(house, work, **options)

    async def is_refused(_lease: object) -> bool:
        await renewing.wait()
        raise AppError("DATABASE_UNAVAILABLE")

    monkeypatch.setattr(House, "write", write_or_lose)
    async with asyncio.timeout(20):
        status = await run_job(world.house, daily_slot(DAILY, date(2025, 12, 10)), "owner", is_refused)
    assert (status, lost) == (RunStatus.RUNNING, 2)


async def test_a_lease_that_is_lost_ends_the_work(sqlite_world: World) -> None:
    world = sqlite_world
    settings = world.house.settings.model_copy(update={"job_lease_seconds": 1})
    world.house.settings = settings
    ended: list[str] = []

    async def work(_lease: object) -> bool:
        await world.sql("UPDATE job_runs SET fence = fence + 1")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return True

    assert await run_job(world.house, daily_slot(DAILY, date(2025, 12, 10)), "one", work) is None
    assert ended == ["cancelled"]


async def test_a_worker_ticks_at_once_and_leaves_in_good_order(sqlite_world: World) -> None:
    diary = Diary()
    worker = Worker(sqlite_world.container, jobs=[diary.job], tick_seconds=60)
    await worker.start()
    for _ in range(200):
        if diary.days:
            break
        await asyncio.sleep(0.02)
    await worker.stop()
    assert diary.days == [date(2025, 12, 10)]
    assert await sqlite_world.rows("SELECT status FROM job_runs") == [(RunStatus.DONE,)]
    ready = await sqlite_world.ok("GET", "/health/ready")
    assert 0 <= ready["worker_quiet_seconds"] < 60


async def test_seasons_turn_with_their_days_and_retire_after_their_grace(sqlite_world: World) -> None:
    world = sqlite_world
    await turn_seasons(world.house, date(2025, 12, 9))
    await turn_seasons(world.house, date(2025, 12, 26))
    assert await world.rows("SELECT is_active FROM seasons") == [(1,)]
    await turn_seasons(world.house, date(2026, 1, 1))
    assert await world.rows("SELECT is_active FROM seasons") == [(1,)], "the last day to claim"
    await turn_seasons(world.house, date(2026, 1, 2))
    assert await world.rows("SELECT is_active FROM seasons") == [(0,)]
    acts = await world.rows("SELECT action FROM admin_audit_log WHERE actor = 'system:season_turn' ORDER BY id")
    assert acts == [("SEASON_BEGAN",), ("SEASON_ENDED",), ("SEASON_RETIRED",)]


async def test_a_worker_process_collects_garbage_like_the_api_and_ends_when_it_is_told(sqlite_url: str) -> None:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # an app that ran in this process may have tuned it already
    try:
        process = asyncio.create_task(work_until_stopped(settings_for(sqlite_url), tick_seconds=60))
        for _ in range(1_000):
            if gc.get_threshold() == GC_THRESHOLDS:
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError("the collector was not tuned")
        os.kill(os.getpid(), signal.SIGTERM)
        await process
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
