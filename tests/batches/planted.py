"""Runs of jobs for the tests: planted past the doors, ticked one at a time, looked at."""

from datetime import timedelta

from app.batches.job import Every, Job, WhenDue
from app.batches.scheduler import JOBS_BY_NAME, tick
from app.core.metrics import ALARMS
from app.core.time_utils import kst_date
from app.domain.jobs import JobSlot, daily_slot, interval_slot, subject_slot
from tests.world import World

EXPIRED = "UPDATE job_runs SET lease_until = '2025-01-01 00:00:00.000000'"


async def plant(world: World, slot: JobSlot) -> None:
    """A run that stands in the table, however it came there."""
    now = world.clock.now()
    await world.house.write(lambda keepers: keepers.job.ask_for(slot, now=now))


async def tick_once(world: World, job: Job) -> None:
    await tick(world.container, job, "test", lambda: True)


async def runs(world: World, job: str) -> list[tuple[str, str, str | None]]:
    """(subject, status, last error) of a job's runs, in the order in which they came to stand."""
    query = "SELECT subject, status, last_error FROM job_runs WHERE job = :j ORDER BY id"
    return [(row[0], row[1], row[2]) for row in await world.rows(query, j=job)]


def alarms(name: str) -> float:
    return ALARMS.labels(name)._value.get()


class Never:
    """A schedule on which nothing is due: only what was planted is run."""

    words = "never"

    async def due(self, *_: object) -> list[JobSlot]:
        return []


def slot_of(world: World, job: str, ago: int) -> JobSlot:
    """A run of the job: the present one, or an earlier one."""
    now, schedule = world.clock.now(), JOBS_BY_NAME[job].schedule
    if isinstance(schedule, WhenDue):
        return subject_slot(job, f"SUBJECT_{ago}", kst_date(now), slot_no=10 - ago)
    if isinstance(schedule, Every):
        return interval_slot(job, schedule.minutes, now - timedelta(minutes=schedule.minutes * ago))
    return daily_slot(job, kst_date(now) - timedelta(days=ago))
