"""Which run an operator means who asks for one: of a day, of a subject, or the present one. Reads; locks nothing."""

from datetime import date, datetime, timedelta

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_text
from app.domain.jobs import JobSlot, RunStatus, Subject, daily_slot, interval_slot
from app.flows.steps.job_subjects import SUBJECTS
from app.services import Services
from app.utils.pagination import first_named

MOST_NAMED = 10  # `GET /api/admin/jobs` and the console show all


async def choose_run(
    keepers: Services, job: str, *, subject: str | None, day: date | None, now: datetime
) -> JobSlot:  # fmt: skip
    """The run to ask for. Raises JOB_NOT_FOUND, JOB_RUNNING (a standing job has no runs), JOB_SUBJECT_INVALID,

    JOB_DAY_INVALID, and JOB_NOT_DUE for what lies ahead.
    """
    control = await keepers.job_control.find(job)
    if control is None:
        raise AppError("JOB_NOT_FOUND")
    if control["is_standing"]:
        raise AppError("JOB_RUNNING")
    if job in SUBJECTS:
        return await _about(keepers, job, subject, day, now)
    if subject is not None:
        raise _refused("JOB_SUBJECT_INVALID", "subject", "this job has no subjects: leave it out")
    if control["interval_minutes"] is not None:
        return await _present(keepers, job, control["interval_minutes"], day, now)
    return await _of_day(keepers, job, day or kst_date(now), now)


async def subjects_of(keepers: Services, job: str, now: datetime) -> list[Subject] | None:
    """What a run of the job can be about, the first that is due first; None for a job that has no subjects."""
    ask = SUBJECTS.get(job)
    return None if ask is None else sorted(await ask(keepers, now), key=lambda one: (one.due_at, one.slot.subject))


async def _about(keepers: Services, job: str, subject: str | None, day: date | None, now: datetime) -> JobSlot:
    if day is not None:
        raise _refused("JOB_DAY_INVALID", "logical_date", "this job runs by subjects: leave the day out")
    found = await subjects_of(keepers, job, now) or []
    runnable = first_named([one.slot.subject for one in found if one.may_run_from <= now], MOST_NAMED) or "none"
    if subject is None:
        raise _refused("JOB_SUBJECT_INVALID", "subject", f"this job runs for one subject; now there are: {runnable}")
    for one in found:
        if one.slot.subject == subject:
            if one.may_run_from > now:
                raise _refused("JOB_NOT_DUE", "subject", f"can run from {kst_text(one.may_run_from)} on")
            return one.slot
    past = await keepers.job.of_subject(job, subject) if subject else None
    if past is None:
        raise _refused("JOB_SUBJECT_INVALID", "subject", f"there is no such subject; now there are: {runnable}")
    return past.slot


async def _present(keepers: Services, job: str, minutes: int, day: date | None, now: datetime) -> JobSlot:
    """The newest run that isn't done, else the present interval's: each does all there is to do."""
    today = kst_date(now)
    if day is not None and day != today:
        code = "JOB_NOT_DUE" if day > today else "JOB_DAY_INVALID"
        raise _refused(code, "logical_date", "this job does what there is to do now: leave the day out")
    newest = await keepers.job.newest(job, is_daily=False, until=today)
    if newest is not None and newest.status is not RunStatus.DONE:
        return newest.slot
    return interval_slot(job, minutes, now)


async def _of_day(keepers: Services, job: str, day: date, now: datetime) -> JobSlot:
    """The run of a day that has come, from the job's first one to the next one that was not run: none is left out."""
    today = kst_date(now)
    if day > today:
        raise _refused("JOB_NOT_DUE", "logical_date", f"the day has not come: today is {today}")
    oldest = await keepers.job.oldest(job)
    newest = await keepers.job.last_day(job, until=today)
    first = today - timedelta(days=1) if oldest is None or newest is None else oldest.slot.logical_date
    last = today if newest is None else min(today, newest.slot.logical_date + timedelta(days=1))
    if not first <= day <= last:
        raise _refused("JOB_DAY_INVALID", "logical_date", f"a day from {first} to {last} can be run now")
    return daily_slot(job, day)


def _refused(code: str, field: str, reason: str) -> AppError:
    return invalid((field, reason), code=code)
