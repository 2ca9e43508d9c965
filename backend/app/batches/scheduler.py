"""The jobs of the worker, one row each, and the tick that runs what is due."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime

from app.batches import bridge, goals, outbox, reconcile, retention, rewards, seals, seasons
from app.batches.job import Daily, Every, Job, Run, StandingJob, WhenDue
from app.container import Container
from app.core.time_utils import kst_date
from app.domain.jobs import (
    AUDIT_SEALS,
    BRIDGE_CLOSING,
    BRIDGE_LEVELS,
    BRIDGE_SETTLEMENT,
    LEADERBOARD_CLOSE,
    RECONCILE,
    TEAM_SETTLEMENT,
    JobSlot,
    Lease,
    RunStatus,
)
from app.flows.run_job import Movement, run_job
from app.flows.steps.job_subjects import SUBJECTS
from app.services import House, Services

JOBS: tuple[Job, ...] = (
    Job("season_turn", "opens and closes seasons", Daily(0, 0), seasons.turn),
    Job(
        BRIDGE_CLOSING,
        "ends the collecting of keys",
        WhenDue("a minute before each campaign's settlement", SUBJECTS[BRIDGE_CLOSING]),
        bridge.close,
    ),
    Job(
        BRIDGE_SETTLEMENT,
        "pays every player of a bridge campaign once",
        WhenDue("at each campaign's settlement time", SUBJECTS[BRIDGE_SETTLEMENT]),
        bridge.settle,
    ),
    Job(
        BRIDGE_LEVELS,
        "gives levels that waited for a season",
        WhenDue("as soon as the new season is there", SUBJECTS[BRIDGE_LEVELS]),
        bridge.give_levels,
    ),
    Job(
        LEADERBOARD_CLOSE,
        "writes down the ranks of a window that is over, and pays each once",
        WhenDue("a while after the end of each window", SUBJECTS[LEADERBOARD_CLOSE]),
        goals.close_window,
    ),
    Job(
        TEAM_SETTLEMENT,
        "writes down the ranks of the teams, and pays every member once",
        WhenDue("a while after the end of each contest's season", SUBJECTS[TEAM_SETTLEMENT]),
        goals.settle_contest,
    ),
    Job("mission_day", "retires missions whose last day is over", Daily(0, 5), goals.end_missions),
    Job("deliver_rewards", "delivers what waited, with growing pauses", Every(minutes=1), rewards.deliver),
    Job(RECONCILE, "checks that every value is explained", Every(minutes=10), reconcile.check),
    Job("retention", "deletes what is over", Daily(4, 0), retention.clean),
)
JOBS_BY_NAME = {job.name: job for job in JOBS}
STANDING: tuple[StandingJob, ...] = (
    StandingJob("outbox", "hands on what is announced", 1.0, outbox.relay),
    StandingJob("webhooks", "sends webhooks to the hosts", 1.0, outbox.send),
    StandingJob(AUDIT_SEALS, "seals what operators did, and tells the seals outside", 5.0, seals.seal),
)


async def register(
    container: Container, jobs: Sequence[Job] = JOBS, standing: Sequence[StandingJob] = STANDING
) -> None:
    """Makes the jobs known to operators."""
    now = container.clock.now()

    async def work(keepers: Services) -> None:
        for job in jobs:
            minutes = job.schedule.minutes if isinstance(job.schedule, Every) else None
            await keepers.job_control.register(
                job.name, promise=job.promise, schedule=job.schedule.words, interval_minutes=minutes, now=now
            )
        for one in standing:
            await keepers.job_control.register(
                one.name, promise=one.promise, schedule=one.words, is_standing=True, now=now
            )

    await container.house.write(work)


async def tick(container: Container, job: Job, owner: str, goes_on: Callable[[], bool]) -> None:
    """Runs what is due of a job, one run after the other, each once at most.

    Runs that were left or asked for come first, then the schedule's; one that can't be completed now holds up none of
    the others. Any number of workers may tick at once: the claim lets one through.
    """
    tried: set[JobSlot] = set()
    while goes_on():
        slot = await _next(container.house, job, tried, container.clock.now())
        if slot is None:
            return
        tried.add(slot)
        await run_slot(container, job, slot, owner, goes_on)


async def _next(house: House, job: Job, tried: set[JobSlot], now: datetime) -> JobSlot | None:
    """The first run that can be done and wasn't tried in this tick."""
    left = await house.read(lambda keepers: keepers.job.unfinished(job.name, today=kst_date(now)))
    fresh = [slot for slot in left if slot not in tried]
    if not fresh:
        fresh = [slot for slot in await job.schedule.due(house, job.name, now) if slot not in tried]
    return fresh[0] if fresh else None


async def run_slot(
    container: Container, job: Job, slot: JobSlot, owner: str, goes_on: Callable[[], bool]
) -> RunStatus | None:
    """Runs one slot now, if it is free; returns how it stands, None when it wasn't ours to run."""
    movement = Movement()

    def asked() -> bool:
        movement.note()  # every job asks between its chunks
        return goes_on()

    async def work(lease: Lease) -> bool:
        return await job.run(Run(container, lease, asked))

    traces = container.house.traces
    with nullcontext() if traces is None else traces.span(f"job {job.name}"):
        return await run_job(container.house, slot, owner, work, movement)


async def step(container: Container, job: StandingJob, goes_on: Callable[[], bool]) -> None:
    """One step of a standing job, unless it is paused."""
    control = await container.house.read(lambda keepers: keepers.job_control.find(job.name))
    if control is None or not control["is_paused"]:
        await job.step(container, goes_on)
