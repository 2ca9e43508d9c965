"""The jobs of the worker, one row each, and the tick that runs what is due."""

from collections.abc import Callable, Sequence

from app.batches import bridge, goals, outbox, reconcile, retention, rewards, seasons
from app.batches.job import Daily, Every, Job, Run, StandingJob, WhenDue
from app.container import Container
from app.domain.jobs import BRIDGE_CLOSING, BRIDGE_LEVELS, BRIDGE_SETTLEMENT, RECONCILE, JobSlot, Lease, RunStatus
from app.flows.close_leaderboard import JOB as LEADERBOARD_JOB
from app.flows.close_leaderboard import due_window
from app.flows.run_job import run_job
from app.flows.settle_bridge_levels import due_levels
from app.flows.settle_teams import JOB as TEAM_JOB
from app.flows.settle_teams import due_contest
from app.services import Services

JOBS: tuple[Job, ...] = (
    Job("season_turn", "opens and closes seasons", Daily(0, 0), seasons.turn),
    Job(
        BRIDGE_CLOSING,
        "ends the collecting of keys",
        WhenDue("a minute before each campaign's settlement", bridge.due_closing),
        bridge.close,
    ),
    Job(
        BRIDGE_SETTLEMENT,
        "pays every player of a bridge campaign once",
        WhenDue("at each campaign's settlement time", bridge.due_settlement),
        bridge.settle,
    ),
    Job(
        BRIDGE_LEVELS,
        "gives levels that waited for a season",
        WhenDue("as soon as the new season is there", due_levels),
        bridge.give_levels,
    ),
    Job(
        LEADERBOARD_JOB,
        "writes down the ranks of a window that is over, and pays each once",
        WhenDue("a while after the end of each window", due_window),
        goals.close_window,
    ),
    Job(
        TEAM_JOB,
        "writes down the ranks of the teams, and pays every member once",
        WhenDue("a while after the end of each contest's season", due_contest),
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
)


async def register(
    container: Container, jobs: Sequence[Job] = JOBS, standing: Sequence[StandingJob] = STANDING
) -> None:
    """Makes the jobs known to operators."""
    now = container.clock.now()

    async def work(keepers: Services) -> None:
        for job in jobs:
            await keepers.job.register(job.name, promise=job.promise, schedule=job.schedule.words, now=now)
        for one in standing:
            await keepers.job.register(one.name, promise=one.promise, schedule=one.words, is_standing=True, now=now)

    await container.house.write(work)


async def tick(container: Container, job: Job, owner: str, goes_on: Callable[[], bool]) -> None:
    """Runs what is due of a job, one run after the other, until nothing is due or one can't be completed now.

    Runs that were begun and left come first, then those that were asked for, then the schedule's. Any number of workers
    may tick at once: the claim lets one through.
    """
    house = container.house
    while goes_on():
        slot = await house.read(lambda keepers: keepers.job.unfinished(job.name))
        slot = slot or await job.schedule.due(house, job.name, container.clock.now())
        if slot is None or await run_slot(container, job, slot, owner, goes_on) is not RunStatus.DONE:
            return


async def run_slot(
    container: Container, job: Job, slot: JobSlot, owner: str, goes_on: Callable[[], bool]
) -> RunStatus | None:
    """Runs one slot now, if it is free; returns how it stands, None when it wasn't ours to run."""

    async def work(lease: Lease) -> bool:
        return await job.run(Run(container, lease, goes_on))

    return await run_job(container.house, slot, owner, work)


async def step(container: Container, job: StandingJob, goes_on: Callable[[], bool]) -> None:
    """One step of a standing job, unless it is paused."""
    control = await container.house.read(lambda keepers: keepers.job.control(job.name))
    if control is None or not control["is_paused"]:
        await job.step(container, goes_on)
