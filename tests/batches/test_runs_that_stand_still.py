"""A run that hangs is ended, and one that comes no further is seen by operators and by monitoring."""

import asyncio
from datetime import date, timedelta

import pytest

from app.batches.scheduler import register
from app.domain.jobs import daily_slot
from app.flows import run_job as run_job_module
from app.flows.look_closer import look_closer
from app.flows.run_job import run_job
from tests.admin.desk import desk_of
from tests.batches.planted import plant
from tests.world import World


async def test_work_that_hangs_is_ended_and_counts_as_a_try(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    monkeypatch.setattr(run_job_module, "HANGS_SECONDS", 0.1)
    world.house.settings = world.house.settings.model_copy(update={"job_lease_seconds": 1})

    async def hang(_lease: object) -> bool:
        await asyncio.sleep(60)
        return True

    async with asyncio.timeout(20):
        await run_job(world.house, daily_slot("retention", date(2025, 12, 10)), "owner", hang)
    assert await world.rows("SELECT status, tries, last_error FROM job_runs") == [
        ("WAITING", 1, "WorkEnded: no movement for 0 s")
    ]


async def test_work_that_is_cancelled_from_inside_counts_as_a_try(sqlite_world: World) -> None:
    async def cancelled(_lease: object) -> bool:
        raise asyncio.CancelledError

    slot = daily_slot("retention", date(2025, 12, 10))
    assert await run_job(sqlite_world.house, slot, "owner", cancelled) == "WAITING"


async def test_doctor_and_readiness_see_a_run_that_comes_no_further(world: World) -> None:
    """Whether nobody takes it up, it breaks each time, or a living worker hangs on it."""
    await register(world.container)
    at = "moved_at = '2025-01-01 00:00:00.000000'"
    for nth, state in enumerate(("'WAITING'", "'RUNNING'")):
        await plant(world, daily_slot("retention", date(2025, 12, 9) + timedelta(days=nth)))
        await world.sql(f"UPDATE job_runs SET status = {state}, {at}, last_error = 'poison' WHERE slot_no > 0")
    await world.sql("UPDATE job_runs SET lease_until = '2999-01-01 00:00:00.000000'")
    ready = await world.ok("GET", "/health/ready")
    assert (ready["status"], ready["jobs_stuck"]) == ("ok", 2), "told, and no reason to take the process out"
    findings = {one.name: one for one in await look_closer(world.house, world.container.cache, grants_sql=None)}
    assert findings["jobs_stuck"].level == "warn"
    assert "retention 2025-12-09: RUNNING, tries 0, poison" in findings["jobs_stuck"].detail
    desk = await desk_of(world, "kim@example.com", "admin")
    await desk.ok("POST", "/jobs/retention/pause")
    assert (await world.ok("GET", "/health/ready"))["jobs_stuck"] == 0, "it rests because an operator said so"
