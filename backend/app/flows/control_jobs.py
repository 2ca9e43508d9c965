"""What operators do to jobs: look, ask for a run, pause, resume. Writes job_runs, job_controls, admin_audit_log."""

from datetime import date, datetime
from typing import Any

from app.core.errors import AppError
from app.domain.jobs import MUST_RUN, JobRun, Subject
from app.flows.steps.ask_for import ask_for
from app.flows.steps.choose_run import choose_run, subjects_of
from app.services import House, Services
from app.services.audit_service import AdminAct

Row = dict[str, Any]


async def list_jobs(house: House) -> list[Row]:
    """Every job that a worker has registered, with its newest run, whether it is paused, and its subjects.

    `subjects` are those that can be run now or failed; None for a job that has none.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> list[Row]:
        jobs = []
        for control in await keepers.job_control.all():
            newest = await keepers.job.runs(control["job"], after=None, limit=1)
            subjects = await _runnable(keepers, control["job"], now)
            jobs.append(control | {"newest_run": newest[0] if newest else None, "subjects": subjects})
        return jobs

    return await house.read(work)


async def _runnable(keepers: Services, job: str, now: datetime) -> list[Row] | None:
    subjects = await subjects_of(keepers, job, now)
    if subjects is None:
        return None
    failed = [run.slot for run in await keepers.job.failed() if run.slot.job == job]
    there = {one.slot.subject for one in subjects}
    gone = [Subject(slot, slot.subject, now, now) for slot in failed if slot.subject and slot.subject not in there]
    return [
        {"subject": one.slot.subject, "name": one.name, "due_at": one.due_at}
        for one in (*subjects, *gone)
        if one.may_run_from <= now
    ]


async def ask_for_run(house: House, act: AdminAct, job: str, day: date | None, subject: str | None = None) -> JobRun:
    """Makes a worker run a job at its next tick, for a KST day (default: today) or a subject, a failed run included.

    Raises JOB_NOT_FOUND, JOB_ALREADY_DONE, JOB_RUNNING, JOB_NOT_DUE, JOB_DAY_INVALID and JOB_SUBJECT_INVALID. What a
    job does once stays done.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> JobRun:
        slot = await choose_run(keepers, job, subject=subject, day=day, now=now)
        return await ask_for(keepers, act, slot, now=now)

    return await house.write(work)


async def pause_job(house: House, act: AdminAct, job: str, *, is_paused: bool) -> Row:
    """Pauses or resumes a job on every worker: a run under way goes on to its end.

    Raises JOB_NOT_FOUND, and JOB_MUST_RUN for the jobs that watch what operators do.
    """
    now = house.clock.now()
    if is_paused and job in MUST_RUN:
        raise AppError("JOB_MUST_RUN")

    async def work(keepers: Services) -> Row:
        before = await keepers.job_control.find(job, locked=True)
        if before is None:
            raise AppError("JOB_NOT_FOUND")
        await keepers.job_control.pause(job, is_paused=is_paused, actor=act.actor, now=now)
        after = await keepers.job_control.find(job) or before
        action = "JOB_PAUSED" if is_paused else "JOB_RESUMED"
        changed = ({"is_paused": before["is_paused"]}, {"is_paused": is_paused})
        await keepers.audit.add(act, action, f"job:{job}", before=changed[0], after=changed[1], now=now)
        return after

    return await house.write(work, is_repeatable=False)
