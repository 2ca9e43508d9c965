"""What operators do to jobs: look, ask for a run, pause, resume. Writes job_runs, job_controls, admin_audit_log."""

from datetime import date
from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.jobs import JobRun, daily_slot
from app.flows.steps.ask_for import ask_for
from app.services import House, Services
from app.services.audit_service import AdminAct

Row = dict[str, Any]


async def list_jobs(house: House) -> list[Row]:
    """Every job that a worker has registered, with its newest run and whether it is paused."""

    async def work(keepers: Services) -> list[Row]:
        jobs = []
        for control in await keepers.job.controls():
            newest = await keepers.job.runs(control["job"], after=None, limit=1)
            jobs.append(control | {"newest_run": newest[0] if newest else None})
        return jobs

    return await house.read(work)


async def ask_for_run(house: House, act: AdminAct, job: str, day: date | None) -> JobRun:
    """Makes a worker run a job for a KST day (default: today) at its next tick, a failed run included.

    Raises JOB_NOT_FOUND, JOB_ALREADY_DONE and JOB_RUNNING. What a job does once stays done.
    """
    now = house.clock.now()
    slot = daily_slot(job, day or kst_date(now))
    return await house.write(lambda keepers: ask_for(keepers, act, slot, now=now))


async def pause_job(house: House, act: AdminAct, job: str, *, is_paused: bool) -> Row:
    """Pauses or resumes a job on every worker: a run under way goes on to its end. Raises JOB_NOT_FOUND."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await keepers.job.control(job, locked=True)
        if before is None:
            raise AppError("JOB_NOT_FOUND")
        await keepers.job.pause(job, is_paused=is_paused, actor=act.actor, now=now)
        after = await keepers.job.control(job) or before
        action = "JOB_PAUSED" if is_paused else "JOB_RESUMED"
        changed = ({"is_paused": before["is_paused"]}, {"is_paused": is_paused})
        await keepers.audit.add(act, action, f"job:{job}", before=changed[0], after=changed[1], now=now)
        return after

    return await house.write(work, is_repeatable=False)
