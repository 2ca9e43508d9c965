"""Runs one slot of a job: claims it, works under the lease, ends it. Writes job_runs; the rest is the job's own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from app.core.alarms import raise_alarm
from app.core.errors import AppError
from app.core.tasks import end_tasks
from app.core.time_utils import kst_date
from app.domain.jobs import MOST_TRIES, JobFailed, JobSlot, Lease, LeaseLost, RunStatus, pause_minutes
from app.services import House, Services

log = structlog.get_logger()
Work = Callable[[Lease], Awaitable[bool]]
T = TypeVar("T")
# the lease is prolonged three times before it would end: two renewals may get lost
RENEWALS_PER_LEASE = 3
# work that shows no movement for so long hangs: no transaction, and no file of ours, takes that long
HANGS_SECONDS = 3_600.0
# nothing is wrong with the job: the next tick goes on
TEMPORARY = frozenset({"BUSY", "DATABASE_UNAVAILABLE", "FEATURE_DISABLED", "FEATURE_NOT_ACTIVE"})
# what the run is about isn't there, or isn't what the run is for: no other try will help
GONE = frozenset({"BRIDGE_NOT_FOUND", "BRIDGE_STATE"})


class WorkEnded(Exception):
    """The work ended without a word, or hangs."""


@dataclass(slots=True)
class Movement:
    """When the work last showed that it comes further, by the machine's own seconds."""

    at: float = field(default_factory=time.monotonic)

    def note(self) -> None:
        self.at = time.monotonic()


async def run_job(
    house: House, slot: JobSlot, owner: str, work: Work, movement: Movement | None = None
) -> RunStatus | None:
    """How the run stands afterwards; None when it wasn't ours to run: paused, over, its day to come, or another's.

    `work` returns whether it is complete; it may run again after any interruption. What it raises is logged and raises
    an alarm. A run that broke rests, longer each time, and FAILED after the last try, or when the job itself says that
    no other try will help: then it waits for a person.
    """
    lease = await _claim(house, slot, owner)
    if lease is None:
        return None
    if lease.tries > MOST_TRIES:  # it ended its workers each time, and none could say so
        return await _fail(house, lease, f"begun {MOST_TRIES} times and never came further")
    try:
        is_complete = await _with_renewals(house, lease, work, movement or Movement())
    except LeaseLost:
        log.warning("job_lease_lost", job=slot.job, subject=slot.subject, slot_no=slot.slot_no)
        return None
    except JobFailed as failure:
        return await _fail(house, lease, str(failure))
    except Exception as error:
        return await _broke(house, lease, error)
    if not is_complete:
        await _give_back(house, lease, lambda keepers: keepers.job.release(lease, None))
        return RunStatus.RUNNING
    now = house.clock.now()
    await house.write(lambda keepers: keepers.job.finish(lease, now=now))
    return RunStatus.DONE


async def _fail(house: House, lease: Lease, reason: str) -> RunStatus:
    raise_alarm("job_failed", job=lease.slot.job, subject=lease.slot.subject, reason=reason)
    now = house.clock.now()
    await _give_back(house, lease, lambda keepers: keepers.job.fail(lease, reason, now=now))
    return RunStatus.FAILED


async def _broke(house: House, lease: Lease, error: Exception) -> RunStatus:
    reason = _reason(error)
    if isinstance(error, AppError) and error.code in GONE:
        return await _fail(house, lease, reason)
    if isinstance(error, AppError) and error.code in TEMPORARY:
        await _give_back(house, lease, lambda keepers: keepers.job.release(lease, reason))
        return RunStatus.RUNNING
    raise_alarm("job_error", job=lease.slot.job, subject=lease.slot.subject, reason=reason)
    now = house.clock.now()

    async def rest_or_fail(keepers: Services) -> RunStatus:
        run = await keepers.job.hold(lease)  # whoever came further on the way begins to count anew
        tries = lease.tries if run is None else run.tries
        if tries >= MOST_TRIES:
            await keepers.job.fail(lease, reason, now=now)
            return RunStatus.FAILED
        await keepers.job.rest(lease, reason, minutes=pause_minutes(tries))
        return RunStatus.WAITING

    status = await _give_back(house, lease, rest_or_fail) or RunStatus.RUNNING
    if status is RunStatus.FAILED:
        raise_alarm("job_failed", job=lease.slot.job, subject=lease.slot.subject, reason=reason)
    return status


async def _claim(house: House, slot: JobSlot, owner: str) -> Lease | None:
    now = house.clock.now()

    async def work(keepers: Services) -> Lease | None:
        if slot.is_daily and slot.logical_date > kst_date(now):
            return None
        control = await keepers.job_control.find(slot.job)
        if control is not None and control["is_paused"]:
            return None
        return await keepers.job.claim(slot, owner, lease_seconds=house.settings.job_lease_seconds, now=now)

    return await house.write(work)


async def _with_renewals(house: House, lease: Lease, work: Work, movement: Movement) -> bool:
    """Works while another task prolongs the lease; a lease that was lost ends the work, and so does a standstill."""
    task = asyncio.ensure_future(work(lease))
    renewals = asyncio.create_task(_renew(house, lease, movement))
    try:
        await asyncio.wait({task, renewals}, return_when=asyncio.FIRST_COMPLETED)
        if task.cancelled():
            raise WorkEnded("the work was cancelled from inside")
        if task.done():
            return task.result()
        renewals.result()
        raise LeaseLost(lease.slot.job)
    finally:
        await end_tasks(task, renewals)


async def _renew(house: House, lease: Lease, movement: Movement) -> None:
    """Returns when the lease is lost; raises WorkEnded when the work hangs.

    A database that doesn't answer is asked again: the lease may still be ours.
    """
    seen = movement.at
    while True:
        await asyncio.sleep(lease.seconds / RENEWALS_PER_LEASE)
        if time.monotonic() - movement.at > HANGS_SECONDS:
            raise WorkEnded(f"no movement for {HANGS_SECONDS:.0f} s")
        has_moved, seen = movement.at > seen, movement.at
        try:
            if not await house.write(lambda keepers: keepers.job.renew(lease, has_moved=has_moved)):  # noqa: B023 – awaited here
                return
        except AppError:
            continue


async def _give_back(house: House, lease: Lease, work: Callable[[Services], Awaitable[T]]) -> T | None:
    """Gives the run back, or up. When even that fails, the lease runs out by itself."""
    try:
        return await house.write(work)
    except Exception as error:
        log.warning("job_lease_not_released", job=lease.slot.job, reason=_reason(error))
        return None


def _reason(error: Exception) -> str:
    return error.code if isinstance(error, AppError) else f"{type(error).__name__}: {error}"
