"""What a job is: a name, a schedule that says which run is due, and what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.container import Container
from app.domain.jobs import JobSlot, Lease, interval_slot, next_daily
from app.services import House


class Schedule(Protocol):
    """Says which run of a job is due. `words` are for people."""

    @property
    def words(self) -> str: ...

    async def due(self, house: House, job: str, now: datetime) -> JobSlot | None:
        """The next run that is due at `now` (business clock) and not done; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a KST day, at this time. Days that were missed are caught up, in order, each once."""

    hour: int
    minute: int

    @property
    def words(self) -> str:
        return f"daily at {self.hour:02d}:{self.minute:02d} KST, missed days are caught up"

    async def due(self, house: House, job: str, now: datetime) -> JobSlot | None:
        newest = await house.read(lambda keepers: keepers.job.newest(job, is_daily=True))
        return next_daily(job, self.hour * 60 + self.minute, newest, now)


@dataclass(frozen=True, slots=True)
class Every:
    """Once in each interval. Intervals that were missed are left out: the present one says it all."""

    minutes: int

    @property
    def words(self) -> str:
        return f"every {self.minutes} minutes"

    async def due(self, house: House, job: str, now: datetime) -> JobSlot | None:
        slot = interval_slot(job, self.minutes, now)
        run = await house.read(lambda keepers: keepers.job.find(slot))
        return slot if run is None else None


@dataclass(frozen=True, slots=True)
class WhenDue:
    """When the data says so: `ask` finds the run."""

    words: str
    ask: Callable[[House, datetime], Awaitable[JobSlot | None]]

    async def due(self, house: House, job: str, now: datetime) -> JobSlot | None:
        return await self.ask(house, now)


@dataclass(frozen=True, slots=True)
class Run:
    """A run under way: everything the process shares, the lease, and whether to go on or to leave off in good order."""

    container: Container
    lease: Lease
    goes_on: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the scheduler. `run` returns whether the run is complete; it may be begun again at any time."""

    name: str
    promise: str
    schedule: Schedule
    run: Callable[[Run], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class StandingJob:
    """Goes on all the time: each step does what there is to do now. Every worker does it, beside the others.

    What may be done once only is for the step to see to: there is no run and no lease.
    """

    name: str
    promise: str
    every_seconds: float
    step: Callable[[Container, Callable[[], bool]], Awaitable[None]]

    @property
    def words(self) -> str:
        return f"all the time, looks every {self.every_seconds:g} s"
