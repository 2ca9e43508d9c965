"""Runs one slot of a job: claims it, works under the lease, ends it. Writes job_runs; the rest is the job's own."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.core.alarms import raise_alarm
from app.core.errors import AppError
from app.core.tasks import end_tasks
from app.domain.jobs import JobFailed, JobSlot, Lease, LeaseLost, RunStatus
from app.services import House, Services

log = structlog.get_logger()
Work = Callable[[Lease], Awaitable[bool]]
# the lease is prolonged three times before it would end: two renewals may get lost
RENEWALS_PER_LEASE = 3
# nothing is wrong with the job: the next tick goes on
TEMPORARY = frozenset({"BUSY", "DATABASE_UNAVAILABLE", "FEATURE_DISABLED", "FEATURE_NOT_ACTIVE"})


async def run_job(house: House, slot: JobSlot, owner: str, work: Work) -> RunStatus | None:
    """How the run stands afterwards; None when it wasn't ours to run: paused, done, or another worker is at it.

    `work` returns whether it is complete; it may run again after any interruption. What it raises is logged and raises
    an alarm; the run stays open for the next tick, or FAILED when the job itself says that no other try will help.
    """
    lease = await _claim(house, slot, owner)
    if lease is None:
        return None
    try:
        is_complete = await _with_renewals(house, lease, work)
    except LeaseLost:
        log.warning("job_lease_lost", job=slot.job, subject=slot.subject, slot_no=slot.slot_no)
        return None
    except JobFailed as failure:
        raise_alarm("job_failed", job=slot.job, subject=slot.subject, reason=str(failure))
        await _end(house, lease, failure, is_final=True)
        return RunStatus.FAILED
    except Exception as error:
        if not (isinstance(error, AppError) and error.code in TEMPORARY):
            raise_alarm("job_error", job=slot.job, subject=slot.subject, reason=_reason(error))
        await _end(house, lease, error, is_final=False)
        return RunStatus.RUNNING
    if not is_complete:
        await _end(house, lease, None, is_final=False)
        return RunStatus.RUNNING
    now = house.clock.now()
    await house.write(lambda keepers: keepers.job.finish(lease, now=now))
    return RunStatus.DONE


async def _claim(house: House, slot: JobSlot, owner: str) -> Lease | None:
    now = house.clock.now()

    async def work(keepers: Services) -> Lease | None:
        control = await keepers.job.control(slot.job)
        if control is not None and control["is_paused"]:
            return None
        return await keepers.job.claim(slot, owner, lease_seconds=house.settings.job_lease_seconds, now=now)

    return await house.write(work)


async def _with_renewals(house: House, lease: Lease, work: Work) -> bool:
    """Works while another task prolongs the lease; a lease that was lost ends the work."""
    task = asyncio.ensure_future(work(lease))
    renewals = asyncio.create_task(_renew(house, lease))
    try:
        await asyncio.wait({task, renewals}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise LeaseLost(lease.slot.job)
    finally:
        await end_tasks(task, renewals)


async def _renew(house: House, lease: Lease) -> None:
    """Returns when the lease is lost. A database that doesn't answer is asked again: the lease may still be ours."""
    while True:
        await asyncio.sleep(lease.seconds / RENEWALS_PER_LEASE)
        try:
            if not await house.write(lambda keepers: keepers.job.renew(lease)):
                return
        except AppError:
            continue


async def _end(house: House, lease: Lease, error: Exception | None, *, is_final: bool) -> None:
    """Gives the run back, or up. When even that fails, the lease runs out by itself."""
    now = house.clock.now()
    reason = None if error is None else _reason(error)
    try:
        if is_final:
            await house.write(lambda keepers: keepers.job.fail(lease, reason or "", now=now))
        else:
            await house.write(lambda keepers: keepers.job.release(lease, reason))
    except Exception as own_error:
        log.warning("job_lease_not_released", job=lease.slot.job, reason=_reason(own_error))


def _reason(error: Exception) -> str:
    if isinstance(error, AppError):
        return error.code
    return str(error) if isinstance(error, JobFailed) else f"{type(error).__name__}: {error}"
