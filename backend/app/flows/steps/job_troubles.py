"""Runs that a person should look at: those that failed, and those that come no further. Reads; locks nothing."""

from dataclasses import dataclass

from app.domain.jobs import JobRun
from app.services import Services


@dataclass(frozen=True, slots=True)
class JobTroubles:
    """`failed` wait for a person; `stuck` are open and came no further for a quarter of an hour."""

    failed: list[JobRun]
    stuck: list[JobRun]
    paused: list[str]


async def job_troubles(keepers: Services) -> JobTroubles:
    """What is wrong with the jobs now. Runs of a paused job rest because an operator said so."""
    paused = [control["job"] for control in await keepers.job_control.all() if control["is_paused"]]
    stuck = [run for run in await keepers.job.stuck() if run.slot.job not in paused]
    return JobTroubles(await keepers.job.failed(), stuck, paused)
